"""`make bench-peers`: measures the peers beside bare aiohttp and the service and prints the table."""

from tests.bench.options import Options, prepared, read_options, tell
from tests.bench.peers.contest import PEERS, Peer, Score, contest, running_peer
from tests.bench.questions import pick_questions
from tests.bench.report import show_peers, write
from tests.bench.rounds import Contender
from tests.bench.scenarios import Bench, bare
from tests.bench.wenming_server import PLAIN, Setup, wenming

PARTS = tuple(f"{number}" for number, _ in enumerate(PEERS, 1))


def run(bench: Bench, options: Options) -> list[Score]:
    chosen = [peer for number, peer in enumerate(PEERS, 1) if f"{number}" in (options.only or PARTS)]
    return [_measure(bench, peer, number) for number, peer in enumerate(chosen)]


def _measure(bench: Bench, peer: Peer, number: int) -> Score:
    tell(peer.name)
    folder = bench.folder / f"ours-{number}"
    folder.mkdir()
    setup = Setup(folder, cluster=bench.cluster if peer.postgres else None, answer_cache=False)
    answers = pick_questions(bench.articles)
    with (
        bare(bench.folder, PLAIN) as yardstick,
        wenming(setup) as running,
        running_peer(peer, bench.folder / f"peer-{number}", answers=answers, cluster=bench.cluster) as theirs,
    ):
        ours = Contender("ours", running.port, PLAIN)
        return contest(theirs, bare=yardstick, ours=ours, messages=bench.messages, pace=bench.pace)


def main() -> None:
    options = read_options(__doc__, PARTS)
    with prepared(options) as bench:
        text = show_peers(run(bench, options), options.pace)
    print(text)
    if options.write:
        write("peers", text)


if __name__ == "__main__":
    main()

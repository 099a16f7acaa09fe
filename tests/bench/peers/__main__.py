"""`make bench-peers`: measures the peers beside bare aiohttp and the service and prints the table."""

from tests.bench.options import Options, circumstances, prepared, read_options, tell
from tests.bench.peers.contest import PEERS, Peer, Score, contest, running_peer
from tests.bench.peers.environment import locked_versions
from tests.bench.questions import pick_questions
from tests.bench.report import show_peers, write
from tests.bench.rounds import Contender
from tests.bench.scenarios import Bench, bare
from tests.bench.wenming_server import PLAIN, Setup, wenming

PARTS = tuple(peer.key for peer in PEERS)


def run(bench: Bench, options: Options) -> list[Score]:
    return [_measure(bench, peer) for peer in PEERS if peer.key in (options.only or PARTS)]


def _measure(bench: Bench, peer: Peer) -> Score:
    tell(peer.name)
    folder = bench.folder / f"beside-{peer.key}"
    folder.mkdir()
    setup = Setup(folder, cluster=bench.cluster if peer.postgres else None, answer_cache=False)
    answers = pick_questions(bench.articles)
    with (
        bare(bench.folder, PLAIN) as yardstick,
        wenming(setup) as running,
        running_peer(peer, bench.folder / peer.key, answers=answers, cluster=bench.cluster) as theirs,
    ):
        ours = Contender("ours", running.port, PLAIN)
        return contest(theirs, bare=yardstick, ours=ours, messages=bench.messages, pace=bench.pace)


def main() -> None:
    options = read_options(__doc__, PARTS)
    with prepared(options) as bench:
        text = show_peers(run(bench, options), circumstances("tests.bench.peers", bench, locked_versions()))
    print(text)
    if options.write:
        write("peers", text)


if __name__ == "__main__":
    main()

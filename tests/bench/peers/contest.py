"""Starts the peers, each on a new database, and measures each beside bare aiohttp and the service."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.launch import free_port, server
from tests.bench.peers.environment import peers_python
from tests.bench.questions import Article
from tests.bench.rounds import Contender, Messages, Pace, Spread, alternate, rates, ratios
from tests.bench.wenming_server import PLAIN
from tests.postgres import Cluster

GUNICORN = ("-m", "gunicorn", "--no-control-socket", "--workers", "2")
TUNED_GUNICORN = ("--worker-class", "gthread", "--threads", "4")  # keeps connections alive


@dataclass(frozen=True)
class Peer:
    """A peer: its name on the command line and in the table, its program, and the store that it keeps things in."""

    key: str
    name: str
    program: str
    postgres: bool = False
    tuned: bool = False


PEERS = (
    Peer("werobot", "WeRoBot, default session, Tornado", "werobot"),
    Peer("flask", "Flask + wechatpy + SQLite as documented, gunicorn -w 2", "flask"),
    Peer("flask-tuned", "the same tuned: WAL, kept connections, gthread", "flask", tuned=True),
    Peer("orm-sqlite", "SQLAlchemy ORM, a commit a message, SQLite", "orm"),
    Peer("orm-postgres", "SQLAlchemy ORM, a commit a message, PostgreSQL", "orm", postgres=True),
)


@dataclass(frozen=True)
class Score:
    """How a peer did in the same rounds as bare aiohttp and the service."""

    peer: str
    rate: Spread
    of_bare: Spread
    ours_of_bare: Spread
    ours_to_theirs: Spread


def contest(peer: Contender, *, bare: Contender, ours: Contender, messages: Messages, pace: Pace) -> Score:
    results = alternate((bare, ours, peer), messages, pace)
    theirs, own, yardstick = results[peer.name], results[ours.name], results[bare.name]
    return Score(peer.name, rates(theirs), ratios(theirs, yardstick), ratios(own, yardstick), ratios(own, theirs))


@contextmanager
def running_peer(
    peer: Peer, folder: Path, *, answers: dict[str, Article], cluster: Cluster | None
) -> Iterator[Contender]:
    """Run a peer on a new database until the block ends."""
    folder.mkdir()
    port = free_port()
    file = folder / "answers.json"
    file.write_text(json.dumps({asked: article.answer for asked, article in answers.items()}), encoding="utf-8")
    environment = {
        "PEER_ANSWERS": str(file),
        "PEER_TOKEN": PLAIN.token,
        "PEER_DATABASE": _database(peer, folder, cluster),
        "PEER_TUNED": str(int(peer.tuned)),
    }
    with ExitStack() as stack:
        stack.enter_context(server(_command(peer, port), port=port, log=folder / "peer.log", environment=environment))
        yield Contender(peer.name, port, PLAIN)


def _command(peer: Peer, port: int) -> list[str]:
    python = str(peers_python())
    if peer.program == "flask":
        workers = [*GUNICORN, *(TUNED_GUNICORN if peer.tuned else ()), "--bind", f"127.0.0.1:{port}"]
        return [python, *workers, "tests.bench.peers.flask_app:app"]
    return [python, "-m", f"tests.bench.peers.{peer.program}_server", "--port", str(port)]


def _database(peer: Peer, folder: Path, cluster: Cluster | None) -> str:
    if peer.postgres:
        assert cluster is not None
        name = "peer_" + folder.name.replace("-", "_")
        cluster.sql(f"CREATE DATABASE {name}")
        return cluster.url(name)
    file = folder / "peer.db"
    return f"sqlite+aiosqlite:///{file}" if peer.program == "orm" else str(file)

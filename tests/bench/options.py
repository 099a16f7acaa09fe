"""What both benchmarks are told on the command line, and the parts that they share."""

import argparse
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.questions import pick_questions, read_articles
from tests.bench.report import Circumstances
from tests.bench.rounds import Messages, Pace
from tests.bench.scenarios import Bench
from tests.postgres import start_cluster

QUICK = Pace(rounds=1, seconds=0.3)


@dataclass(frozen=True)
class Options:
    """`only` is empty for everything."""

    pace: Pace
    quick: bool
    write: bool
    only: tuple[str, ...]


def read_options(about: str | None, parts: tuple[str, ...]) -> Options:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rounds", type=int, default=Pace.rounds)
    parser.add_argument("--seconds", type=float, default=Pace.seconds, help="about how long each burst takes")
    parser.add_argument("--quick", action="store_true", help="a smoke run: everything once, its figures mean nothing")
    parser.add_argument("--write", action="store_true", help="put the table into BENCHMARKS.md")
    parser.add_argument("--only", nargs="+", choices=parts, default=(), metavar="PART", help=", ".join(parts))
    given = parser.parse_args()
    if given.quick and given.write:
        parser.error("the figures of --quick are not worth writing down")
    return Options(
        QUICK if given.quick else Pace(given.rounds, given.seconds), given.quick, given.write, (*given.only,)
    )


@contextmanager
def prepared(options: Options) -> Iterator[Bench]:
    """Make the folder, the questions and a PostgreSQL that waits for the disk as in earnest."""
    articles = read_articles()
    cluster = start_cluster(fsync=True)
    try:
        with tempfile.TemporaryDirectory(prefix="wenming-bench-") as folder:
            messages = Messages(list(pick_questions(articles)))
            bench = Bench(Path(folder), articles, messages, options.pace, cluster)
            yield _shortened(bench) if options.quick else bench
    finally:
        cluster.stop()


def _shortened(bench: Bench) -> Bench:
    return Bench(
        bench.folder,
        bench.articles,
        bench.messages,
        bench.pace,
        bench.cluster,
        memory_messages=1_000,
        many_articles=200,
        town_messages=20_000,
    )


def circumstances(module: str, bench: Bench, further_versions: tuple[str, ...] = ()) -> Circumstances:
    """Say how this run came about: its command line and the versions of what took part."""
    assert bench.cluster is not None
    command = shlex.join(["python", "-m", module, *sys.argv[1:]])
    answer = subprocess.run([bench.cluster.bin / "postgres", "--version"], capture_output=True, text=True, check=True)
    postgres = "PostgreSQL " + answer.stdout.split()[2]
    return Circumstances(command, bench.pace, postgres, further_versions)


def tell(line: str) -> None:
    """Say on standard error what is being measured."""
    print(line, file=sys.stderr, flush=True)

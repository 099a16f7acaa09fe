"""Kill the service while citizens write, and count: `python -m tests.torture`, or `make torture`."""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom

from tests.postgres import start_cluster
from tests.torture.run import Plan, Result, run

DATABASES = ("sqlite", "postgresql")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print a table and every violation; return 1 if there was one."""
    asked = _parser().parse_args(arguments)
    databases = DATABASES if asked.database == "both" else (asked.database,)
    seed = asked.seed if asked.seed is not None else SystemRandom().randrange(1_000_000)
    print(f"seed {seed}", flush=True)
    logging.getLogger("aiohttp.server").disabled = True  # the platform's, who minds that its callers are killed
    results = {}
    for number in range(asked.rounds):
        plan = Plan(messages=asked.messages, kills=asked.kills, late=asked.late, seed=seed + number)
        for database in databases:
            name = database if asked.rounds == 1 else f"{database} {number + 1}"
            results[name] = _run(database, plan)
    _print_table(results)
    violations = [f"{name}: {violation}" for name, result in results.items() for violation in result.violations]
    for violation in violations:
        print(violation)
    print(f"{len(violations)} violations" if violations else "every message: one effect, one reply")
    return 1 if violations else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--kills", type=int, default=10, help="how often the service is killed")
    parser.add_argument("--messages", type=int, default=200, help="in flight at once")
    parser.add_argument("--late", type=int, default=24, help="messages of the frozen and of the late act, 0: without")
    parser.add_argument("--rounds", type=int, default=1, help="how often all of it is played, each with its own seed")
    parser.add_argument("--seed", type=int, help="of the moments at which things go wrong; printed if not given")
    return parser


def _run(database: str, plan: Plan) -> Result:
    with tempfile.TemporaryDirectory(prefix="wenming-torture-") as folder, _address(database, Path(folder)) as url:
        return asyncio.run(run(url, Path(folder), plan))


@contextmanager
def _address(database: str, folder: Path) -> Iterator[str]:
    """Yield the address of a database that is still empty."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'wenming.db'}"
        return
    cluster = start_cluster()
    try:
        cluster.sql("CREATE DATABASE torture")
        yield cluster.url("torture")
    finally:
        cluster.stop()


def _print_table(results: Mapping[str, Result]) -> None:
    names = list(next(iter(results.values())).numbers)
    width = max(map(len, names))
    print(" " * width, *(f"{name:>14}" for name in results))
    for name in names:
        print(f"{name:<{width}}", *(f"{result.numbers[name]:>14}" for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())

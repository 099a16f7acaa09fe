"""Building an index again beside a running service: in a process of its own, behind everything that citizens wait for.

In a thread it would take the interpreter away from the messages as long as it works. One pickle goes in, one comes out.
"""

import asyncio
import pickle
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.knowledge.findings import Article, Thresholds
from bot.knowledge.index import Index

# Of 19, and before the first import: behind everything that somebody waits for.
_PROGRAM = f"import os; os.nice(10); from {__name__} import answer; answer()"
_SECONDS = 120.0


class BuildFailed(Exception):
    """The process that builds gave no index; its own words are in the service's standard error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an index is built from."""

    articles: Sequence[Article]
    synonyms: Sequence[Sequence[str]]
    off_topic: Sequence[str]
    thresholds: Thresholds
    cache: int
    vectors: Mapping[bytes, bytes] = field(default_factory=dict)


def build(plan: Plan) -> Index:
    """Build the index here and now."""
    return Index.build(
        plan.articles,
        synonyms=plan.synonyms,
        off_topic=plan.off_topic,
        thresholds=plan.thresholds,
        cache=plan.cache,
        vectors=plan.vectors,
    )


async def build_beside(plan: Plan) -> Index:
    """Have the index built by a process of its own.

    Raises:
        BuildFailed: it ended without one, or took more than two minutes.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(_SECONDS):
            built, _ = await process.communicate(await asyncio.to_thread(pickle.dumps, plan))
    except TimeoutError:
        raise BuildFailed(f"no index after {_SECONDS:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise BuildFailed(f"the process that builds ended with {process.returncode}")
    index: Index = await asyncio.to_thread(pickle.loads, built)
    return index


def answer() -> None:
    """Be the process that builds: read a plan, write an index."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal is for the service, which ends this process
    plan = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process wrote it
    pickle.dump(build(plan), sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)

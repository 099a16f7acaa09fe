"""The console's own files: read once, named by their content, kept by browsers for good."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from aiohttp import web

_KINDS: Mapping[str, str] = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "png": "image/png",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "woff2": "font/woff2",
}
_FOR_GOOD = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file in memory; `mark` changes with its content."""

    content: bytes
    kind: str
    mark: str


class StaticFiles:
    """Every file under `static/` of a known kind. Licences and the list of versions stay where they are."""

    def __init__(self) -> None:
        self._files = dict(_walk(files("bot.console") / "static", ""))

    def address(self, name: str) -> str:
        """Return a file's address below /desk; a name that doesn't exist is a mistake in a template."""
        return f"/static/{name}?v={self._files[name].mark}"

    def answer(self, request: web.Request) -> web.Response:
        """Return the file that the path names."""
        found = self._files.get(request.match_info["name"])
        if found is None:
            return web.Response(status=404)
        headers = {
            "ETag": f'"{found.mark}"',
            "Cache-Control": _FOR_GOOD if request.query.get("v") == found.mark else _FOR_AN_HOUR,
        }
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        charset = "utf-8" if found.kind.startswith("text/") else None
        return web.Response(body=found.content, content_type=found.kind, charset=charset, headers=headers)


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, StaticFile]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{path}{entry.name}/")
        elif kind := _KINDS.get(entry.name.rpartition(".")[2]):
            content = entry.read_bytes()
            yield f"{path}{entry.name}", StaticFile(content, kind, hashlib.sha256(content).hexdigest()[:12])

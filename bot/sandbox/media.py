"""Pictures, voices and videos by id, kept three days like WeChat's temporary material."""

import secrets
from dataclasses import dataclass

THREE_DAYS = 3 * 86_400.0
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "amr": "audio/amr",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}


@dataclass(frozen=True)
class Medium:
    """`kind` is image, voice, video or thumb."""

    id: str
    kind: str
    name: str
    content: bytes
    created: float
    is_lasting: bool = False

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES.get(suffix(self.name), "application/octet-stream")

    @property
    def path(self) -> str:
        return f"/media/{self.id}"


class MediaShelf:
    """Stored media; the API loses sight of temporary ones after three days, the chat page doesn't."""

    def __init__(self) -> None:
        self._media: dict[str, Medium] = {}
        self._withdrawn: set[str] = set()

    def put(self, content: bytes, *, kind: str, name: str, now: float, is_lasting: bool = False) -> Medium:
        medium = Medium(secrets.token_urlsafe(48), kind, name, content, now, is_lasting)
        self._media[medium.id] = medium
        return medium

    def find(self, medium_id: str) -> Medium | None:
        return self._media.get(medium_id)

    def find_fresh(self, medium_id: object, *, now: float) -> Medium | None:
        """The medium if its three days aren't over, or if it is kept for good."""
        medium = self._media.get(medium_id) if isinstance(medium_id, str) else None
        if medium is None or medium.id in self._withdrawn:
            return None
        return medium if medium.is_lasting or now < medium.created + THREE_DAYS else None

    def withdraw(self, medium_id: str) -> None:
        """Deleted material: no call finds it again, chats still show it."""
        self._withdrawn.add(medium_id)


def suffix(name: str) -> str:
    """The file name's ending in lower case, without the dot; empty when there is no plain one."""
    ending = name.rpartition(".")[2].lower()
    return ending if "." in name and ending.isascii() and ending.isalnum() else ""

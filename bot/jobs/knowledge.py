"""Every second: see whether the published articles have changed."""

from bot.knowledge.library import Library


class KnowledgeRefresh:
    """Keeps the library's snapshot fresh: a withdrawn article is out of the answers within two seconds."""

    seconds_between = 1.0

    def __init__(self, library: Library) -> None:
        self._library = library

    async def run_once(self) -> int:
        """Rebuild the snapshot if the database has moved."""
        return int(await self._library.refresh())

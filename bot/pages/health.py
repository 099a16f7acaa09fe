"""What load balancers and Prometheus ask: /healthz, /readyz, /metrics."""

from collections.abc import Callable

from aiohttp import web

from bot.clock import Clock
from bot.knowledge.library import Library
from bot.metrics import Metrics
from store import outbox, service, unanswered
from store.database import DATABASE_TROUBLE, Database


class Health:
    """The three routes of one process."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        library: Library,
        metrics: Metrics,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._database = database
        self._clock = clock
        self._library = library
        self._metrics = metrics
        self._is_stopping = is_stopping

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/healthz", self.healthz),
            web.get("/readyz", self.readyz),
            web.get("/metrics", self.metrics),
        ]

    async def healthz(self, _request: web.Request) -> web.Response:
        """Say that the process is alive."""
        return web.json_response({"status": "ok"})

    async def readyz(self, _request: web.Request) -> web.Response:
        """Say whether citizens can be answered: the database answers and the knowledge is loaded."""
        if self._is_stopping():
            return web.json_response({"status": "stopping"}, status=503)
        if self._library.version == 0:
            return web.json_response({"status": "loading"}, status=503)
        try:
            quiet = await self._database.read(service.find_quiet)
        except DATABASE_TROUBLE:
            return web.json_response({"status": "database unreachable"}, status=503)
        return web.json_response({"status": "quiet" if quiet else "ready", "knowledge": self._library.version})

    async def metrics(self, _request: web.Request) -> web.Response:
        """Return Prometheus's text page; the outbox is counted when asked."""
        depths = await self._database.read(outbox.counts)
        counts = {(depth.lane, str(depth.state)): depth.rows for depth in depths}
        now = self._clock.now()
        ages = {
            depth.lane: max(0.0, (now - depth.oldest_due).total_seconds())
            for depth in depths
            if depth.state is outbox.DeliveryState.READY
        }
        self._metrics.show_outbox(counts, ages)
        self._metrics.unanswered.set(await self._database.read(unanswered.count))
        self._metrics.quiet.set(1 if await self._database.read(service.find_quiet) else 0)
        return web.Response(body=self._metrics.page(), headers={"Content-Type": "text/plain; version=0.0.4"})

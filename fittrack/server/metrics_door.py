"""`/metrics`: on the port of the API, and on a port of its own that nobody shares.

Workers share the API's port, so whoever asks there hears one of them, another one each time. On its own port
each is asked by itself: the first worker on `METRICS_PORT`, the second on the next, and so on.
"""

import asyncio
from collections.abc import Iterator
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from fittrack.kit.clock import Clock
from fittrack.server.access import Access
from fittrack.server.auth import Authenticator
from fittrack.server.headers import HeaderPolicy
from fittrack.server.http import make_application
from fittrack.server.listener import Listener
from fittrack.server.routes import Route

METRICS: Final = "/metrics"
FIRST_WORKER: Final = 1


class _Collected(Collector):
    """Figures that were read: they do not change any more."""

    def __init__(self, metrics: CollectorRegistry) -> None:
        self._families = list(metrics.collect())

    def collect(self) -> Iterator[Metric]:
        return iter(self._families)


def metrics_route(metrics: CollectorRegistry) -> Route:
    """`GET /metrics`."""

    async def show_metrics(request: web.Request) -> web.Response:
        """Figures in the Prometheus text format."""
        # What closes /metrics to the public compares the path as it was sent: no other spelling leads here.
        if request.raw_path.partition("?")[0] != METRICS:
            raise web.HTTPNotFound
        # Read here, where they are counted; only the text, most of the work, is made in a thread.
        text = await asyncio.to_thread(generate_latest, _Collected(metrics))
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return Route(
        "GET",
        METRICS,
        show_metrics,
        summary="Metrics",
        access=Access.ANYONE,
        tag="Health",
        counted=False,
        answer=str,
        media_types=("text/plain",),
    )


class MetricsDoor:
    """Serves `/metrics` alone."""

    def __init__(
        self, metrics: CollectorRegistry, authenticator: Authenticator, clock: Clock, policy: HeaderPolicy
    ) -> None:
        self._app = make_application(
            [metrics_route(metrics)], authenticator=authenticator, clock=clock, policy=policy
        )
        self._clock = clock
        self._listener: Listener | None = None

    async def open(self, host: str, first_port: int, worker: int | None) -> None:
        """Serve, as `worker` on the port that is its own. Raises OSError when it is taken."""
        number = FIRST_WORKER if worker is None else worker
        self._listener = Listener(
            self._app,
            self._clock,
            host=host,
            port=first_port + number - FIRST_WORKER,
            reuse_port=worker is not None,  # a successor begins before its predecessor has ended
        )
        await self._listener.start()

    async def close(self) -> None:
        """Serve no more."""
        if self._listener is not None:
            await self._listener.stop()

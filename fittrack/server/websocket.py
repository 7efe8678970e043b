"""The WebSocket endpoint: refuses or upgrades, and keeps the node's part of all connections.

aiohttp does HTTP and the 101; then the connection goes on as a `Client` over a lean protocol.
"""

from dataclasses import dataclass, field

import structlog
from aiohttp import web

from fittrack.kit.clock import Clock
from fittrack.kit.histogram import Histogram
from fittrack.kit.problems import Busy, Malformed, Problem
from fittrack.pubsub.broker import Broker
from fittrack.server import handshake
from fittrack.server.account import CONNECTIONS_PER_ACCOUNT_MAX, HubContext
from fittrack.server.addresses import client_address, site_of
from fittrack.server.admission import RETRY_AFTER_MS, Admission, Caps
from fittrack.server.client import Client, ClientServices
from fittrack.server.drain import SPREAD_S, Drain
from fittrack.server.fanout import FanOut
from fittrack.server.flusher import Flusher
from fittrack.server.gc_waves import WaveFreezer
from fittrack.server.hand_over import Upgrade, check_hand_over, give_protocol, take_over
from fittrack.server.hub import Hub
from fittrack.server.live_metrics import LiveMetrics
from fittrack.server.pinger import Pinger
from fittrack.server.ports import Gateway
from fittrack.server.reconciler import Reconciler
from fittrack.server.routes import Access, Route
from fittrack.server.windows import MemoryWindows, Windows
from protocol.limits import Limits, Timing
from protocol.policy import SessionPolicy

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSocketSettings:
    """What may differ between deployments. `origins` are those of browsers, beside the server's own."""

    node: str = "local"
    server: str = "fittrack"
    origins: frozenset[str] = frozenset()
    caps: Caps = field(default_factory=Caps)
    per_account_max: int = CONNECTIONS_PER_ACCOUNT_MAX
    drain_spread_s: float = SPREAD_S
    limits: Limits = field(default_factory=Limits)
    timing: Timing = field(default_factory=Timing)


class WebSockets:
    """All WebSocket connections of this node."""

    def __init__(
        self,
        gateway: Gateway,
        broker: Broker,
        clock: Clock,
        settings: WebSocketSettings,
        windows: Windows | None = None,
    ) -> None:
        check_hand_over()
        self._settings = settings
        self._clock = clock
        self._draining = False
        self.hub: Hub[Client] = Hub(HubContext(broker, settings.node, settings.per_account_max))
        self._admission = Admission(settings.caps, windows or MemoryWindows(clock), self.hub)
        self.metrics = LiveMetrics()
        self.fanout = FanOut(broker, clock, self.metrics.publish_lag)
        self._pinger: Pinger[Client] = Pinger(self.hub, clock)
        self._reconciler = Reconciler(self.hub, self.fanout, gateway, clock)
        self._waves = WaveFreezer(self.hub, clock)
        policy = SessionPolicy(
            now=clock.now,
            server=settings.server,
            node=settings.node,
            limits=settings.limits,
            timing=settings.timing,
        )
        self._services = ClientServices(
            gateway,
            clock,
            policy,
            self.hub,
            self.fanout,
            Flusher(),
            self._pinger,
            self._admission,
            self.metrics,
        )

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """`GET /ws`. Raises a `Problem` instead of upgrading."""
        headers = request.headers
        if not handshake.is_upgrade(headers):
            raise Malformed("This address speaks WebSocket: ask for an upgrade")
        if headers.get("Sec-WebSocket-Version") != handshake.VERSION:
            raise web.HTTPUpgradeRequired(headers={"Sec-WebSocket-Version": handshake.VERSION})
        codec = handshake.negotiate(headers)
        handshake.check_origin(headers, self._settings.origins)
        bearer = handshake.bearer_token(headers)
        response = Upgrade(handshake.accept(headers, codec))
        if self._draining:
            raise Busy("This node takes no more connections", after_ms=RETRY_AFTER_MS)
        site = site_of(client_address(request) or "")
        await self._admit(site)
        try:
            transport, tail = await take_over(request, response)
        except ConnectionResetError:  # nobody's fault: there is nobody to tell
            self._admission.failed(site)
            return response
        except BaseException:
            self._admission.failed(site)
            raise
        client = Client(self._services, transport, codec)
        self._admission.upgraded(client, site)
        client.start(bearer)
        give_protocol(transport, client.connection, tail)
        return response

    @property
    def loop_lag(self) -> Histogram:
        """How late the event loop was, in seconds."""
        return self._pinger.lag

    async def _admit(self, site: str) -> None:
        try:
            await self._admission.admit(site)
        except Problem as refusal:
            self.metrics.refused[refusal.code] += 1
            raise

    def start(self) -> None:
        """Begin to sweep, compare and freeze. Call it on the running event loop."""
        self._pinger.start()
        self._reconciler.start()
        self._waves.start()

    async def drain(self) -> None:
        """Take no more connections, and send those there are elsewhere, within 24 s."""
        self._draining = True
        await Drain(self.hub, self._pinger, self._clock, spread_s=self._settings.drain_spread_s).run()

    async def stop(self) -> None:
        """Drop what is left and end all background work."""
        self._draining = True
        for client in self.hub:
            client.abort()
        self._pinger.abort_closing()
        self._pinger.stop()
        self._waves.stop()
        self.hub.stop()
        await self._reconciler.stop()


def websocket_route(sockets: WebSockets) -> Route:
    """Where WebSockets are opened. AsyncAPI describes it; upgrades have a cap of their own."""
    return Route(
        "GET",
        "/ws",
        sockets.handle,
        summary="Open a WebSocket",
        access=Access.ANYONE,
        tag="Live",
        documented=False,
        counted=False,
    )


def live_with(app: web.Application, sockets: WebSockets) -> None:
    """Run `sockets` from the start of `app` to its shutdown. Drain before the shutdown."""

    async def start(_: web.Application) -> None:
        sockets.start()

    async def stop(_: web.Application) -> None:
        await sockets.stop()

    app.on_startup.append(start)
    app.on_shutdown.append(stop)

"""The orderly end of a node: every client is asked to go elsewhere, each at another moment."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from fittrack.kit import jitter
from fittrack.kit.clock import Clock
from fittrack.server.client import Client
from fittrack.server.hub import Hub
from fittrack.server.pinger import Pinger
from protocol.close_codes import CloseCode
from protocol.outbound import GoAway
from protocol.shapes import instant

SPREAD_S = 20
"""Seconds over which the clients' departures are spread, so that other nodes meet no storm. No longer, since
all must be over within 25."""

GRACE_S = 3.0
"""Seconds a client has, from the moment it was given, to open its new connection before this one closes."""

DRAIN_MAX_S = 25.0
"""Seconds for the end of a node in all (PROTOCOL, Drain)."""

CONNECTIONS_MAX_S = 24.0
"""Of these, until whoever is left is dropped, a second after the last departure: phones that are gone answer
no close frame. What is behind the connections has the rest, and mostly takes a tenth of a second."""

_CHECK_EVERY_S = 0.1

_log = structlog.get_logger(__name__)


class Drain:
    """Empties the node of connections within `spread_s` and some. `draw` gives numbers from [0, 1)."""

    def __init__(
        self,
        hub: Hub[Client],
        pinger: Pinger[Client],
        clock: Clock,
        *,
        spread_s: float = SPREAD_S,
        draw: Callable[[], float] = jitter.draw,
    ) -> None:
        self._hub = hub
        self._pinger = pinger
        self._clock = clock
        self._spread_s = spread_s
        self._draw = draw

    async def run(self) -> None:
        """Say `goaway` to everybody, close each in its turn with 4001, and return when all are gone."""
        started = self._clock.monotonic()
        departures = self._announce(started)
        while self._anybody_left() and self._clock.monotonic() - started < CONNECTIONS_MAX_S:
            await self._clock.sleep(_CHECK_EVERY_S)
            now = self._clock.monotonic()
            while departures and departures[-1][0] <= now:
                _, client = departures.pop()
                if client in self._hub:  # it may have left by itself
                    client.end(CloseCode.GOING_AWAY)
        for client in self._hub:
            client.end(CloseCode.GOING_AWAY)
        self._pinger.abort_closing()

    def _anybody_left(self) -> bool:
        return bool(len(self._hub) or self._pinger.closing_count)

    def _announce(self, started: float) -> list[tuple[float, Client]]:
        deadline = instant(self._clock.now() + timedelta(seconds=self._spread_s + GRACE_S))
        departures = []
        for client in self._hub:
            after_s = self._draw() * self._spread_s
            client.session.send(GoAway(after_ms=round(after_s * 1000), deadline=deadline))
            departures.append((started + after_s + GRACE_S, client))
        departures.sort(key=lambda departure: departure[0], reverse=True)
        _log.info("draining", connections=len(departures))
        return departures

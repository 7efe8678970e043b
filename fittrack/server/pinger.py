"""One sweep for all connections instead of a timer for each: pings, deadlines, slow readers.

Every twentieth of a second one of twenty parts is swept, so each connection is looked at once a second.
"""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import structlog

from fittrack.kit.clock import Clock, Timer
from fittrack.kit.histogram import Histogram
from fittrack.server.hub import SWEEP_SLOTS
from fittrack.server.live_metrics import LAG_BUCKETS_S
from protocol.close_codes import CloseCode

SWEEP_EVERY_S = 1.0
"""Seconds between two looks at the same connection: the precision of all durations here."""

BLOCKED_MAX_S = 10.0
"""Seconds without a byte drained after which a slow reader is closed (PROTOCOL, Slow readers)."""

CLOSING_MAX_S = 5.0
"""Seconds for the peer to answer a close frame; then the transport is dropped."""

_log = structlog.get_logger(__name__)


class Swept(Protocol):
    """A connection, as the pinger sees it."""

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait to be sent."""

    def tick(self, now: float) -> None:
        """Do what time brings, at monotonic `now`."""

    def end(self, code: CloseCode) -> None:
        """Begin to close."""

    def abort(self) -> None:
        """Drop the transport."""


S_co = TypeVar("S_co", bound=Swept, covariant=True)
S = TypeVar("S", bound=Swept)


class Slots(Protocol[S_co]):
    """Where the connections are found."""

    def __len__(self) -> int: ...

    def slot(self, number: int, /) -> Sequence[S_co]: ...


class Pinger(Generic[S]):
    """Sweeps the connections of a hub between `start` and `stop`."""

    def __init__(self, hub: Slots[S], clock: Clock) -> None:
        self._hub = hub
        self._clock = clock
        self._slot = 0
        self._timer: Timer | None = None
        self._due_at = clock.monotonic()
        self.lag = Histogram(LAG_BUCKETS_S)
        """How late sweeps began, in seconds: what everything else that runs on this event loop waits, too."""
        self._blocked: dict[S, tuple[float, int]] = {}
        self._closing: dict[S, float] = {}

    def start(self) -> None:
        """Begin to sweep."""
        self._set_timer(self._clock.monotonic())

    def stop(self) -> None:
        """Sweep no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def blocked(self, connection: S) -> None:
        """Its socket takes no more: watch whether anything drains."""
        self._blocked[connection] = self._clock.monotonic(), connection.waiting_bytes

    def unblocked(self, connection: S) -> None:
        """Its socket takes more again."""
        self._blocked.pop(connection, None)

    def closing(self, connection: S) -> None:
        """Its close frame was sent: watch whether it ends."""
        self._blocked.pop(connection, None)
        self._closing[connection] = self._clock.monotonic() + CLOSING_MAX_S

    @property
    def closing_count(self) -> int:
        """Number of connections whose closing handshake is not done."""
        return len(self._closing)

    def abort_closing(self) -> None:
        """Drop all that did not answer their close frame yet."""
        for connection in tuple(self._closing):
            connection.abort()
        self._closing.clear()

    def gone(self, connection: S) -> None:
        """It has ended."""
        self._blocked.pop(connection, None)
        self._closing.pop(connection, None)

    def _sweep(self) -> None:
        now = self._clock.monotonic()
        self.lag.observe(max(0.0, now - self._due_at))
        self._set_timer(now)
        for connection in self._hub.slot(self._slot):
            try:
                connection.tick(now)
            except Exception:  # one broken connection must not stop the heartbeat of all
                _log.exception("a connection failed at its tick")
                connection.abort()
        self._slot = (self._slot + 1) % SWEEP_SLOTS
        if self._slot == 0:
            self._check_blocked(now)
            self._check_closing(now)

    def _set_timer(self, now: float) -> None:
        seconds = SWEEP_EVERY_S / SWEEP_SLOTS if self._has_any else SWEEP_EVERY_S
        self._due_at = now + seconds
        self._timer = self._clock.call_later(seconds, self._sweep)

    @property
    def _has_any(self) -> bool:
        """Without connections only the lag is of interest: a node with nobody need not wake so often."""
        return bool(self._blocked or self._closing or len(self._hub))

    def _check_blocked(self, now: float) -> None:
        for connection, (since, waited) in tuple(self._blocked.items()):
            waiting = connection.waiting_bytes
            if waiting < waited:
                self._blocked[connection] = now, waiting
            elif now - since >= BLOCKED_MAX_S:
                connection.end(CloseCode.SLOW_READER)

    def _check_closing(self, now: float) -> None:
        for connection, deadline in tuple(self._closing.items()):
            if now >= deadline:
                del self._closing[connection]
                connection.abort()

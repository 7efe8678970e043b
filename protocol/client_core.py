"""The client's side of the protocol, sans I/O: what to send when, what to believe, when to come back.

Three small machines: `Positions` (what was received, and what is a duplicate), `Outbox` (requests that wait
for their answer, over any number of connections) and `BackOff` (how long to stay away).
"""

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from protocol.client_errors import CommandRefused, Disconnected, OutboxFull, StreamGap
from protocol.client_wire import WireFrame
from protocol.limits import COMMANDS_IN_FLIGHT_MAX

OUTBOX_REQUESTS_MAX = 1_000
"""Requests waiting in a client, sent or not: days offline; beyond, the caller should know."""

BACK_OFF_FIRST_S = 0.5
"""Seconds that the first delay is drawn from; each further one doubles it."""

BACK_OFF_MAX_S = 30.0
"""Seconds that any delay is drawn from at most."""

STABLE_AFTER_S = 60.0
"""Seconds a connection must have lasted for the back-off to start anew."""

STREAMS: Final[Mapping[str, str]] = {"points.changed": "ledger", "notification": "inbox"}
"""The stream that a numbered event without a channel belongs to."""


@dataclass(slots=True)
class Positions:
    """What this client has: its place in both streams, and the latest state of each channel.

    Save `ledger` and `inbox` to resume after a restart of the app; none means never connected.
    """

    ledger: int | None = None
    inbox: int | None = None
    _channels: dict[str, int] = field(default_factory=dict)

    def resume(self) -> dict[str, int] | None:
        """What `auth` tells the server."""
        if self.ledger is None or self.inbox is None:
            return None
        return {"ledger": self.ledger, "inbox": self.inbox}

    def welcomed(self, ledger_seq: int, inbox_seq: int, *, resumed: bool) -> None:
        """A session opened. Unless it resumes, the lists are to be loaded anew, up to these positions."""
        if not resumed:
            self.ledger, self.inbox = ledger_seq, inbox_seq

    def accept(self, kind: str, channel: str | None, seq: int | None) -> bool:
        """Whether a frame is news. Raises `StreamGap` when others are missing before it."""
        if seq is None:
            return True
        if channel is not None:
            return self._accept_state(kind, channel, seq)
        stream = STREAMS.get(kind)
        return stream is None or self._accept_event(stream, seq)

    def forget(self, channel: str) -> None:
        """No longer subscribed."""
        self._channels.pop(channel, None)

    def _accept_state(self, kind: str, channel: str, seq: int) -> bool:
        if kind != "snapshot" and seq < self._channels.get(channel, seq):
            return False
        self._channels[channel] = seq
        return True

    def _accept_event(self, stream: str, seq: int) -> bool:
        last = self.ledger if stream == "ledger" else self.inbox
        if last is not None and seq <= last:
            return False
        if last is not None and seq != last + 1:
            raise StreamGap(f"{stream} has {last}, got {seq}")
        if stream == "ledger":
            self.ledger = seq
        else:
            self.inbox = seq
        return True


@dataclass(slots=True, eq=False)
class Request:
    """A request and who waits for its answer. A `durable` one outlives the connection, under the same key."""

    id: int
    t: str
    done: Callable[[Mapping[str, object] | Exception], None]
    d: Mapping[str, object] | None = None
    key: UUID | None = None
    ch: str | None = None
    durable: bool = True
    refusals: int = 0
    settled: bool = False

    def frame(self) -> WireFrame:
        """As it goes over the wire."""
        wire: dict[str, object] = {"t": self.t, "id": self.id}
        if self.key is not None:
            wire["key"] = str(self.key)
        if self.ch is not None:
            wire["ch"] = self.ch
        if self.d is not None:
            wire["d"] = self.d
        return wire

    def settle(self, answer: Mapping[str, object] | Exception) -> None:
        """Hand over the answer, once."""
        if not self.settled:
            self.settled = True
            self.done(answer)


class Outbox:
    """Requests that wait for an answer: queued, sent, or put off until the server may take them.

    Each is answered exactly once. After a reconnect everything durable without an answer is sent again,
    in the order of submission, under the same keys.
    """

    def __init__(self, back_off: Callable[[int], float], *, requests_max: int = OUTBOX_REQUESTS_MAX) -> None:
        self._ids = itertools.count(1)
        self._queued: deque[Request] = deque()
        self._sent: dict[int, Request] = {}
        self._put_off: list[tuple[float, int, Request]] = []
        self._back_off = back_off
        self._requests_max = requests_max
        self.in_flight_max = COMMANDS_IN_FLIGHT_MAX

    def __len__(self) -> int:
        return len(self._queued) + len(self._sent) + len(self._put_off)

    def __iter__(self) -> Iterator[Request]:
        return itertools.chain(self._sent.values(), self._queued, (entry[2] for entry in self._put_off))

    def submit(
        self,
        t: str,
        done: Callable[[Mapping[str, object] | Exception], None],
        *,
        d: Mapping[str, object] | None = None,
        key: UUID | None = None,
        ch: str | None = None,
        durable: bool = True,
    ) -> Request:
        """Queue a request. Raises `OutboxFull`."""
        if len(self) >= self._requests_max:
            raise OutboxFull(f"{self._requests_max} requests wait already")
        request = Request(next(self._ids), t, done, d, key, ch, durable)
        self._queued.append(request)
        return request

    def take(self, now: float) -> list[Request]:
        """What may be sent now; counts it as sent."""
        while self._put_off and self._put_off[0][0] <= now:
            self._queued.append(heapq.heappop(self._put_off)[2])
        taken = []
        while self._queued and len(self._sent) < self.in_flight_max:
            request = self._queued.popleft()
            if not request.settled:
                self._sent[request.id] = request
                taken.append(request)
        return taken

    def next_due(self) -> float | None:
        """When something put off may be sent (monotonic seconds)."""
        return self._put_off[0][0] if self._put_off else None

    def answered(self, frame: WireFrame, now: float) -> None:
        """An `ok`, `pong` or `err` arrived. What is retryable is no answer: the request stays, for later."""
        id = frame.get("id")
        request = self._sent.pop(id, None) if isinstance(id, int) else None
        if request is None:
            return  # the answer to a request that was answered on an earlier connection
        data = frame.get("d")
        data = data if isinstance(data, Mapping) else {}
        if frame["t"] != "err":
            request.settle(data)
        elif data.get("retryable") is True and request.durable:
            self._try_later(request, data.get("after_ms"), now)
        else:
            request.settle(_refusal(data))

    def disconnected(self) -> None:
        """The connection is gone: what may be repeated is queued again, in order; the rest has no answer."""
        everything = sorted(self, key=lambda request: request.id)
        self._sent.clear()
        self._put_off.clear()
        self._queued = deque(request for request in everything if request.durable and not request.settled)
        for request in everything:
            if not request.durable:
                request.settle(Disconnected())

    def abandon(self, why: Exception) -> None:
        """There will be no connection any more."""
        everything = sorted(self, key=lambda request: request.id)
        self._sent.clear()
        self._put_off.clear()
        self._queued.clear()
        for request in everything:
            request.settle(why)

    def _try_later(self, request: Request, after_ms: object, now: float) -> None:
        wait = self._back_off(request.refusals)
        if isinstance(after_ms, int):
            wait += after_ms / 1000
        request.refusals += 1
        heapq.heappush(self._put_off, (now + wait, request.id, request))


def _refusal(data: Mapping[str, object]) -> CommandRefused:
    status = data.get("status")
    return CommandRefused(
        str(data.get("code", "unknown")),
        status if isinstance(status, int) else 0,
        str(data.get("detail", "")),
        data,
    )


def full_jitter(attempt: int, draw: float) -> float:
    """Seconds to wait before attempt number `attempt` (from 0); `draw` is uniform in [0, 1)."""
    return draw * min(BACK_OFF_MAX_S, BACK_OFF_FIRST_S * 2.0 ** min(attempt, 16))


class BackOff:
    """How long to stay away after a connection ended: full jitter, reset only by a stable minute."""

    def __init__(self, draw: Callable[[], float]) -> None:
        self._draw = draw
        self._attempts = 0
        self._opened_at: float | None = None

    def opened(self, now: float) -> None:
        """A session is open since `now`."""
        self._opened_at = now

    def wait(self, now: float) -> float:
        """The connection ended, or never was: seconds until the next attempt."""
        if self._opened_at is not None and now - self._opened_at >= STABLE_AFTER_S:
            self._attempts = 0
        self._opened_at = None
        seconds = full_jitter(self._attempts, self._draw())
        self._attempts += 1
        return seconds

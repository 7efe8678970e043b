"""What the reference client hands to the app: events, and a bounded stream of them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from protocol.frames import Payload
from protocol.outbound import (
    CHANNEL_EVENTS,
    SESSION,
    STREAMS,
    DrawingSnapshot,
    DrawingsSnapshot,
    Err,
    LeaderboardSnapshot,
    OpsSnapshot,
)

EVENTS_UNREAD_MAX = 10_000
"""Events that the app has not read yet; beyond, the client reads no more until it has."""

_KNOWN: Final[tuple[type[Payload], ...]] = (*SESSION, *STREAMS, *CHANNEL_EVENTS, Err)
_TYPES: Final[Mapping[str, type[Payload]]] = {payload.TYPE: payload for payload in _KNOWN}
_SNAPSHOTS: Final[Mapping[str, type[Payload]]] = {
    "drawings": DrawingsSnapshot,
    "drawing": DrawingSnapshot,
    "leaderboard": LeaderboardSnapshot,
    "ops": OpsSnapshot,
}


@dataclass(frozen=True, slots=True)
class Event:
    """A frame that is news: `d` as it came. Save `seq` of `points.changed` and `notification` to resume."""

    t: str
    d: Mapping[str, object]
    ch: str | None = None
    seq: int | None = None

    def payload(self) -> Payload:
        """The data as its type. Raises `LookupError` for a type of a later version of the protocol."""
        kind = _SNAPSHOTS[self.ch.split(":")[0]] if self.t == "snapshot" and self.ch else _TYPES[self.t]
        return msgspec.convert(self.d, kind)


class EventStream:
    """Events waiting for the app. `room` holds the reader of the connection back while there are too many."""

    def __init__(self, unread_max: int = EVENTS_UNREAD_MAX) -> None:
        self._unread: deque[Event] = deque()
        self._unread_max = unread_max
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._end: Exception | None = None

    def put(self, event: Event) -> None:
        """Add an event."""
        self._unread.append(event)
        self._news.set()
        if len(self._unread) >= self._unread_max:
            self._room.clear()

    def end(self, why: Exception) -> None:
        """There will be no more: who reads gets the rest, then `why`."""
        self._end = why
        self._news.set()

    async def room(self) -> None:
        """Wait until the app has read enough."""
        await self._room.wait()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            while self._unread:
                event = self._unread.popleft()
                self._room.set()
                yield event
            if self._end is not None:
                raise self._end
            self._news.clear()
            await self._news.wait()

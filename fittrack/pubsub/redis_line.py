"""A line to one Redis server: what is said and what is heard, each on a connection that comes back by itself.

Redis may be down, slow or empty at any time. Nothing here raises on that account or waits for it: what is
said while it is gone is not taken, and whoever listens is told when listening began anew, since something may
have been missed.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from fittrack.kit import jitter
from fittrack.kit.clock import Clock, boottime
from fittrack.pubsub.redis_faults import LOSSES, plainly
from fittrack.pubsub.redis_listener import Hear, Listener
from fittrack.pubsub.redis_place import RedisPlace
from fittrack.pubsub.redis_speaker import Speaker, Told

RETRY_FIRST_S, RETRY_MAX_S = 0.05, 2.0
"""Seconds until the connection is tried again: doubled each time, with jitter."""

CANARY_EVERY_S: Final = 1.0
"""How often the link says something to itself."""

CANARY_WITHIN_S: Final = 5.0
"""A link that has not heard itself for so long does not work, whatever its sockets say."""

_STAMP: Final = struct.Struct("!d")
"""What it says: when, on the clock that goes on while the machine sleeps."""

Run = Callable[[Callable[[], None]], Awaitable[None]]
"""Runs one connection until it is lost, and calls back when it stands."""

_log = structlog.get_logger(__name__)


class RedisLine:
    """Implements `RedisLink` for one server. `own` is a channel that is this node's alone."""

    def __init__(self, place: RedisPlace, clock: Clock, own: str) -> None:
        self._place = place
        self._clock = clock
        self.own = own
        self._speaker = Speaker(place.patient, place.words, clock)
        self._listener = Listener(place.patient, place.words)
        self._listener.hear(own, self._hear_canary)
        self._tasks: list[asyncio.Task[None]] = []
        self._heard_at = float("-inf")
        self._new_since = float("-inf")
        """On the clock of `boottime`: whatever is heard now was said later."""
        self._lost_at: dict[str, float] = {}
        """Since when which connection is away."""
        self._stopping = asyncio.Event()
        self._on_ready: list[Callable[[], None]] = []
        self._on_lost: list[Callable[[], None]] = []
        self.losses = 0
        """How often a connection was lost since the start."""

    # --- Speaking and hearing -----------------------------------------------------------------------------

    def say(self, channel: str, data: bytes, on_told: Told | None = None) -> bool:
        """See `Speaker.say`."""
        return self._speaker.say(channel, data, on_told)

    def hear(self, channel: str, handler: Hear) -> None:
        """See `Listener.hear`."""
        self._listener.hear(channel, handler)

    def ignore(self, channel: str) -> None:
        """See `Listener.ignore`."""
        self._listener.ignore(channel)

    async def confirmed(self, channel: str) -> None:
        """See `Listener.confirmed`."""
        await self._listener.confirmed(channel)

    async def listeners(self, channels: Sequence[str]) -> list[int]:
        """How many nodes listen to each channel. Raises what the loss of Redis raises."""
        if not channels:
            return []
        return await self._place.listeners(channels)

    def hears(self, channel: str) -> bool:
        """See `RedisLink`."""
        del channel  # one server has them all
        return self._listener.connected.is_set()

    def behind_s(self, channel: str) -> float:
        """See `RedisLink`."""
        del channel  # one connection brings them all, in their order
        return boottime() - self._new_since

    @property
    def is_up(self) -> bool:
        """Whether both connections stand."""
        return self._speaker.connected.is_set() and self._listener.connected.is_set()

    @property
    def dropped(self) -> int:
        """See `Speaker.dropped`."""
        return self._speaker.dropped

    @property
    def silent_for_s(self) -> float:
        """Seconds since the link last heard what it said to itself."""
        return self._clock.monotonic() - self._heard_at

    def when_ready(self, callback: Callable[[], None]) -> None:
        """Call back whenever listening began (anew): from here on everything is heard."""
        self._on_ready.append(callback)

    def when_lost(self, channel: str, callback: Callable[[], None]) -> None:
        """Call back whenever listening to `channel` ended: what is said there may be missed."""
        del channel  # one server has them all
        self._on_lost.append(callback)

    def when_astray(self, callback: Callable[[], None]) -> None:
        """Call back whenever the server says that a channel belongs to another one."""
        self._speaker.on_astray = self._listener.on_astray = callback

    # --- Running ------------------------------------------------------------------------------------------

    async def start(self, within_s: float) -> bool:
        """Begin, and wait until both connections stand, but not longer than `within_s`. Whether they do."""
        self.begin()
        return await self.up(within_s)

    def begin(self) -> None:
        """Connect, and go on connecting whenever a connection is lost."""
        create = asyncio.get_running_loop().create_task
        self._tasks = [
            create(self._keep("listening", self._listener.run, self._ready, self._lost)),
            create(self._keep("speaking", self._speaker.run, _nothing, _nothing)),
            create(self._canary()),
        ]

    async def up(self, within_s: float) -> bool:
        """Wait until both connections stand, but not longer than `within_s`. Whether they do."""
        try:
            async with asyncio.timeout(within_s):
                await self._listener.connected.wait()
                await self._speaker.connected.wait()
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        """Close both connections."""
        # A connection that fails while it is cancelled would make the failure of the end.
        self._stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._place.close()

    async def _keep(self, what: str, run: Run, ready: Callable[[], None], ended: Callable[[], None]) -> None:
        """Run again and again, with back-off: a connection that stood for a while begins from the start."""
        wait = RETRY_FIRST_S

        def stands() -> None:
            if (lost_at := self._lost_at.pop(what, None)) is not None:
                _log.info("redis.back", what=what, away_s=round(self._clock.monotonic() - lost_at, 1))
            ready()

        while not self._stopping.is_set():
            began = self._clock.monotonic()
            try:
                await run(stands)
            except* LOSSES as lost:
                self._lose(what, lost.exceptions[0])
            except* Exception:
                _log.exception("redis.link_failed", what=what)
            ended()
            if self._stopping.is_set():
                return
            if self._clock.monotonic() - began > RETRY_MAX_S:
                wait = RETRY_FIRST_S
                self.losses += 1
            await self._clock.sleep(jitter.up_to(wait))
            wait = min(wait * 2, RETRY_MAX_S)

    def _lose(self, what: str, error: Exception) -> None:
        """Say it once: it is tried every second or two, perhaps for an hour."""
        say = _log.debug if what in self._lost_at else _log.warning
        self._lost_at.setdefault(what, self._clock.monotonic())
        say("redis.lost", what=what, error=plainly(error))

    async def _canary(self) -> None:
        while True:
            await self._clock.sleep(CANARY_EVERY_S)
            if self._speaker.connected.is_set():
                self._speaker.say(self.own, _STAMP.pack(boottime()))
            if self._listener.connected.is_set() and self.silent_for_s > CANARY_WITHIN_S:
                self._listener.abandon("the link does not hear itself")

    def _hear_canary(self, stamp: bytes) -> None:
        self._heard_at = self._clock.monotonic()
        [self._new_since] = _STAMP.unpack(stamp)

    def _ready(self) -> None:
        self._heard_at, self._new_since = self._clock.monotonic(), boottime()
        for callback in self._on_ready:
            callback()

    def _lost(self) -> None:
        for callback in self._on_lost:
            callback()


def _nothing() -> None:
    """Of what was said, each is told by itself."""

"""What a node says into Redis: publications, in order, on one connection, many in one packet.

What is said in one turn of the event loop leaves together. The answers, which tell how many heard it, are
read meanwhile: nobody waits for a round trip. When Redis is lost, what had left may have been heard or not,
and the rest was not.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import structlog
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import MovedError, ResponseError

from fittrack.kit.clock import Clock
from fittrack.kit.seldom import Seldom
from fittrack.pubsub.redis_faults import connect, plainly, send
from fittrack.pubsub.redis_words import Words

ANSWER_WITHIN_S: Final = 2.0
"""Redis answers in a millisecond; the connection of one that takes so long is given up."""

LOOK_EVERY_S: Final = 0.5
"""Seconds between two looks at the oldest answer that is missing."""

WAITING_MAX: Final = 20_000
"""Publications without an answer, above which no more are taken: Redis hangs, and memory must not fill."""

WAITING_BYTES_MAX: Final = 33_554_432
"""The same in bytes, for what is large: 32 MiB leave Redis in a third of a second over a network of 1 Gbit/s.
What is alone is taken, however large."""

TOGETHER_MAX: Final = 512
"""Publications in one packet: some hundred kilobytes."""

TOGETHER_BYTES_MAX: Final = 1_048_576
"""The same in bytes, unless one alone has more: what is written is copied, and the event loop waits."""

Told = Callable[[int | None], None]
"""Called with the number of connections that heard it; None: nobody knows."""

_log = structlog.get_logger(__name__)


class Speaker:
    """Publishes while there is a connection."""

    def __init__(self, pool: ConnectionPool, words: Words, clock: Clock) -> None:
        self._pool = pool
        self._words = words
        self._clock = clock
        self._said: deque[tuple[str, bytes, Told | None]] = deque()
        self._unanswered: deque[tuple[float, int, Told | None]] = deque()
        self._bytes_waiting = 0
        self._refused_log = Seldom(clock)
        self._news = asyncio.Event()
        self.connected = asyncio.Event()
        """Whether Redis takes what is said."""
        self.dropped = 0
        """Publications that were not taken since the start; who missed them finds out by position."""
        self.on_astray: Callable[[], None] = _nothing
        """A channel is another server's."""

    def say(self, channel: str, data: bytes, on_told: Told | None = None) -> bool:
        """Publish `data`. False: it is not taken, and nothing happens. `on_told` is called later, once."""
        if not self.connected.is_set() or self._is_full(len(data)):
            self.dropped += 1
            return False
        self._bytes_waiting += len(data)
        self._said.append((channel, data, on_told))
        self._news.set()
        return True

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Speak over one connection until it is lost, which raises. `on_ready`: it stands."""
        connection = await connect(self._pool)
        try:
            self.connected.set()
            on_ready()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._speak(connection))
                tasks.create_task(self._hear_answers(connection))
                tasks.create_task(self._watch())
        finally:
            self.connected.clear()
            await connection.disconnect(nowait=True)
            await self._pool.release(connection)
            self._give_up()

    async def _speak(self, connection: AbstractConnection) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._said:
                await send(connection, self._next_packet())

    def _next_packet(self) -> list[tuple[Any, ...]]:
        now, size = self._clock.monotonic(), 0
        commands: list[tuple[Any, ...]] = []
        while self._said and len(commands) < TOGETHER_MAX:
            channel, data, on_told = self._said[0]
            size += len(data)
            if commands and size > TOGETHER_BYTES_MAX:
                break
            self._said.popleft()
            commands.append((self._words.publish, channel, data))
            self._unanswered.append((now, len(data), on_told))
        return commands

    def _is_full(self, more: int) -> bool:
        waiting = len(self._said) + len(self._unanswered)
        return waiting >= WAITING_MAX or (waiting > 0 and self._bytes_waiting + more > WAITING_BYTES_MAX)

    async def _hear_answers(self, connection: AbstractConnection) -> None:
        while True:
            heard_by = await self._answer(connection)
            _, size, on_told = self._unanswered.popleft()
            self._bytes_waiting -= size
            if on_told is not None:
                on_told(heard_by)

    async def _watch(self) -> None:
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            if self._unanswered and self._clock.monotonic() - self._unanswered[0][0] > ANSWER_WITHIN_S:
                raise TimeoutError("Redis does not answer")

    async def _answer(self, connection: AbstractConnection) -> int | None:
        try:
            heard_by = int(await connection.read_response())
        except MovedError:  # it was refused; the connection stands
            self.on_astray()
            return 0
        except ResponseError as error:  # out of memory, a replica, loading: the same
            self._refused_log.say(_log, "redis.publication_refused", error=plainly(error))
            return 0
        return heard_by if heard_by or self._words.counts_all else None

    def _give_up(self) -> None:
        unanswered, self._unanswered = self._unanswered, deque()
        said, self._said = self._said, deque()
        self._bytes_waiting = 0
        for _, _, on_told in unanswered:
            if on_told is not None:
                on_told(None)
        for _, _, on_told in said:
            if on_told is not None:
                on_told(0)


def _nothing() -> None:
    """Nobody wants to know."""

"""What a node hears from Redis: the channels that somebody here listens to, on one connection."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from redis.asyncio.connection import AbstractConnection, ConnectionPool

from fittrack.pubsub.redis_faults import connect, send
from fittrack.pubsub.redis_words import Words

_log = structlog.get_logger(__name__)

TOGETHER_MAX: Final = 500
"""Channels named while the event loop waits: some milliseconds, and fifty kilobytes."""

MESSAGES_IN_A_ROW: Final = 100
"""Messages handled while the event loop waits: some milliseconds."""

CONFIRM_WITHIN_S: Final = 10.0
"""Seconds without progress while listening begins: many thousand channels are confirmed in one, and a server
that leaves the next one unanswered for so long hangs."""

Hear = Callable[[bytes], None]
"""Called on the event loop with what was published; must not block."""


class Listener:
    """Keeps one connection subscribed to what is wanted; each channel has one handler."""

    def __init__(self, pool: ConnectionPool, words: Words) -> None:
        self._pool = pool
        self._words = words
        self._said = {
            words.message: self._message,
            words.subscribed: self._confirmed,
            words.unsubscribed: self._ended,
        }
        self._handlers: dict[bytes, Hear] = {}
        self._is_linked = False
        """Whether there is a connection, perhaps one on which listening only begins."""
        self._unconfirmed: dict[bytes, asyncio.Future[None] | None] = {}
        """What is wanted and not listened to yet, and what releases those who wait for it."""
        self._changed: dict[bytes, None] = {}
        """What the server is still to be told about."""
        self._news = asyncio.Event()
        self._abandoned = asyncio.Event()
        self.connected = asyncio.Event()
        """Whether every channel that was wanted at the last connection is listened to."""
        self.on_astray: Callable[[], None] = _nothing
        """A channel that is wanted has gone to another server."""

    def hear(self, channel: str, handler: Hear) -> None:
        """Call `handler` with what is published to `channel`, soon; it has no other handler."""
        name = channel.encode()
        assert name not in self._handlers, "a channel has one handler"
        self._handlers[name] = handler
        self._change(name)

    def ignore(self, channel: str) -> None:
        """Listen to `channel` no more."""
        name = channel.encode()
        if self._handlers.pop(name, None) is not None:
            self._change(name)

    async def confirmed(self, channel: str) -> None:
        """Return when `channel` is listened to; at once when nothing is being connected or it is already."""
        await self._confirmation(channel.encode())

    def abandon(self, reason: str) -> None:
        """Give the connection up: it is there, and nothing comes."""
        _log.warning("redis.abandoned", reason=reason)
        self._abandoned.set()

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Listen over one connection until it is lost, which raises. `on_ready`: all is listened to."""
        connection = await connect(self._pool)
        try:
            self._begin()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._tell_changes(connection))
                tasks.create_task(self._listen(connection))
                tasks.create_task(self._wait_for_all(list(self._handlers), on_ready))
                tasks.create_task(self._wait_for_abandonment())
        finally:
            self._is_linked = False
            self.connected.clear()
            await connection.disconnect(nowait=True)
            await self._pool.release(connection)
            self._release_waiting()

    def _begin(self) -> None:
        """The server is to be told of all that is wanted, and of each change from now on."""
        self._is_linked = True
        self._abandoned.clear()
        self._unconfirmed = dict.fromkeys(self._handlers)
        self._changed = dict.fromkeys(self._handlers)
        self._news.set()

    async def _wait_for_all(self, wanted: list[bytes], on_ready: Callable[[], None]) -> None:
        for name in wanted:
            if name in self._unconfirmed:
                async with asyncio.timeout(CONFIRM_WITHIN_S):
                    await self._confirmation(name)
        self.connected.set()
        on_ready()

    async def _confirmation(self, name: bytes) -> None:
        if name not in self._unconfirmed:
            return
        waiting = self._unconfirmed[name] or asyncio.get_running_loop().create_future()
        self._unconfirmed[name] = waiting
        await asyncio.shield(waiting)

    async def _wait_for_abandonment(self) -> None:
        await self._abandoned.wait()
        raise TimeoutError("the connection was abandoned")

    async def _tell_changes(self, connection: AbstractConnection) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            changed, self._changed = self._changed, {}
            unwanted = [each for each in changed if each not in self._handlers]
            await self._send(connection, self._words.unsubscribe, unwanted)
            wanted = [each for each in changed if each in self._handlers]
            await self._send(connection, self._words.subscribe, wanted)

    async def _listen(self, connection: AbstractConnection) -> None:
        while True:
            for _ in range(MESSAGES_IN_A_ROW):
                self._hear(await connection.read_response(disable_decoding=True))
            await asyncio.sleep(0)

    def _hear(self, said: list[bytes]) -> None:
        handle = self._said.get(said[0])
        if handle is not None:
            handle(said)

    def _message(self, said: list[bytes]) -> None:
        handler = self._handlers.get(said[1])
        if handler is None:
            return  # just ignored
        try:
            handler(said[2])
        except Exception:
            _log.exception("redis.message_not_taken", channel=said[1].decode(errors="replace"))

    def _confirmed(self, said: list[bytes]) -> None:
        self._release(said[1])

    def _ended(self, said: list[bytes]) -> None:
        if said[1] in self._handlers and said[1] not in self._changed:
            self.on_astray()

    def _change(self, name: bytes) -> None:
        if not self._is_linked:
            return  # whoever connects begins with what is wanted then
        if name in self._handlers:
            self._unconfirmed.setdefault(name)
        else:
            self._release(name)
        self._changed[name] = None
        self._news.set()

    def _release(self, name: bytes) -> None:
        waiting = self._unconfirmed.pop(name, None)
        if waiting is not None:
            waiting.set_result(None)

    def _release_waiting(self) -> None:
        for name in list(self._unconfirmed):
            self._release(name)

    async def _send(self, connection: AbstractConnection, command: str, names: list[bytes]) -> None:
        for first in range(0, len(names), TOGETHER_MAX):
            groups = self._words.together(names[first : first + TOGETHER_MAX])
            await send(connection, [(command, *group) for group in groups])
            await asyncio.sleep(0)


def _nothing() -> None:
    """Nobody wants to know."""

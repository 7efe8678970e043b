"""One connection of the reference client: opens it, authenticates, reads until it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import aiohttp

from fittrack.kit.clock import Clock
from protocol.client_wire import Wire, WireFrame, messages
from protocol.limits import CLIENT_SILENCE_MAX_S

INBOUND_MESSAGE_BYTES_MAX = 4 * 1024 * 1024
"""Bytes of one message from the server that a client reads: a list of 64 full leaderboards, and some air."""

CONNECT_WITHIN_S = 10.0
"""Seconds for the upgrade. A node that stands still accepts connections and answers none; others may."""

CLOSE_WITHIN_S = 1.0
"""Seconds to wait for the server's half of the closing handshake: a dead one never sends it."""

AUTH_ID = 0
"""The correlation id of `auth`; those of other requests start at 1."""

LOST = 1006
"""The close code that says that there was none (RFC 6455, 7.1.5)."""


class Connection:
    """A WebSocket whose frames go to `on_frame`. It ends by itself after 35 s of silence."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        wire: Wire,
        clock: Clock,
        on_frame: "Callable[[Connection, WireFrame], None]",
        room: Callable[[], Awaitable[None]],
    ) -> None:
        self._socket = socket
        self._wire = wire
        self._clock = clock
        self._on_frame = on_frame
        self._room = room
        self._heard_at = clock.monotonic()
        self._silent = False
        self.draining = False
        """Whether the server said `goaway`: another connection is to take over."""

    async def send(self, frames: list[WireFrame]) -> None:
        """Send frames, in order, in few messages. A lost connection is told of by `read`."""
        try:
            for group in messages(map(self._wire.encode, frames)):
                message = self._wire.join(group)
                if isinstance(message, str):
                    await self._socket.send_str(message)
                else:
                    await self._socket.send_bytes(message)
        except (ConnectionError, aiohttp.ClientError):
            await self.close()

    async def read(self) -> int:
        """Hand over frames until the connection ends. Returns its close code.

        A message that cannot be read, or whatever `on_frame` raises, closes the connection and is raised.
        """
        watch = self._clock.call_later(CLIENT_SILENCE_MAX_S, self._watch)
        self._stop_watching = watch.cancel
        try:
            while await self._read_message():
                pass
        finally:
            self._stop_watching()
            await self.close()
        return LOST if self._silent else (self._socket.close_code or LOST)

    async def _read_message(self) -> bool:
        await self._room()
        message = await self._socket.receive()
        self._heard_at = self._clock.monotonic()
        match message.type:
            case aiohttp.WSMsgType.TEXT | aiohttp.WSMsgType.BINARY:
                for frame in self._wire.decode(message.data):
                    self._on_frame(self, frame)
            case aiohttp.WSMsgType.PING:
                await self._socket.pong(message.data)
            case aiohttp.WSMsgType.PONG:
                pass
            case _:
                return False
        return True

    def _watch(self) -> None:
        quiet = self._clock.monotonic() - self._heard_at
        if quiet < CLIENT_SILENCE_MAX_S:
            self._stop_watching = self._clock.call_later(CLIENT_SILENCE_MAX_S - quiet, self._watch).cancel
            return
        self._silent = True
        self._closing = asyncio.ensure_future(self.close())

    async def close(self) -> None:
        """End the connection; nothing is lost that a resume would not bring."""
        await self._socket.close()


async def connect(
    http: aiohttp.ClientSession,
    url: str,
    *,
    wire: Wire,
    clock: Clock,
    on_frame: Callable[[Connection, WireFrame], None],
    room: Callable[[], Awaitable[None]],
    auth: Mapping[str, object],
) -> Connection:
    """Upgrade, and say who is there. `room` holds reading back while the app has too much unread.

    Raises `aiohttp.ClientError`, `OSError` and `TimeoutError` when it cannot be done.
    """
    async with asyncio.timeout(CONNECT_WITHIN_S):
        socket = await http.ws_connect(
            url,
            protocols=(wire.subprotocol,),
            autoping=False,  # pings must be seen: they are what tells a quiet server from a dead one
            max_msg_size=INBOUND_MESSAGE_BYTES_MAX,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_WITHIN_S),
        )
    connection = Connection(socket, wire, clock, on_frame, room)
    await connection.send([{"t": "auth", "id": AUTH_ID, "d": auth}])
    return connection

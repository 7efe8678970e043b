"""A running server on loopback with its product, and clients of it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Problem
from fittrack.pubsub.memory_broker import MemoryBroker
from fittrack.server.websocket import WebSockets, WebSocketSettings, live_with
from tests.fittrack.server.websocket.product import START, Product

Frame = dict[str, Any]
PATIENCE_S = 20.0


@web.middleware
async def problems_as_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Problem as problem:
        return web.json_response({"code": problem.code, "detail": problem.detail}, status=problem.status)


@dataclass
class Player:
    """A client over aiohttp's own WebSocket. Frames of lists come one by one."""

    socket: aiohttp.ClientWebSocketResponse
    frames: list[Frame] = field(default_factory=list)
    messages: int = 0

    async def send(self, *frames: Frame) -> None:
        data: Any = frames[0] if len(frames) == 1 else list(frames)
        if self.socket.protocol == "fittrack.v1.json":
            await self.socket.send_str(msgspec.json.encode(data).decode())
        else:
            await self.socket.send_bytes(msgspec.msgpack.encode(data))

    async def next(self) -> Frame:
        """The next frame. Raises ConnectionError with the code when the server closed."""
        while not self.frames:
            message = await asyncio.wait_for(self.socket.receive(), PATIENCE_S)
            self.messages += 1
            if message.type is aiohttp.WSMsgType.TEXT:
                data = msgspec.json.decode(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                data = msgspec.msgpack.decode(message.data)
            else:
                raise ConnectionError(self.socket.close_code)
            self.frames.extend(data if isinstance(data, list) else [data])
        return self.frames.pop(0)

    async def until(self, kind: str) -> Frame:
        """The next frame of a type; others before it are dropped."""
        while (frame := await self.next())["t"] != kind:
            pass
        return frame

    async def ask(self, kind: str, data: Frame | None = None, **envelope: Any) -> Frame:
        """Send a request and return its answer; what comes before it is dropped."""
        id = str(uuid7())
        await self.send({"t": kind, "id": id, "d": data or {}, **envelope})
        while (frame := await self.next()).get("id") != id:
            pass
        return frame

    async def sign_in(self, token: str, **more: Any) -> Frame:
        return await self.ask("auth", {"token": token, **more})

    async def close_code(self) -> int:
        """What the server closes with; frames before it are dropped."""
        try:
            while True:
                await self.next()
        except ConnectionError as end:
            return int(end.args[0])


class House:
    """A server with its product."""

    def __init__(
        self, sockets: WebSockets, product: Product, clock: VirtualClock, runner: web.AppRunner, port: int
    ) -> None:
        self.sockets, self.product, self.clock, self.port = sockets, product, clock, port
        self._runner = runner
        self._sessions: list[aiohttp.ClientSession] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ws"

    async def connect(
        self, *, subprotocol: str = "fittrack.v1.msgpack", headers: dict[str, str] | None = None
    ) -> Player:
        session = aiohttp.ClientSession()
        self._sessions.append(session)
        socket = await session.ws_connect(self.url, protocols=(subprotocol,), headers=headers)
        return Player(socket)

    async def enter(self, token: str | None = None, **more: Any) -> Player:
        """A signed-in player, past the welcome."""
        player = await self.connect()
        await player.sign_in(token or self.product.sign_up(), **more)
        return player

    async def eventually(self, condition: Callable[[], bool]) -> None:
        """Wait, turn by turn of the loop, until `condition` holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110 - sockets on loopback, any condition
                await asyncio.sleep(0)

    def http_connections(self) -> int:
        """Connections that aiohttp still knows."""
        assert self._runner.server is not None
        return len(self._runner.server.connections)

    async def leave(self) -> None:
        for session in self._sessions:
            await session.close()


@asynccontextmanager
async def open_house(
    settings: WebSocketSettings | None = None, *, send_buffer: int | None = None, beside: House | None = None
) -> AsyncIterator[House]:
    """`beside` another one, it is another node of the same product."""
    if beside is None:
        clock, broker = VirtualClock(START), MemoryBroker()
        product = Product(broker, clock)
    else:
        clock, broker, product = beside.clock, beside.product.broker, beside.product
    app = web.Application(middlewares=[problems_as_json])
    sockets = WebSockets(product, broker, clock, settings or WebSocketSettings())
    app.router.add_get("/ws", sockets.handle)
    live_with(app, sockets)
    runner = web.AppRunner(app)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    if send_buffer is not None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    await web.SockSite(runner, listener).start()
    house = House(sockets, product, clock, runner, listener.getsockname()[1])
    try:
        yield house
    finally:
        await house.leave()
        await runner.cleanup()

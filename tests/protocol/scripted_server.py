"""A WebSocket server that does what a test tells it to: real sockets on loopback, no product behind them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from protocol.codec import MSGPACK, SUBPROTOCOLS
from tests.protocol.examples import a_welcome


class Peer:
    """The server's end of one connection. Frames are plain maps both ways."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._binary = socket.ws_protocol == MSGPACK.subprotocol
        self._frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.messages: list[int] = []
        """How many frames each message held."""
        self.closed = asyncio.Event()

    async def serve(self) -> None:
        decode = msgspec.msgpack.decode if self._binary else msgspec.json.decode
        async for message in self._socket:
            assert message.type is (WSMsgType.BINARY if self._binary else WSMsgType.TEXT)
            content = decode(message.data)
            frames = content if isinstance(content, list) else [content]
            self.messages.append(len(frames))
            for frame in frames:
                self._frames.put_nowait(frame)
        self.closed.set()

    async def heard(self) -> dict[str, Any]:
        """The next frame of the client."""
        return await asyncio.wait_for(self._frames.get(), 10)

    async def say(self, *frames: Mapping[str, Any]) -> None:
        encode = msgspec.msgpack.encode if self._binary else msgspec.json.encode
        data = encode(frames[0] if len(frames) == 1 else list(frames))
        await (self._socket.send_bytes(data) if self._binary else self._socket.send_str(data.decode()))

    async def welcome(self, *, ledger: int = 4, inbox: int = 2, resumed: bool = False) -> dict[str, Any]:
        """Read `auth`, answer it. Returns its data."""
        auth = await self.heard()
        assert auth["t"] == "auth"
        data = msgspec.to_builtins(a_welcome(ledger_seq=ledger, inbox_seq=inbox, resumed=resumed))
        await self.say({"t": "welcome", "id": auth["id"], "d": data})
        data = auth["d"]
        assert isinstance(data, dict)
        return data

    async def ok(self, frame: Mapping[str, Any], **data: object) -> None:
        await self.say({"t": "ok", "id": frame["id"], "d": data})

    async def err(self, frame: Mapping[str, Any], code: str, *, retryable: bool = False) -> None:
        data = {"code": code, "status": 400, "detail": code, "retryable": retryable}
        await self.say({"t": "err", "id": frame["id"], "d": data})

    async def close(self, code: int) -> None:
        await self._socket.close(code=code)

    def vanish(self) -> None:
        """Cut the line without a word."""
        transport = self._socket._req.transport if self._socket._req else None
        assert transport is not None
        transport.abort()


class ScriptedServer:
    """Accepts connections, and lets the test have them one by one."""

    def __init__(self) -> None:
        self._peers: asyncio.Queue[Peer] = asyncio.Queue()
        self._server: TestServer | None = None
        self.refuse_with: int | None = None
        self.upgrades = 0

    @property
    def url(self) -> str:
        assert self._server is not None
        return str(self._server.make_url("/ws"))

    async def peer(self) -> Peer:
        """The next connection."""
        return await asyncio.wait_for(self._peers.get(), 10)

    async def _upgrade(self, request: web.Request) -> web.StreamResponse:
        self.upgrades += 1
        if self.refuse_with is not None:
            return web.Response(status=self.refuse_with)
        socket = web.WebSocketResponse(protocols=SUBPROTOCOLS, autoping=True)
        await socket.prepare(request)
        peer = Peer(socket)
        self._peers.put_nowait(peer)
        await peer.serve()
        return socket

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator["ScriptedServer"]:
        script = cls()
        app = web.Application()
        app.router.add_get("/ws", script._upgrade)
        script._server = TestServer(app)
        await script._server.start_server()
        try:
            yield script
        finally:
            await script._server.close()

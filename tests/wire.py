"""The WebSocket by hand: frames as they are, for tests of what no client would send."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aiohttp

from protocol.client_wire import Encoding, wire_of
from tests.server import PATIENCE_S, Address, Server

Frame = Mapping[str, Any]


class Wire:
    """One connection. `frames` are all that came, `close_code` says how it ended."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, encoding: Encoding) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self._wire = wire_of(encoding)

    @property
    def close_code(self) -> int | None:
        return self.socket.close_code

    async def send(self, *frames: Frame) -> None:
        """One message of some frames."""
        await self.send_raw(self._wire.join([self._wire.encode(frame) for frame in frames]))

    async def send_raw(self, message: bytes | str) -> None:
        """A message of anything."""
        if isinstance(message, str):
            await self.socket.send_str(message)
        else:
            await self.socket.send_bytes(message)

    async def read(self) -> bool:
        """Take in one message. False: the connection has ended."""
        message = await self.socket.receive(PATIENCE_S)
        if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            return False
        self.frames += self._wire.decode(message.data)
        return True

    async def until(self, kind: str) -> Frame:
        """Read on to a frame of that type."""
        while True:
            for frame in self.frames:
                if frame["t"] == kind:
                    return frame
            assert await self.read(), f"closed with {self.close_code} before {kind}"

    async def answers(self, ids: Sequence[object]) -> dict[object, Frame]:
        """The answer to each of these requests; each comes once."""
        wanted = set(ids)
        while not wanted <= self.answered().keys():
            assert await self.read(), f"closed with {self.close_code} before all answers"
        found = self.answered()
        assert all(len(found[id]) == 1 for id in wanted), "something was answered twice"
        return {id: found[id][0] for id in ids}

    def answered(self) -> dict[object, list[Frame]]:
        """All answers so far, by the id of the request."""
        found: defaultdict[object, list[Frame]] = defaultdict(list)
        for frame in self.frames:
            if frame["t"] in ("ok", "err", "pong"):
                found[frame.get("id")].append(frame)
        return dict(found)


@asynccontextmanager
async def wired(
    server: Server | Address, token: str | None = None, *, encoding: Encoding = "json", **auth: object
) -> AsyncIterator[Wire]:
    """A connection, signed in if there is a token."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(server.ws_url, protocols=(f"fittrack.v1.{encoding}",), max_msg_size=0) as socket,
    ):
        wire = Wire(socket, encoding)
        await wire.until("hello")
        if token is not None:
            await wire.send({"t": "auth", "id": "auth", "d": {"token": token, **auth}})
            await wire.until("welcome")
        yield wire


def purchase(drawing_id: UUID, key: UUID) -> Frame:
    """The command to buy one ticket; the key is its id too."""
    data = {"drawing_id": str(drawing_id), "quantity": 1}
    return {"t": "tickets.buy", "id": str(key), "key": str(key), "d": data}

"""Buyers in a process of their own: `python -m tests.benchmarks.purchase_load < plan.json`.

Each buys again as soon as it has its answer. A plain protocol over prebuilt bytes, since a client library
would cost more than the server. Prints what it measured as one line of JSON.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass
from itertools import count
from typing import Protocol
from uuid import UUID

import uvloop
from aiohttp._websocket.helpers import websocket_mask
from msgspec import msgpack

from fittrack.kit.ids import uuid7
from tests.benchmarks.load_window import Window
from tests.benchmarks.ws_load import REQUEST as UPGRADE

CONNECTING_AT_ONCE = 64
QUANTITY = 1
_KEY_DIGITS = 12
_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: (\d+)")
_MASK = bytes((0x37, 0xFA, 0x21, 0x3D))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. `per_frame` is 0 for HTTP, else the commands of one WebSocket message."""

    port: int
    server_pid: int
    tokens: list[str]
    drawing_id: str
    per_frame: int
    warm_up_s: float
    seconds: float


class Keys:
    """Fresh idempotency keys as text: version 7 UUIDs of this process that only count."""

    def __init__(self) -> None:
        self._prefix = str(uuid7())[:-_KEY_DIGITS].encode()
        self._numbers = count()

    def __call__(self) -> bytes:
        return b"%b%012x" % (self._prefix, next(self._numbers))


class Writes(Protocol):
    """The part of a transport that a buyer needs."""

    def write(self, data: bytes) -> None: ...


class HttpBuyer(asyncio.Protocol):
    """One keep-alive connection with one request at a time."""

    def __init__(self, token: str, plan: Plan, keys: Keys, window: Window) -> None:
        body = b'{"quantity":%d}' % QUANTITY
        lines = (
            f"POST /api/v1/drawings/{plan.drawing_id}/tickets HTTP/1.1",
            f"Host: 127.0.0.1:{plan.port}",
            f"Authorization: Bearer {token}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Idempotency-Key: ",
        )
        self._head = "\r\n".join(lines).encode()
        self._tail = b"\r\n\r\n" + body
        self._keys, self._window = keys, window
        self._transport: Writes
        self._asked_at = 0.0
        self._pending = b""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self.ready.set_result(None)

    def buy(self) -> None:
        self._asked_at = time.perf_counter()
        self._transport.write(self._head + self._keys() + self._tail)

    def data_received(self, data: bytes) -> None:
        if self._pending:
            data = self._pending + data
        if not _is_whole(data):
            self._pending = data
            return
        self._pending = b""
        if data.startswith(b"HTTP/1.1 201"):
            self._window.succeeded(1)
            self._window.waited(time.perf_counter() - self._asked_at)
        else:
            self._window.refused[data[9:12].decode()] += 1
        self.buy()


def _is_whole(answer: bytes) -> bool:
    """Whether head and body are here. Every server measured says how long the body is."""
    ends = answer.find(b"\r\n\r\n")
    if ends < 0:
        return False
    length = _LENGTH.search(answer)
    assert length is not None, "an answer without its length"
    return len(answer) >= ends + 4 + int(length[1])


class WebSocketBuyer(asyncio.Protocol):
    """One signed-in connection; one message of commands at a time, answered when all of them are."""

    def __init__(self, token: str, plan: Plan, keys: Keys, window: Window) -> None:
        self._token, self._commands = token, plan.per_frame
        purchase = {"drawing_id": UUID(plan.drawing_id), "quantity": QUANTITY}
        self._head = b"\x84\xa1t\xabtickets.buy\xa2id\x01\xa3key\xd9\x24"
        self._tail = b"\xa1d" + msgpack.encode(purchase)
        self._keys, self._window = keys, window
        self._transport: Writes
        self._asked_at = 0.0
        self._open = 0
        self._pending = b""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._transport.write(UPGRADE)

    def buy(self) -> None:
        commands = [self._head + self._keys() + self._tail for _ in range(self._commands)]
        payload = commands[0] if self._commands == 1 else _list_header(self._commands) + b"".join(commands)
        self._open = self._commands
        self._asked_at = time.perf_counter()
        self._transport.write(_masked(payload))

    def data_received(self, data: bytes) -> None:
        if not self.ready.done():
            self._enter(data)
            return
        if self._pending:
            data = self._pending + data
        at = 0
        while (whole := _server_frame(data, at)) is not None:
            begins, at = whole
            self._take(data[begins:at])
        self._pending = data[at:]

    def _enter(self, data: bytes) -> None:
        if b"hello" in data:
            auth = {"t": "auth", "id": 0, "d": {"token": self._token}}
            self._transport.write(_masked(msgpack.encode(auth)))
        elif b"welcome" in data:
            self.ready.set_result(None)
        elif b"101 Switching" not in data:
            self.ready.set_exception(ConnectionError(data.decode(errors="replace")))

    def _take(self, message: bytes) -> None:
        """Count the answers in a message; events of the player's streams come along and are let pass."""
        done, refused = message.count(b"\xa1t\xa2ok"), message.count(b"\xa1t\xa3err")
        if refused:
            self._window.refused[message[message.find(b"\xa4code") :][:40].decode(errors="replace")] += (
                refused
            )
        self._window.succeeded(done)
        self._open -= done + refused
        if (done or refused) and self._open == 0:
            self._window.waited(time.perf_counter() - self._asked_at)
            self.buy()


def _masked(payload: bytes) -> bytes:
    """A client's binary frame of at most 64 KiB. Masked by compiled code, as the server unmasks."""
    length, body = len(payload), bytearray(payload)
    websocket_mask(_MASK, body)
    size = bytes((0x80 | length,)) if length <= 125 else b"\xfe" + length.to_bytes(2, "big")
    return b"\x82" + size + _MASK + body


def _list_header(length: int) -> bytes:
    return bytes((0x90 | length,)) if length < 16 else b"\xdc" + length.to_bytes(2, "big")


def _server_frame(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the payload of the frame at `at` begins and ends, if it is all there. Never above 64 KiB."""
    if len(data) - at < 4:
        return None
    length, begins = data[at + 1], at + 2
    if length == 126:
        length, begins = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
    ends = begins + length
    return (begins, ends) if len(data) >= ends else None


async def main(plan: Plan) -> None:
    loop, keys, window = asyncio.get_running_loop(), Keys(), Window(plan.server_pid)
    kind = WebSocketBuyer if plan.per_frame else HttpBuyer
    gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def enter(token: str) -> HttpBuyer | WebSocketBuyer:
        async with gate:
            _, buyer = await loop.create_connection(
                lambda: kind(token, plan, keys, window), "127.0.0.1", plan.port
            )
            await buyer.ready
            return buyer

    for buyer in await asyncio.gather(*map(enter, plan.tokens)):
        buyer.buy()
    load = await window.measure(warm_up_s=plan.warm_up_s, seconds=plan.seconds)
    print(json.dumps(load.as_map()), flush=True)


if __name__ == "__main__":
    uvloop.run(main(Plan(**json.load(sys.stdin))))

"""Many quiet WebSocket clients in their own process: `python -m tests.benchmarks.ws_load PORT N CHANNEL`.

With a channel they sign in and subscribe; with `-` they only connect. Prints a line when all are ready;
then answers each line on its standard input with the bytes received since and the connections still open.
"""

import asyncio
import sys
from typing import ClassVar

import msgspec
import uvloop

from tests.fittrack.server.websocket.wire import client_frame

REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: fittrack.v1.msgpack\r\n\r\n"
)
AT_ONCE = 200


def message(frame: dict[str, object]) -> bytes:
    return client_frame(0x2, msgspec.msgpack.encode(frame))


class Quiet(asyncio.Protocol):
    """Connects, enters, and then only listens."""

    __slots__ = ("ready", "steps", "transport")
    received: ClassVar[int] = 0
    open: ClassVar[int] = 0

    def __init__(self, channel: str) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.steps = [(b"101 Switching", b"")]
        if channel != "-":
            self.steps = [
                (b"hello", message({"t": "auth", "id": 1, "d": {"token": "me"}})),
                (b"welcome", message({"t": "sub", "id": 2, "ch": channel})),
                (b"snapshot", b""),
            ]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport
        Quiet.open += 1
        transport.write(REQUEST)

    def connection_lost(self, exc: Exception | None) -> None:
        Quiet.open -= 1

    def data_received(self, data: bytes) -> None:
        if not self.steps:
            Quiet.received += len(data)
            return
        while self.steps and self.steps[0][0] in data:
            _, answer = self.steps.pop(0)
            if answer:
                self.transport.write(answer)
            if not self.steps and not self.ready.done():
                self.ready.set_result(None)


async def main(port: int, count: int, channel: str) -> None:
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)

    async def enter() -> None:
        async with gate:
            _, client = await loop.create_connection(lambda: Quiet(channel), "127.0.0.1", port)
            await client.ready

    await asyncio.gather(*(enter() for _ in range(count)))
    print("ready", flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(Quiet.received, Quiet.open, flush=True)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))

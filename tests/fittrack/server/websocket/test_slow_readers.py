"""Who does not read hurts nobody, costs a bounded amount, and is closed 4003."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import cast

import msgspec
import pytest

from fittrack.server.outbox import OUTBOX_BYTES_MAX
from tests.fittrack.server.websocket.house import House, open_house
from tests.fittrack.server.websocket.test_handshake import GOOD
from tests.fittrack.server.websocket.wire import client_frame, server_frames


@pytest.fixture
async def narrow() -> AsyncIterator[House]:
    """A house whose sockets hold little in the kernel."""
    async with open_house(send_buffer=4096) as house:
        yield house


class Sleeper:
    """A client that reads only when told to."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.setblocking(False)

    async def enter(self, token: str, **more: object) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self.socket, ("127.0.0.1", self.house.port))
        lines = "".join(f"{name}: {value}\r\n" for name, value in GOOD.items())
        await loop.sock_sendall(self.socket, f"GET /ws HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
        await self.send({"t": "auth", "id": "auth", "d": {"token": token, **more}})
        user_id = self.house.product.user_of(token)
        await self.house.eventually(lambda: bool(self.house.sockets.hub.connections_of(user_id)))

    async def send(self, frame: object) -> None:
        data = client_frame(0x2, msgspec.msgpack.encode(frame))
        await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def read_all(self) -> list[tuple[int, bytes]]:
        """Wake up and read to the end."""
        loop, data = asyncio.get_running_loop(), bytearray()
        while chunk := await loop.sock_recv(self.socket, 65_536):
            data += chunk
            if b"\x88" in chunk and server_frames_end(data):
                break
        return server_frames(bytes(data).partition(b"\r\n\r\n")[2])


def server_frames_end(data: bytearray) -> bool:
    frames = server_frames(bytes(data).partition(b"\r\n\r\n")[2])
    return bool(frames) and frames[-1][0] == 0x8


def frames_of(messages: list[tuple[int, bytes]]) -> list[dict[str, object]]:
    frames = []
    for opcode, payload in messages:
        if opcode == 0x2:
            data = msgspec.msgpack.decode(payload)
            frames.extend(data if isinstance(data, list) else [data])
    return frames


async def asleep(house: House) -> tuple[Sleeper, str, str]:
    """A subscribed client that stopped reading, its token and its channel; its socket is full."""
    token, channel = house.product.sign_up(), house.product.open_drawing()
    sleeper = Sleeper(house)
    await sleeper.enter(token)
    await sleeper.send({"t": "sub", "id": "sub", "ch": channel})
    await house.eventually(lambda: bool(house.sockets.fanout.size(channel)))
    client = house.sockets.hub.connections_of(house.product.user_of(token))[0]
    seq = 1
    async with asyncio.timeout(20):
        while client.outbox.room:
            seq += 1
            house.product.tick(channel, seq)
            await asyncio.sleep(0)
    return sleeper, token, channel


async def tick_until_alone(house: House, channel: str) -> None:
    """A tick a second until nobody is connected; the kernel may take some more before it is really full."""
    for seq in range(1_000_000, 1_000_060):
        if not len(house.sockets.hub):
            return
        house.product.tick(channel, seq)
        await house.clock.advance(1)
    raise AssertionError("the sleeper is still there")


async def test_who_reads_nothing_while_more_comes_is_closed_4003(narrow: House) -> None:
    sleeper, _, channel = await asleep(narrow)
    await tick_until_alone(narrow, channel)
    messages = await sleeper.read_all()
    assert messages[-1] == (0x8, (4003).to_bytes(2, "big") + b"slow reader")


async def test_a_sleeper_that_never_wakes_is_dropped_with_its_transport(narrow: House) -> None:
    sleeper, token, channel = await asleep(narrow)
    client = narrow.sockets.hub.connections_of(narrow.product.user_of(token))[0]
    transport = cast(asyncio.Transport, client.outbox.transport)
    await tick_until_alone(narrow, channel)
    await narrow.clock.advance(6)
    assert transport.is_closing()
    sleeper.socket.close()


async def test_a_sleeper_costs_a_bounded_amount_and_slows_nobody(narrow: House) -> None:
    sleeper, token, channel = await asleep(narrow)
    awake = await narrow.enter()
    await awake.ask("sub", ch=channel)
    await awake.until("snapshot")
    client = narrow.sockets.hub.connections_of(narrow.product.user_of(token))[0]
    waiting = client.waiting_bytes
    for seq in range(10_000, 13_000):
        narrow.product.tick(channel, seq)
        assert (await awake.next())["seq"] == seq
    assert client.waiting_bytes < waiting + 1000
    assert len(narrow.sockets.hub) == 2
    sleeper.socket.close()


async def test_who_wakes_in_time_gets_the_latest_tick_and_every_lasting_event(narrow: House) -> None:
    sleeper, token, channel = await asleep(narrow)
    user_id = narrow.product.user_of(token)
    for seq in range(10_000, 10_100):
        narrow.product.tick(channel, seq)
        if seq in (10_030, 10_060):
            narrow.product.close_drawing(channel, seq)
        narrow.product.earn(user_id)
        narrow.product.tell_streak(user_id, seq)
    await narrow.clock.advance(5)
    reading = asyncio.create_task(sleeper.read_all())
    client = narrow.sockets.hub.connections_of(user_id)[0]
    await narrow.eventually(lambda: not client.session.behind and not client.waiting_bytes)
    narrow.product.revoke(token)
    frames = frames_of(await reading)
    late = [f for f in frames if isinstance(f.get("seq"), int) and f["seq"] >= 10_000]  # type: ignore[operator]
    assert [(f["t"], f["seq"]) for f in late] == [
        ("drawing.closed", 10_030),
        ("drawing.closed", 10_060),
        ("drawing.tick", 10_099),
    ]
    assert [f["seq"] for f in frames if f["t"] == "points.changed"] == list(range(1, 101))
    assert len([f for f in frames if f["t"] == "streak.changed"]) == 1


async def test_a_long_replay_to_a_slow_reader_waits_in_the_log(narrow: House) -> None:
    token = narrow.product.sign_up()
    user_id = narrow.product.user_of(token)
    for _ in range(1000):
        narrow.product.earn(user_id)
    sleeper = Sleeper(narrow)
    await sleeper.enter(token, resume={"ledger": 0, "inbox": 0})
    await narrow.eventually(lambda: bool(narrow.product.reads))
    client = narrow.sockets.hub.connections_of(user_id)[0]
    await narrow.eventually(lambda: not client.outbox.room)
    assert client.waiting_bytes < OUTBOX_BYTES_MAX
    assert len(narrow.product.reads) < 10
    reading = asyncio.create_task(sleeper.read_all())
    await narrow.eventually(lambda: not client.session.behind and not client.waiting_bytes)
    narrow.product.revoke(token)
    frames = frames_of(await reading)
    assert [f["seq"] for f in frames if f["t"] == "points.changed"] == list(range(1, 1001))

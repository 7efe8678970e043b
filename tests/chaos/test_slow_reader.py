"""Somebody who stops reading hurts nobody: not the others' countdown, not the server's memory."""

import asyncio
import socket
from contextlib import AsyncExitStack

import msgspec

from protocol.client_core import Positions
from protocol.close_codes import CloseCode
from tests.bets import Bets
from tests.chaos.nodes import insist, running
from tests.evidence import assert_each_once, assert_sound, heads, sold
from tests.fittrack.server.websocket.wire import client_frame, server_frames
from tests.players import Rest, Witness, client
from tests.server import Server, serving
from tests.stage import SOAK, Stage, eventually
from tests.world import Member

ACCOUNTS = 10 if SOAK else 2
SLEEPERS_EACH = 5
EVENTS = 600
"""Numbered events that each sleeper is to be sent, some 300 KB: more than its socket takes."""
IN_FLIGHT = 50
WATCHERS = 20
MEMORY_MAX_BYTES = 96 * 1024 * 1024
"""What the server may grow by meanwhile: page caches of the database, and not the sleepers' events."""
ASLEEP_S = 12.5
"""Seconds: a connection that drains nothing is closed after 10, and dropped after 5 more."""


class Sleeper:
    """A client that signs in, resumes from the beginning, subscribes, and reads no byte any more."""

    def __init__(self, server: Server, member: Member) -> None:
        self.member = member
        self._server = server
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self._socket.setblocking(False)

    async def fall_asleep(self, channel: str) -> None:
        """Ask for everything; read nothing but the first line of the upgrade."""
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, ("127.0.0.1", self._server.port))
        upgrade = (
            "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Protocol: fittrack.v1.msgpack\r\n\r\n"
        )
        await loop.sock_sendall(self._socket, upgrade.encode())
        while await loop.sock_recv(self._socket, 1) != b"\n":
            pass
        auth = {"token": self.member.token, "resume": {"ledger": 0, "inbox": 0}}
        for frame in ({"t": "auth", "id": "auth", "d": auth}, {"t": "sub", "id": "sub", "ch": channel}):
            await loop.sock_sendall(self._socket, client_frame(0x2, msgspec.msgpack.encode(frame)))

    async def wake(self) -> int | None:
        """Read to the end. The close code; None: the connection was dropped before it could be said."""
        loop, data = asyncio.get_running_loop(), bytearray()
        while not _is_closed(data):
            try:
                chunk = await loop.sock_recv(self._socket, 65_536)
            except ConnectionResetError:
                return None
            if not chunk:
                return None
            data += chunk
        return int.from_bytes(_messages(data)[-1][1][:2], "big")

    def leave(self) -> None:
        """Go, without a word."""
        self._socket.close()


def _messages(data: bytearray) -> list[tuple[int, bytes]]:
    return server_frames(bytes(data).partition(b"\r\n\r\n")[2])


def _is_closed(data: bytearray) -> bool:
    frames = _messages(data)
    return bool(frames) and frames[-1][0] == 0x8


async def with_many_events(stage: Stage, members: list[Member], bets: Bets) -> None:
    """Give each of them a long ledger."""
    async with running(stage) as node:
        for _ in range(0, EVENTS, IN_FLIGHT):
            await asyncio.gather(
                *(
                    insist([node], bets, member, stage.world.drawing_id, 1)
                    for member in members
                    for _ in range(IN_FLIGHT)
                )
            )


async def test_sleepers_are_closed_4003_while_the_others_see_every_sale_and_memory_stays_bounded(
    stage: Stage,
) -> None:
    bets, drawing_id = Bets(), stage.world.drawing_id
    sleepy, awake = stage.world.players[:ACCOUNTS], stage.world.players[ACCOUNTS : ACCOUNTS + WATCHERS]
    await with_many_events(stage, sleepy, bets)
    channel = f"drawing:{drawing_id}"
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(stage.folder))
        rest = await stack.enter_async_context(Rest(server))
        watching = [await _watch(stack, server, member, channel) for member in awake]
        await asyncio.gather(*(bets.over_rest(rest, member.token, drawing_id, 1) for member in awake))
        sockets, memory = server.open_sockets, server.resident_bytes
        sleepers = [Sleeper(server, member) for member in sleepy for _ in range(SLEEPERS_EACH)]
        for sleeper in sleepers:
            stack.callback(sleeper.leave)
            await sleeper.fall_asleep(channel)
        asleep_since = asyncio.get_running_loop().time()
        await asyncio.gather(*(bets.over_rest(rest, member.token, drawing_id, 2) for member in awake * 5))
        total = sold(stage, drawing_id)
        await eventually(lambda: {_last_seen(each) for each in watching} == {total}, "the last sale")
        assert server.resident_bytes - memory < MEMORY_MAX_BYTES
        await asyncio.sleep(asleep_since + ASLEEP_S - asyncio.get_running_loop().time())
        assert await sleepers[0].wake() in (CloseCode.SLOW_READER, None)
        await eventually(lambda: server.open_sockets <= sockets, "the end of the sleepers")
        await _comes_back(stage, server, sleepy[0])
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def _watch(stack: AsyncExitStack, server: Server, member: Member, channel: str) -> Witness:
    phone, witness = await stack.enter_async_context(client(server, member.token))
    await phone.subscribe(channel)
    return witness


def _last_seen(witness: Witness) -> object:
    ticks = [event for event in witness.events if event.t == "drawing.tick"]
    return ticks[-1].d["tickets"] if ticks else None


async def _comes_back(stage: Stage, server: Server, member: Member) -> None:
    """With a client that reads, everything that was slept through arrives."""
    end = heads(stage, member.user_id)
    async with client(server, member.token, positions=Positions(ledger=0, inbox=0)) as (phone, witness):
        await eventually(lambda: phone.positions.ledger == end["ledger"], "the end of the ledger")
    witness.first = {"ledger": 0, "inbox": 0}
    witness.assert_complete(end)

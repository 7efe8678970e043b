"""How many may come, how many may stay without saying who they are, and how much each may ask."""

import asyncio
import logging
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
import pytest

from fittrack.server.admission import Caps
from fittrack.server.pinger import SWEEP_EVERY_S
from fittrack.server.websocket import WebSocketSettings
from fittrack.server.windows import WINDOW_S
from protocol.limits import COMMANDS_BURST, Timing
from tests.fittrack.server.websocket.house import House, open_house
from tests.fittrack.server.websocket.test_handshake import GOOD


@asynccontextmanager
async def house_of(**caps: int) -> AsyncIterator[House]:
    async with open_house(WebSocketSettings(caps=Caps(**caps))) as house:
        yield house


async def knock(house: House) -> int:
    """Try to come in; an upgrade is given up at once."""
    async with aiohttp.ClientSession() as session, session.get(house.url, headers=GOOD) as response:
        return response.status


async def test_a_full_node_refuses_another_connection() -> None:
    async with house_of(connections=2) as house:
        players = [await house.enter() for _ in range(2)]
        assert await knock(house) == 503
        await players[0].socket.close()
        await house.eventually(lambda: len(house.sockets.hub) == 1)
        assert await knock(house) == 101


async def test_strangers_do_not_fill_the_node() -> None:
    async with house_of(unauthenticated=2) as house:
        strangers = [await house.connect() for _ in range(2)]
        assert await knock(house) == 503
        await strangers[0].sign_in(house.product.sign_up())
        assert (await house.enter()).socket.closed is False


async def test_strangers_of_one_address_do_not_either() -> None:
    async with house_of(unauthenticated_per_address=2) as house:
        strangers = [await house.connect() for _ in range(2)]
        assert await knock(house) == 429
        await strangers[0].socket.close()
        await house.eventually(lambda: len(house.sockets.hub) == 1)
        assert (await house.enter()).socket.closed is False


async def test_a_stranger_who_says_nothing_makes_room_after_ten_seconds() -> None:
    async with house_of(unauthenticated=1) as house:
        stranger = await house.connect()
        assert await knock(house) == 503
        await house.clock.advance(Timing().auth_within + SWEEP_EVERY_S)
        assert await stranger.close_code() == 4004
        assert await knock(house) == 101


async def test_who_gives_up_at_the_door_leaves_nothing_behind() -> None:
    async with house_of(unauthenticated_per_address=1) as house:
        for _ in range(5):
            assert await knock(house) == 101
            await house.eventually(lambda: not len(house.sockets.hub))


async def test_who_leaves_while_the_door_opens_is_no_fault_of_the_server(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with house_of(unauthenticated_per_address=1) as house:
        request = "".join(f"{name}: {value}\r\n" for name, value in GOOD.items())
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", urlsplit(house.url).port)) as visitor:
                visitor.sendall(f"GET /ws HTTP/1.1\r\nHost: here\r\n{request}\r\n".encode())
                visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await house.eventually(lambda: not len(house.sockets.hub))
        assert await knock(house) == 101
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_an_address_opens_so_many_a_minute() -> None:
    async with house_of(upgrades_per_minute=3) as house:
        assert [await knock(house) for _ in range(5)] == [101, 101, 101, 429, 429]
        await house.clock.advance(WINDOW_S)
        assert await knock(house) == 101


async def test_a_bad_handshake_takes_no_place() -> None:
    async with house_of(upgrades_per_minute=1) as house:
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                assert (await session.get(house.url)).status == 400
        assert await knock(house) == 101


async def test_above_its_budget_a_connection_is_told_when_to_ask_again(house: House) -> None:
    player = await house.enter()
    await asyncio.gather(*(player.send({"t": "ping", "id": n}) for n in range(COMMANDS_BURST + 20)))
    answers = [await player.next() for _ in range(COMMANDS_BURST + 20)]
    refused = [frame["d"] for frame in answers if frame["t"] == "err"]
    assert refused
    assert {(problem["code"], problem["retryable"]) for problem in refused} == {("rate-limited", True)}
    assert all(problem["after_ms"] > 0 for problem in refused)
    await house.clock.advance(max(problem["after_ms"] for problem in refused) / 1000)
    assert (await player.ask("ping"))["t"] == "pong"


async def test_a_stranger_sends_little(house: House) -> None:
    stranger = await house.connect()
    assert (await stranger.next())["t"] == "hello"
    await stranger.socket.send_bytes(b" " * 4_097)
    assert (await stranger.next())["d"]["code"] == "body-too-large"
    assert await stranger.close_code() == 4502


def test_where_the_system_allows_few_files_fewer_connections_are_taken() -> None:
    program = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))
from fittrack.server.open_files import connections_that_fit
print(connections_that_fit(2000), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""
    for hard, expected in ((3_000, "2000 3000"), (2_500, "1500 2500"), (1_200, "600 1200")):
        ran = subprocess.run(
            [sys.executable, "-c", program.format(hard=hard)], capture_output=True, text=True, check=True
        )
        assert ran.stdout.splitlines()[-1] == expected
        assert ("open_files.too_few" in ran.stdout) == (hard < 3_000)

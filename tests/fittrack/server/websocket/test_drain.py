"""The orderly end of a node."""

import asyncio

import aiohttp

from fittrack.server.drain import DRAIN_MAX_S, GRACE_S
from tests.fittrack.server.websocket.house import House
from tests.fittrack.server.websocket.test_handshake import GOOD


async def test_everybody_is_told_to_go_each_at_another_moment_and_closed_4001(house: House) -> None:
    players = [await house.enter() for _ in range(20)]
    draining = asyncio.create_task(house.sockets.drain())
    farewells = [(await player.until("goaway"))["d"] for player in players]
    after = sorted(farewell["after_ms"] for farewell in farewells)
    assert 0 <= after[0] < after[-1] <= 20_000
    assert len(set(after)) > 10
    assert {farewell["deadline"] for farewell in farewells} == {"2026-03-01T12:00:23.000Z"}
    codes = asyncio.gather(*(player.close_code() for player in players))
    await house.clock.advance(12)
    assert 0 < len(house.sockets.hub) < 20
    await house.clock.advance(12)
    assert await codes == [4001] * 20
    await draining


async def test_a_draining_node_takes_nobody(house: House) -> None:
    await house.sockets.drain()
    async with aiohttp.ClientSession() as session, session.get(house.url, headers=GOOD) as response:
        assert response.status == 503


async def test_commands_are_still_answered_while_the_node_drains(house: House) -> None:
    player = await house.enter()
    draining = asyncio.create_task(house.sockets.drain())
    await player.until("goaway")
    assert (await player.ask("ping"))["t"] == "pong"
    await house.clock.advance(26)
    await draining


async def test_clients_that_do_not_go_are_dropped_while_there_is_time_for_what_is_behind_them(
    house: House,
) -> None:
    silent = [await house.enter() for _ in range(20)]
    draining = asyncio.create_task(house.sockets.drain())
    for player in silent:
        await player.until("goaway")  # and never reads again: the close frame is not answered
    await house.clock.advance(GRACE_S)
    assert not draining.done()
    await house.clock.advance(DRAIN_MAX_S - GRACE_S - 0.5)
    assert draining.done() and not len(house.sockets.hub)
    await draining

"""kill -9 of a real server under load, again and again: what was acknowledged is there, and only that."""

import asyncio
import random
import signal
from uuid import UUID

import pytest

from fittrack.cli.serve import EXIT_FATAL
from protocol.client import Client
from tests.bets import Bets
from tests.evidence import assert_each_once, assert_sound, heads
from tests.players import Rest, Witness, client
from tests.server import PATIENCE_S, Server, serving
from tests.stage import SOAK, Stage, eventually
from tests.world import Member

BUYERS = 24
KILLS = 60 if SOAK else 5
ACKNOWLEDGED_BETWEEN_KILLS = (1, 120)
"""Purchases, drawn at random, so that the end comes at any point of a start, a batch, an answer."""
IN_FLIGHT = 3
"""Purchases a buyer has under way at any time."""


class Crowd:
    """Players who buy without end, over whatever becomes of the server."""

    def __init__(self, server: Server, stage: Stage, drawing_id: UUID) -> None:
        self.bets = Bets()
        self.done = False
        self._server, self._stage, self._drawing_id = server, stage, drawing_id
        self._news = asyncio.Event()

    async def acknowledged(self, more: int) -> None:
        """Wait for that many further acknowledgements."""
        target = len(self.bets.bought) + more
        async with asyncio.timeout(PATIENCE_S):
            while len(self.bets.bought) < target:
                self._news.clear()
                await self._news.wait()

    async def play(self, member: Member) -> None:
        """Buy with the reference client until the day is done; then see that its streams are whole."""
        async with client(self._server, member.token) as (phone, witness):
            await asyncio.gather(*(self._buy(phone) for _ in range(IN_FLIGHT)))
            await self._catch_up(phone, witness, member)

    async def play_over_rest(self, rest: Rest, member: Member) -> None:
        """Buy over REST until the day is done."""
        while not self.done:
            await self.bets.over_rest(rest, member.token, self._drawing_id, 1)
            self._news.set()

    async def _buy(self, phone: Client) -> None:
        while not self.done:
            await self.bets.over_websocket(phone, self._drawing_id, 1)
            self._news.set()

    async def _catch_up(self, phone: Client, witness: Witness, member: Member) -> None:
        end = heads(self._stage, member.user_id)
        await eventually(
            lambda: (phone.positions.ledger, phone.positions.inbox) == (end["ledger"], end["inbox"]),
            "the end of the streams",
        )
        witness.assert_complete(end)


@pytest.mark.timeout(PATIENCE_S * KILLS)
async def test_a_server_killed_at_random_instants_loses_and_doubles_nothing(stage: Stage) -> None:
    rng = random.Random()
    players, drawing_id = stage.world.players, stage.world.drawing_id
    async with serving(stage.folder) as server, Rest(server) as rest, asyncio.TaskGroup() as work:
        crowd = Crowd(server, stage, drawing_id)
        for member in players[:BUYERS]:
            work.create_task(crowd.play(member))
        for member in players[BUYERS : BUYERS + 6]:
            work.create_task(crowd.play_over_rest(rest, member))
        for _ in range(KILLS):
            await crowd.acknowledged(rng.randint(*ACKNOWLEDGED_BETWEEN_KILLS))
            await server.kill()
            await server.start()
        await crowd.acknowledged(BUYERS)
        crowd.done = True
    bets = crowd.bets
    assert not bets.refused
    assert len(bets.bought) == len(bets.sent)
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


@pytest.mark.timeout(PATIENCE_S * KILLS)
async def test_a_writer_killed_alone_is_the_end_of_its_server_and_loses_and_doubles_nothing(
    stage: Stage,
) -> None:
    rng = random.Random()
    async with (
        serving(stage.folder, expected_faults=["journal.fatal"]) as server,
        asyncio.TaskGroup() as work,
    ):
        crowd = Crowd(server, stage, stage.world.drawing_id)
        for member in stage.world.players[:BUYERS]:
            work.create_task(crowd.play(member))
        for _ in range(KILLS):
            await crowd.acknowledged(rng.randint(*ACKNOWLEDGED_BETWEEN_KILLS))
            server.send_to_writer(signal.SIGKILL)
            assert await server.ended() == EXIT_FATAL
            await server.start()
        await crowd.acknowledged(BUYERS)
        crowd.done = True
    bets = crowd.bets
    assert not bets.refused
    assert len(bets.bought) == len(bets.sent)
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def test_a_server_killed_while_it_starts_starts_again(stage: Stage) -> None:
    rng = random.Random()
    member, drawing_id, bets = stage.world.players[0], stage.world.drawing_id, Bets()
    server = Server(stage.folder)
    try:
        for _ in range(KILLS):
            server.launch()
            await asyncio.sleep(rng.uniform(0, 1.5))
            await server.kill()
        await server.start()
        async with Rest(server) as rest:
            await bets.over_rest(rest, member.token, drawing_id, 1)
    finally:
        server.end()
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)

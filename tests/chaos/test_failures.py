"""The database fails under the whole product: nothing acknowledged is lost, nothing unacknowledged
returns unseen.
"""

import asyncio
import itertools
import signal
import sqlite3
from uuid import UUID

import aiohttp
import pytest

from fittrack.cli.serve import EXIT_FATAL
from fittrack.db.handles import Engine
from fittrack.kit.problems import Busy, OutcomeUnknown, Problem
from protocol.outbound import TicketsBought
from tests.bets import Bets
from tests.chaos.doubling_store import DoublingStore
from tests.chaos.nodes import Gate, buy, insist, running
from tests.evidence import assert_each_once, assert_sound, purchases
from tests.fittrack.db.faults import WatchedStore, fail_once, sqlite_error
from tests.players import Rest, client
from tests.server import PATIENCE_S, Server
from tests.stage import SOAK, Stage
from tests.world import Member

BUYERS = 40


async def test_a_constraint_violated_amid_a_batch_of_purchases_hurts_nobody_else(stage: Stage) -> None:
    bets, players, gate = Bets(), stage.world.players[:BUYERS], Gate("begin")
    stores: list[DoublingStore] = []

    def store(engine: Engine) -> DoublingStore:
        stores.append(DoublingStore(engine, players[BUYERS // 2], gate))
        return stores[0]

    async with running(stage, store=store) as node:
        gate.shut()
        buying = [
            asyncio.ensure_future(insist([node], bets, member, stage.world.drawing_id, 1))
            for member in players
        ]
        await gate.somebody_waits()
        gate.open()
        assert all(await asyncio.gather(*buying))
        assert stores[0].doubled == 1
        assert node.journal.metrics.replays >= 1
    assert len(bets.bought) == BUYERS
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


class SmallDisk(WatchedStore):
    """A store whose file may grow by so many pages and no more, until there is room."""

    def __init__(self, engine: Engine, *, pages: int) -> None:
        super().__init__(engine, lambda step: None)
        self._pages = pages
        self._limited = False
        self.has_room = False

    def begin(self) -> None:
        super().begin()
        connection = self.connection()
        if self.has_room:
            connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
        elif not self._limited:
            used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={used + self._pages}")
            self._limited = True


async def test_a_disk_that_is_really_full_is_told_honestly_and_sales_go_on_when_there_is_room(
    stage: Stage,
) -> None:
    bets, players, drawing_id = Bets(), stage.world.players[:BUYERS], stage.world.drawing_id
    disks: list[SmallDisk] = []

    def store(engine: Engine) -> SmallDisk:
        disks.append(SmallDisk(engine, pages=20))
        return disks[0]

    async with running(stage, store=store) as node:
        refused: list[Problem] = []
        while not refused:
            keys = [bets.new_key() for _ in players]
            outcomes = await asyncio.gather(
                *(buy(node, member, drawing_id, 1, key) for member, key in zip(players, keys, strict=True)),
                return_exceptions=True,
            )
            for key, outcome in zip(keys, outcomes, strict=True):
                if isinstance(outcome, TicketsBought):
                    bets.granted(key, outcome.transaction_id, 1)
            refused = [outcome for outcome in outcomes if isinstance(outcome, Problem)]
        assert all(isinstance(problem, Busy) for problem in refused)
        assert_each_once(stage, bets.acknowledged, bets.sent)
        assert purchases(stage).keys() == bets.bought.keys(), "what was refused returned unseen"
        disks[0].has_room = True
        for member, key in zip(players, keys, strict=True):
            bought = await buy(node, member, drawing_id, 1, key)
            bets.granted(key, bought.transaction_id, 1)
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


@pytest.mark.parametrize("step", ["commit", "committed"], ids=["not stored", "stored"])
async def test_a_failed_commit_answers_everybody_that_the_outcome_is_unknown(stage: Stage, step: str) -> None:
    bets, players, drawing_id = Bets(), stage.world.players[:BUYERS], stage.world.drawing_id
    fatal: list[BaseException] = []
    error = sqlite_error("disk I/O error", sqlite3.SQLITE_IOERR_FSYNC)
    faulty = fail_once(step, error)
    keys = [bets.new_key() for _ in players]
    async with running(
        stage, store=lambda engine: WatchedStore(engine, faulty), on_fatal=fatal.append
    ) as node:
        outcomes = await asyncio.gather(
            *(buy(node, member, drawing_id, 1, key) for member, key in zip(players, keys, strict=True)),
            return_exceptions=True,
        )
    assert fatal == [error]
    # What was in that COMMIT may be stored; what came later was never begun.
    assert all(isinstance(outcome, OutcomeUnknown | Busy) for outcome in outcomes)
    assert any(isinstance(outcome, OutcomeUnknown) for outcome in outcomes)
    certain = [key for key, outcome in zip(keys, outcomes, strict=True) if isinstance(outcome, Busy)]
    assert not purchases(stage).keys() & set(certain), "`busy` means that nothing happened"
    async with running(stage) as successor:
        for member, key in zip(players, keys, strict=True):
            bought = await buy(successor, member, drawing_id, 1, key)
            bets.granted(key, bought.transaction_id, 1)
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


class Buyers:
    """Half come over REST, half over the WebSocket; each wants one purchase, whatever becomes of it."""

    def __init__(self, server: Server, stage: Stage) -> None:
        self.bets = Bets()
        self.first_statuses: list[int] = []
        """What REST said at first; 0: the connection was lost."""
        self._server, self._drawing_id = server, stage.world.drawing_id

    async def buy(self, members: list[Member]) -> None:
        """Everybody at once, until everybody has an answer."""
        half = len(members) // 2
        over_rest, over_websocket = (
            map(self._over_rest, members[:half]),
            map(self._over_websocket, members[half:]),
        )
        await asyncio.gather(*over_rest, *over_websocket)

    async def _over_websocket(self, member: Member) -> None:
        async with client(self._server, member.token) as (phone, _):
            await self.bets.over_websocket(phone, self._drawing_id, 1)

    async def _over_rest(self, member: Member) -> None:
        key = self.bets.new_key()
        async with Rest(self._server) as rest:
            try:
                status, _ = await rest.buy(member.token, self._drawing_id, 1, key)
            except (aiohttp.ClientError, OSError):
                status = 0
            self.first_statuses.append(status)
            status, body = await rest.insist(member.token, self._drawing_id, 1, key)
            assert status == 201, body
            self.bets.granted(key, UUID(body["transaction_id"]), 1)


CRASH_POINTS = ["begin:2", "insert:1", "insert:2", "commit:1", "committed:1", "commit:2", "committed:3"]
if SOAK:
    STEPS = ("begin", "insert", "commit", "committed")
    CRASH_POINTS = [f"{step}:{occurrence}" for step in STEPS for occurrence in range(1, 16)]


@pytest.mark.timeout(PATIENCE_S * len(CRASH_POINTS))
async def test_crashes_between_any_two_steps_lose_and_double_nothing(stage: Stage) -> None:
    """One server after the other dies at its step, while new players come and the former ones insist."""
    server = Server(stage.folder)
    buyers, crowds, sent = Buyers(server, stage), itertools.cycle(_crowds(stage.world.players)), 0
    try:
        async with asyncio.TaskGroup() as buying:
            for point in CRASH_POINTS:
                server.runs("--at", point, "--do", "kill", module="tests.chaos.faulty_server")
                await server.start()
                server.send_to_writer(signal.SIGUSR1)
                ended = asyncio.create_task(server.ended())
                while not ended.done():  # a crowd may share fewer commits than the step needs
                    crowd = buying.create_task(buyers.buy(next(crowds)))
                    sent += BUYERS
                    await asyncio.wait({ended, crowd}, return_when=asyncio.FIRST_COMPLETED)
                assert await ended == -signal.SIGKILL
                assert_each_once(stage, buyers.bets.acknowledged, buyers.bets.sent)
            server.runs("serve")
            await server.start()
    finally:
        server.end()
    assert len(buyers.bets.bought) == len(buyers.bets.sent) == sent
    assert not server.faults
    assert_each_once(stage, buyers.bets.acknowledged, buyers.bets.sent)
    assert_sound(stage)


def _crowds(members: list[Member]) -> list[list[Member]]:
    return [members[first : first + BUYERS] for first in range(0, len(members), BUYERS)]


@pytest.mark.parametrize("fault", ["fail", "kill-writer"], ids=["fails", "ends the writer"])
@pytest.mark.parametrize("point", ["commit:1", "committed:1"], ids=["not stored", "stored"])
async def test_a_failed_commit_is_the_end_of_the_process_and_its_successor_knows_the_outcome(
    stage: Stage, point: str, fault: str
) -> None:
    server = Server(stage.folder, "--at", point, "--do", fault, module="tests.chaos.faulty_server")
    try:
        await server.start()
        buyers = Buyers(server, stage)
        server.send_to_writer(signal.SIGUSR1)
        buying = asyncio.create_task(buyers.buy(stage.world.players[:BUYERS]))
        assert await server.ended() == EXIT_FATAL
        server.runs("serve")
        await server.start()
        await buying
    finally:
        server.end()
    assert len(buyers.bets.bought) == BUYERS
    assert set(buyers.first_statuses) <= {0, 201, 503, 504}
    assert 504 in buyers.first_statuses, "nobody was told that the outcome is unknown"
    assert_each_once(stage, buyers.bets.acknowledged, buyers.bets.sent)
    assert_sound(stage)

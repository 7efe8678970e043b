"""SIGTERM: everybody is sent elsewhere, what was begun is finished, the process ends by itself."""

import asyncio
import signal
from uuid import UUID

import pytest

from tests.bets import Bets
from tests.evidence import assert_each_once, assert_sound, heads
from tests.players import client
from tests.server import Server, serving
from tests.stage import SOAK, Stage, eventually
from tests.wire import purchase, wired
from tests.world import Member

COMMANDS = 40
MOVERS = 12 if SOAK else 2
"""Each is given a random instant of the drain's 20 s: more of them make it last longer."""


async def work_until_sent_away(
    server: Server, member: Member, drawing_id: UUID, bets: Bets, begun: asyncio.Semaphore
) -> None:
    """Send commands before and after the `goaway`; leave when each has its answer."""
    async with wired(server, member.token) as wire:
        before = [purchase(drawing_id, bets.new_key()) for _ in range(COMMANDS)]
        await wire.send(*before)
        begun.release()
        goaway = await wire.until("goaway")
        assert set(goaway["d"]) == {"after_ms", "deadline"}
        after = [purchase(drawing_id, bets.new_key()) for _ in range(10)]
        await wire.send(*after)
        answers = await wire.answers([frame["id"] for frame in (*before, *after)])
    for id, frame in answers.items():
        assert frame["t"] == "ok", frame
        bets.granted(UUID(str(id)), UUID(frame["d"]["transaction_id"]), 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
async def test_a_server_told_to_stop_says_so_and_answers_every_command(
    stage: Stage, number: signal.Signals
) -> None:
    """Told as a supervisor tells it: all its processes at once."""
    bets, members, begun = Bets(), stage.world.players[:10], asyncio.Semaphore(0)
    async with serving(stage.folder) as server:
        working = [
            asyncio.create_task(work_until_sent_away(server, member, stage.world.drawing_id, bets, begun))
            for member in members
        ]
        for _ in members:
            await begun.acquire()
        server.send_to_writer(number)
        server.send(number)
        assert await server.ended() == 0
        await asyncio.gather(*working)
    assert len(bets.bought) == len(bets.sent) == len(members) * (COMMANDS + 10)
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def test_clients_live_through_a_restart_without_noticing(stage: Stage) -> None:
    """They buy all the time; the server is told to stop, and another takes its place."""
    bets, members, done = Bets(), stage.world.players[:MOVERS], asyncio.Event()
    bought = asyncio.Semaphore(0)

    async def shop(member: Member) -> None:
        async with client(server, member.token) as (phone, witness):
            while not done.is_set():
                await bets.over_websocket(phone, stage.world.drawing_id, 1)
                bought.release()
            end = heads(stage, member.user_id)
            await eventually(lambda: phone.positions.ledger == end["ledger"], "the end of the ledger")
            witness.assert_complete(end)

    async with serving(stage.folder) as server, asyncio.TaskGroup() as work:
        for member in members:
            work.create_task(shop(member))
        await bought.acquire()
        assert await server.terminate() == 0
        await server.start()
        sold = len(bets.bought)
        await eventually(lambda: len(bets.bought) > sold + MOVERS, "sales by the successor")
        done.set()
    assert not bets.refused
    assert len(bets.bought) == len(bets.sent)
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)

"""The same player and the same drawing alive twice: the database lets one win, and the other starts anew."""

import asyncio
from contextlib import AsyncExitStack

from fittrack.app import Node
from fittrack.drawings.messages import ViewDrawing
from fittrack.kit.problems import Problem
from fittrack.points.live import ViewPlayer
from fittrack.server.asking import DRAWING, USER
from protocol.outbound import TicketsBought
from tests.bets import Bets
from tests.chaos.nodes import Gate, buy, insist, running
from tests.evidence import assert_each_once, assert_sound, sold
from tests.fittrack.db.faults import WatchedStore
from tests.players import Rest
from tests.server import Server
from tests.stage import Stage
from tests.world import Member

PLAYERS = 60


async def wake(node: Node, stage: Stage, members: list[Member]) -> None:
    """Have the node hold the drawing and the players in memory."""
    await node.registry.ref(DRAWING, stage.world.drawing_id).ask(ViewDrawing())
    for member in members:
        await node.registry.ref(USER, member.user_id).ask(ViewPlayer())


async def attempt(node: Node, member: Member, stage: Stage, bets: Bets) -> TicketsBought | Problem:
    """Buy once. What is acknowledged is remembered."""
    key = bets.new_key()
    try:
        bought = await buy(node, member, stage.world.drawing_id, 1, key)
    except Problem as problem:
        assert problem.retryable, f"{problem.code} would be an answer"
        return problem
    bets.granted(key, bought.transaction_id, 1)
    return bought


async def test_of_two_activations_with_many_purchases_in_flight_one_wins_and_both_go_on(stage: Stage) -> None:
    """Both drawings' actors hand in units at the same place of the same log; one writer comes first."""
    bets, players = Bets(), stage.world.players[:PLAYERS]
    early, late = players[: PLAYERS // 2], players[PLAYERS // 2 :]
    gate = Gate("begin")
    async with (
        running(stage) as winner,
        running(stage, store=lambda engine: WatchedStore(engine, gate)) as loser,
    ):
        await wake(winner, stage, players)
        await wake(loser, stage, players)
        gate.shut()
        in_flight = [asyncio.ensure_future(attempt(loser, member, stage, bets)) for member in late]
        await gate.somebody_waits()
        won = await asyncio.gather(*(attempt(winner, member, stage, bets) for member in early))
        gate.open()
        lost = await asyncio.gather(*in_flight)
        assert all(isinstance(outcome, TicketsBought) for outcome in won)
        assert isinstance(lost[0], Problem), "it was at the gate when the other one won"
        again = [insist([loser, winner], bets, member, stage.world.drawing_id, 1) for member in players]
        assert all(await asyncio.gather(*again))
    assert sold(stage, stage.world.drawing_id) == len(bets.bought)
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def test_a_player_alive_twice_with_purchases_in_flight_in_both_is_never_served_from_old_points(
    stage: Stage,
) -> None:
    """All of the points are wanted on one node while the other has spent most of them already."""
    member, bets = stage.world.players[0], Bets()
    gate = Gate("begin")
    async with (
        running(stage) as first,
        running(stage, store=lambda engine: WatchedStore(engine, gate)) as second,
    ):
        await wake(first, stage, [member])
        await wake(second, stage, [member])
        gate.shut()
        waiting = asyncio.ensure_future(insist([second], bets, member, stage.world.drawing_id, 4_000))
        await gate.somebody_waits()
        assert await insist([first], bets, member, stage.world.drawing_id, 4_000)
        gate.open()
        assert await waiting is None
        assert bets.refused == {"insufficient-points": 1}
        assert await insist([second], bets, member, stage.world.drawing_id, 2_000)
        assert await insist([first], bets, member, stage.world.drawing_id, 1) is None
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def test_memory_behind_what_somebody_saw_of_the_ledger_is_loaded_anew(stage: Stage) -> None:
    """Nodes that hear nothing of each other: streams are compared with the database, and memory with them."""
    member, bets = stage.world.players[0], Bets()
    async with running(stage) as one, running(stage) as other:
        await wake(other, stage, [member])
        assert await insist([one], bets, member, stage.world.drawing_id, 3)
        there = await one.registry.ref(USER, member.user_id).ask(ViewPlayer())
        player = other.registry.ref(USER, member.user_id)
        assert await player.ask(ViewPlayer(there.ledger_seq)) == there
        assert await player.ask(ViewPlayer()) == there
    assert_sound(stage)


async def test_two_nodes_on_one_file_serve_a_storm_of_the_same_players_and_the_same_drawing(
    stage: Stage,
) -> None:
    bets, players = Bets(), stage.world.players[:PLAYERS]
    async with running(stage) as one, running(stage) as other:
        nodes = [one, other]
        storm = [
            insist(nodes if n % 2 else nodes[::-1], bets, member, stage.world.drawing_id, 1 + n % 3)
            for n, member in enumerate(players * 3)
        ]
        assert all(await asyncio.gather(*storm))
    assert len(bets.bought) == len(bets.sent)
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def test_two_server_processes_on_one_file_fence_each_other(stage: Stage) -> None:
    bets, players = Bets(), stage.world.players[:24]
    async with AsyncExitStack() as stack:
        servers = [Server(stage.folder), Server(stage.folder)]
        for server in servers:
            stack.callback(server.end)
        await asyncio.gather(*(server.start() for server in servers))
        doors = [await stack.enter_async_context(Rest(server)) for server in servers]
        await asyncio.gather(
            *(
                bets.over_rest(doors[n % 2], member.token, stage.world.drawing_id, 1)
                for n, member in enumerate(players * 4)
            )
        )
        shown = [await door.get(f"/drawings/{stage.world.drawing_id}") for door in doors]
    assert not bets.refused
    assert len(bets.bought) == len(bets.sent)
    assert max(drawing["total_tickets"] for drawing in shown) == len(players) * 4
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)

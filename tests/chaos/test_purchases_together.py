"""Purchases of one player that share a turn, and some of them cannot be stored: no lie, no gap, no double."""

import asyncio
import sqlite3
from collections.abc import Sequence
from uuid import UUID

import pytest

from fittrack.app import Node
from fittrack.db.handles import Engine
from fittrack.drawings.messages import ViewDrawing
from fittrack.kit.problems import Busy, OutcomeUnknown, Problem
from fittrack.points.live import ViewPlayer
from fittrack.server.asking import DRAWING, USER
from protocol.outbound import TicketsBought
from tests.bets import Bets
from tests.chaos.doubling_store import DoublingStore
from tests.chaos.nodes import Gate, buy, insist, running
from tests.evidence import assert_each_once, assert_sound, purchases, sold
from tests.fittrack.db.faults import WatchedStore, fail_once, sqlite_error
from tests.players import QUICK
from tests.server import PATIENCE_S
from tests.stage import Stage
from tests.world import Member

AT_ONCE = 20
"""More than an idle writer begins with, so that they go in several transactions."""

Outcomes = list[TicketsBought | BaseException]


async def buy_at_once(node: Node, member: Member, stage: Stage, keys: Sequence[UUID]) -> Outcomes:
    """A ticket under each key, all wanted before the player's actor takes its turn."""
    buying = (buy(node, member, stage.world.drawing_id, 1, key) for key in keys)
    return await asyncio.gather(*buying, return_exceptions=True)


def note(bets: Bets, keys: Sequence[UUID], outcomes: Outcomes) -> None:
    """Remember what was acknowledged; everything else must be retryable."""
    for key, outcome in zip(keys, outcomes, strict=True):
        if isinstance(outcome, TicketsBought):
            bets.granted(key, outcome.transaction_id, 1)
        else:
            assert isinstance(outcome, Problem) and outcome.retryable, repr(outcome)


async def ask_again(node: Node, member: Member, stage: Stage, bets: Bets) -> None:
    """Repeat every intention under its key until it is granted; those that were, get the same answer."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            outcomes = await buy_at_once(node, member, stage, bets.sent)
            note(bets, bets.sent, outcomes)
            if all(isinstance(outcome, TicketsBought) for outcome in outcomes):
                return
            await asyncio.sleep(QUICK)


@pytest.mark.parametrize("place", [0, 3, AT_ONCE - 1], ids=["first", "in the middle", "last"])
async def test_a_unit_that_fails_among_them_takes_those_behind_it_along_and_no_other(
    stage: Stage, place: int
) -> None:
    bets, member = Bets(), stage.world.players[0]
    keys = [bets.new_key() for _ in range(AT_ONCE)]
    stores: list[DoublingStore] = []
    async with running(stage) as node:
        seq = (await node.registry.ref(USER, member.user_id).ask(ViewPlayer())).ledger_seq

    def store(engine: Engine) -> DoublingStore:
        stores.append(DoublingStore(engine, member, lambda step: None, seq=seq + 1 + place))
        return stores[0]

    async with running(stage, store=store) as node:
        outcomes = await buy_at_once(node, member, stage, keys)
        assert stores[0].doubled == 1
        note(bets, keys, outcomes)
        assert set(purchases(stage)) == set(keys[:place]), "none stands without those before it"
        await ask_again(node, member, stage, bets)
    assert len(bets.bought) == sold(stage, stage.world.drawing_id) == AT_ONCE
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def test_when_the_disk_fails_between_them_what_is_stored_is_acknowledged_and_the_rest_is_busy(
    stage: Stage,
) -> None:
    """The second transaction cannot be written: nothing of it is stored, nor of what rests on it."""
    bets, member = Bets(), stage.world.players[0]
    keys = [bets.new_key() for _ in range(AT_ONCE)]
    faulty = fail_once("insert", sqlite_error("database or disk is full", sqlite3.SQLITE_FULL), after=3)
    async with running(stage, store=lambda engine: WatchedStore(engine, faulty)) as node:
        outcomes = await buy_at_once(node, member, stage, keys)
        note(bets, keys, outcomes)
        failures = [outcome for outcome in outcomes if not isinstance(outcome, TicketsBought)]
        assert 0 < len(failures) < AT_ONCE
        assert all(isinstance(failure, Busy) for failure in failures)
        assert set(purchases(stage)) == set(bets.bought)
        await ask_again(node, member, stage, bets)
    assert len(bets.bought) == sold(stage, stage.world.drawing_id) == AT_ONCE
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


@pytest.mark.parametrize("step", ["commit", "committed"], ids=["not stored", "stored"])
async def test_a_commit_without_an_answer_leaves_all_behind_it_unstored(stage: Stage, step: str) -> None:
    bets, member = Bets(), stage.world.players[0]
    keys = [bets.new_key() for _ in range(AT_ONCE)]
    faulty = fail_once(step, sqlite_error("disk I/O error", sqlite3.SQLITE_IOERR_FSYNC))
    async with running(stage, store=lambda engine: WatchedStore(engine, faulty)) as node:
        outcomes = await buy_at_once(node, member, stage, keys)
        note(bets, keys, outcomes)
        assert any(isinstance(outcome, OutcomeUnknown) for outcome in outcomes)
    certain = [key for key, outcome in zip(keys, outcomes, strict=True) if isinstance(outcome, Busy)]
    assert not set(purchases(stage)) & set(certain), "`busy` means that nothing happened"
    async with running(stage) as successor:
        await ask_again(successor, member, stage, bets)
    assert len(bets.bought) == sold(stage, stage.world.drawing_id) == AT_ONCE
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def test_of_two_activations_with_many_of_one_player_in_flight_one_wins_and_both_go_on(
    stage: Stage,
) -> None:
    """The player and the drawing are alive on two nodes, each with a basket on its way to the database."""
    bets, member, gate = Bets(), stage.world.players[0], Gate("begin")
    early, late = ([bets.new_key() for _ in range(AT_ONCE)] for _ in range(2))
    async with (
        running(stage) as winner,
        running(stage, store=lambda engine: WatchedStore(engine, gate)) as loser,
    ):
        for node in (winner, loser):
            await node.registry.ref(DRAWING, stage.world.drawing_id).ask(ViewDrawing())
            await node.registry.ref(USER, member.user_id).ask(ViewPlayer())
        gate.shut()
        in_flight = asyncio.ensure_future(buy_at_once(loser, member, stage, late))
        await gate.somebody_waits()
        won = await buy_at_once(winner, member, stage, early)
        gate.open()
        lost = await in_flight
        note(bets, early, won)
        note(bets, late, lost)
        assert all(isinstance(outcome, TicketsBought) for outcome in won)
        assert not any(isinstance(outcome, TicketsBought) for outcome in lost)
        await ask_again(loser, member, stage, bets)
    assert len(bets.bought) == sold(stage, stage.world.drawing_id) == 2 * AT_ONCE
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def test_two_nodes_serve_a_storm_of_the_same_few_players(stage: Stage) -> None:
    bets, players = Bets(), stage.world.players[:3]
    async with running(stage) as one, running(stage) as other:
        nodes = [one, other]
        storm = [
            insist(nodes if n % 2 else nodes[::-1], bets, member, stage.world.drawing_id, 1)
            for n, member in enumerate(players * AT_ONCE)
        ]
        assert all(await asyncio.gather(*storm))
    assert len(bets.bought) == len(bets.sent)
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)

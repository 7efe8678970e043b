"""Whoever takes an actor over shows what its former owner still had under way, as soon as it is stored."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest

from fittrack.app import Node
from fittrack.cluster.view import View, slot_of
from fittrack.kit.ids import uuid7
from fittrack.server.asking import DRAWING, USER
from tests.cluster.held_writer import HeldWriter
from tests.cluster.nodes import cluster_of, know_each_other, serving_here
from tests.evidence import assert_sound
from tests.players import Rest, client
from tests.redis_server import redis_server
from tests.stage import Stage, eventually
from tests.world import Member, no_fatal, open_drawing, settings_for

TICKETS = 3


@asynccontextmanager
async def held_node(stage: Stage, redis_url: str) -> AsyncIterator[tuple[Node, HeldWriter]]:
    """A node that does not serve yet, whose writer the test may hold. Serve it within."""
    writer = HeldWriter(stage)
    settings = settings_for(stage.folder, REDIS_URL=redis_url, WS_DRAIN_SECONDS="0", CLUSTER_LIFE_SECONDS="3")
    try:
        yield Node(settings, on_fatal=no_fatal, writer=writer), writer
    finally:
        writer.go_on()
        writer.dispose()


def owner(kind: str, entity_id: UUID, *nodes: Node) -> str:
    """Who runs an actor among these nodes, once they know each other."""
    return View.of(0, [cluster_of(node).node for node in nodes]).owners[slot_of(kind, entity_id)]


@pytest.mark.parametrize("change", ["joins", "leaves"])
async def test_a_purchase_under_way_when_its_actors_move_shows_at_their_new_node(
    stage: Stage, tmp_path: Path, change: str
) -> None:
    async with AsyncExitStack() as house:
        redis = house.enter_context(redis_server(tmp_path))
        former, writer = await house.enter_async_context(held_node(stage, redis.url))
        new, _ = await house.enter_async_context(held_node(stage, redis.url))
        at_former = await house.enter_async_context(serving_here(former))
        goes_to = cluster_of(new if change == "joins" else former).node
        member = _whose_actor_moves(stage.world.players, goes_to, former, new)
        drawing_id = await _drawing_that_moves(goes_to, former, new)
        if change == "leaves":
            at_new = await house.enter_async_context(serving_here(new))
            await know_each_other(former, new)
        rest = await house.enter_async_context(Rest(at_former))
        before = (await rest.get("/points/balance", member.token))["balance"]

        writer.hold()
        purchase = asyncio.ensure_future(rest.insist(member.token, drawing_id, TICKETS, uuid7()))
        await writer.has_units.wait()
        if change == "joins":
            at_new = await house.enter_async_context(serving_here(new))
            await know_each_other(former, new)
        else:
            await cluster_of(former).leave()
            await know_each_other(new)

        far = await house.enter_async_context(Rest(at_new))
        _, witness = await house.enter_async_context(client(at_new, member.token))
        await _seen(far, member, drawing_id)  # the new owner loads both, while nothing is stored
        writer.go_on()
        assert (await purchase)[0] == 201
        assert await _seen(far, member, drawing_id) == (before - TICKETS, TICKETS)
        await eventually(lambda: witness.heard["ledger"], "points.changed")
    assert_sound(stage)


def _whose_actor_moves(members: list[Member], goes_to: str, *nodes: Node) -> Member:
    return next(each for each in members if owner(USER, each.user_id, *nodes) == goes_to)


async def _drawing_that_moves(goes_to: str, former: Node, new: Node) -> UUID:
    while True:
        drawing_id = await open_drawing(former)
        if owner(DRAWING, drawing_id, former, new) == goes_to:
            return drawing_id


async def _seen(rest: Rest, member: Member, drawing_id: UUID) -> tuple[int, int]:
    """The balance and the tickets sold, as somebody sees them who asks now."""
    balance = (await rest.get("/points/balance", member.token))["balance"]
    drawing = await rest.get(f"/drawings/{drawing_id}", member.token)
    return balance, drawing["total_tickets"]

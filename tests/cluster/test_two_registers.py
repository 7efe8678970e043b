"""Two nodes that hear nothing of each other, so that each takes all actors for its own: what one stores, the
other shows, as far as it must know that it may be missing something.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from fittrack.app import Node
from fittrack.drawings.commands import OpenDrawing
from fittrack.kit.ids import uuid7
from fittrack.kit.intention import Intention
from fittrack.server.asking import DRAWING
from tests.cluster.nodes import cluster_of, serving_here
from tests.cluster.test_two_nodes import steps_now
from tests.evidence import assert_sound
from tests.players import Rest
from tests.redis_server import RedisServer, redis_server
from tests.server import PATIENCE_S
from tests.stage import Stage, eventually
from tests.world import no_fatal, scheduled_drawing, settings_for

TICKETS = 3
WALKED_POINTS = 50


class HeldLoad:
    """Stops a node's next load of a player in the middle of its snapshot, until the test lets it go on."""

    def __init__(self, node: Node) -> None:
        self._under_way, self._may_end = threading.Event(), threading.Event()
        event.listen(node.storage.read_engine, "after_cursor_execute", self._executed)

    async def under_way(self) -> None:
        """Wait until it has begun."""
        assert await asyncio.to_thread(self._under_way.wait, PATIENCE_S)

    def go_on(self) -> None:
        self._may_end.set()

    def _executed(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM user_log" in statement and not self._under_way.is_set():
            self._under_way.set()
            assert self._may_end.wait(PATIENCE_S)


@asynccontextmanager
async def lonely_node(stage: Stage, folder: Path) -> AsyncIterator[tuple[Node, Rest, RedisServer]]:
    """A node on a Redis of its own, and somebody at its door."""
    with redis_server(folder) as redis:
        settings = settings_for(
            stage.folder, REDIS_URL=redis.url, WS_DRAIN_SECONDS="0", CLUSTER_LIFE_SECONDS="3"
        )
        node = Node(settings, on_fatal=no_fatal)
        async with serving_here(node) as address, Rest(address) as rest:
            await eventually(lambda: cluster_of(node).holds_lease, "the lease")
            yield node, rest, redis


@pytest.mark.timeout(4 * PATIENCE_S)
async def test_a_player_who_was_being_loaded_while_the_lease_had_ended_shows_what_was_stored_meanwhile(
    stage: Stage, tmp_path: Path
) -> None:
    member = stage.world.players[0]
    async with (
        lonely_node(stage, tmp_path) as (_, rest, _),
        lonely_node(stage, tmp_path) as (node, far, redis),
    ):
        before = (await rest.get("/points/balance", member.token))["balance"]
        redis.kill()
        await eventually(lambda: not cluster_of(node).holds_lease, "the end of the lease")
        load = HeldLoad(node)
        look = asyncio.ensure_future(far.call("GET", "/points/balance", token=member.token))
        await load.under_way()
        assert (await rest.buy(member.token, stage.world.drawing_id, TICKETS))[0] == 201
        redis.start()
        await eventually(lambda: cluster_of(node).holds_lease, "the new lease")
        load.go_on()
        await look  # the old balance or the new one: both were true while it was asked
        assert (await far.get("/points/balance", member.token))["balance"] == before - TICKETS
    assert_sound(stage)


@pytest.mark.timeout(4 * PATIENCE_S)
async def test_nobody_is_refused_for_what_another_node_has_changed(stage: Stage, tmp_path: Path) -> None:
    member = stage.world.players[0]
    async with (
        lonely_node(stage, tmp_path) as (node, _, _),
        lonely_node(stage, tmp_path) as (_, far, _),
    ):
        drawing_id = await scheduled_drawing(node)
        assert (await far.get(f"/drawings/{drawing_id}", member.token))["status"] == "scheduled"
        await node.registry.ref(DRAWING, drawing_id).ask(Intention(OpenDrawing()))
        assert (await far.buy(member.token, drawing_id, TICKETS, uuid7()))[0] == 201
    assert_sound(stage)


@pytest.mark.timeout(4 * PATIENCE_S)
async def test_a_node_that_began_lately_shows_what_another_stores(stage: Stage, tmp_path: Path) -> None:
    member, drawing_id = stage.world.players[0], stage.world.drawing_id

    async def seen(rest: Rest) -> tuple[int, int]:
        balance = (await rest.get("/points/balance", member.token))["balance"]
        return balance, (await rest.get(f"/drawings/{drawing_id}", member.token))["total_tickets"]

    async def ranked_points(rest: Rest) -> int:
        board = await rest.get("/leaderboards/daily?tier=OPEN", member.token)
        return sum(line["points_earned"] for line in board["rankings"])

    async with (
        lonely_node(stage, tmp_path) as (_, rest, _),
        lonely_node(stage, tmp_path) as (_, far, _),
    ):
        before, _ = await seen(far)
        assert await ranked_points(far) == 0
        await rest.post("/activities", steps_now(100 * WALKED_POINTS), token=member.token)
        assert (await rest.buy(member.token, drawing_id, TICKETS))[0] == 201
        assert await seen(far) == (before + WALKED_POINTS - TICKETS, TICKETS)

        async def is_ranked() -> bool:
            return await ranked_points(far) == WALKED_POINTS

        await eventually(is_ranked, "the board, which may be a second old")
    assert_sound(stage)

"""A node whose clock is off decides nothing that depends on the time of day, and says so."""

from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from fittrack.app import Node
from fittrack.drawings.commands import CloseDrawing, RecordFreeEntry, TendDrawing
from fittrack.drawings.messages import View, ViewDrawing
from fittrack.drawings.model import DrawingStatus
from fittrack.kit.ids import DrawingId
from fittrack.kit.intention import Intention
from fittrack.kit.problems import Busy
from fittrack.server.asking import DRAWING
from tests.clocks import SetClock
from tests.cluster.nodes import figure, know_each_other, node_here
from tests.evidence import assert_sound
from tests.players import Rest
from tests.redis_server import redis_server
from tests.server import Address
from tests.stage import Stage
from tests.world import open_drawing


async def unready(node: Address, part: str) -> str:
    """Why a part of the node keeps it from being ready."""
    async with aiohttp.ClientSession() as http, http.get(f"{node.url}/health/ready") as response:
        assert response.status == 503
        return str((await response.json())["parts"][part]["detail"])


async def status_of(node: Node, drawing_id: DrawingId) -> DrawingStatus:
    view: View = await node.registry.ref(DRAWING, drawing_id).ask(ViewDrawing())
    return view.stored.drawing.status


async def test_a_node_whose_clock_is_behind_does_not_sell_until_it_is_set_right(
    stage: Stage, tmp_path: Path
) -> None:
    clock, buyer, drawing_id = SetClock(-8), stage.world.players[0], stage.world.drawing_id
    with redis_server(tmp_path) as redis:
        async with node_here(stage, redis, clock) as (node, address), Rest(address) as rest:
            status, body = await rest.buy(buyer.token, drawing_id, 1)
            assert (status, body["code"]) == (503, "busy")
            assert "8.0 s behind Redis's" in body["detail"]
            card = RecordFreeEntry(user_id=buyer.user_id, evidence="Card 1", quantity=1)
            for wish in (card, CloseDrawing()):
                with pytest.raises(Busy, match="behind Redis's"):
                    await node.registry.ref(DRAWING, drawing_id).ask(Intention(wish))
            assert "8.0 s behind Redis's" in await unready(address, "clock")
            assert await figure(address, "fittrack_clock_off") == 1
            assert await figure(address, "fittrack_clock_offset_seconds") == pytest.approx(-8, abs=0.5)

            clock.ahead_s = 0
            status, body = await rest.buy(buyer.token, drawing_id, 1)
            assert status == 201, body
    assert_sound(stage)


async def test_a_node_whose_clock_is_ahead_closes_nothing_that_another_still_sells(
    stage: Stage, tmp_path: Path
) -> None:
    clock = SetClock(0)
    async with AsyncExitStack() as house:
        redis = house.enter_context(redis_server(tmp_path))
        one, _ = await house.enter_async_context(node_here(stage, redis))
        other, _ = await house.enter_async_context(node_here(stage, redis, clock))
        await know_each_other(one, other)
        drawing_id = await open_drawing(one, close_in_s=600)
        while one.links.placement.locate(DRAWING, drawing_id) is None:
            drawing_id = await open_drawing(one, close_in_s=600)
        clock.ahead_s = 900
        await other.registry.ref(DRAWING, drawing_id).ask(TendDrawing())
        assert await status_of(other, drawing_id) is DrawingStatus.OPEN
        assert one.clock_watch.may_decide(), "who is right goes on"

"""What a drawing's channels were told while nothing went between the nodes is told again, once."""

from pathlib import Path

import pytest

from fittrack.app import Node
from fittrack.drawings.commands import CancelDrawing, CloseDrawing
from fittrack.kit.idempotency import intend
from fittrack.server.asking import DRAWING
from tests.cluster.nodes import two_nodes_here
from tests.players import Witness, client
from tests.redis_server import redis_server
from tests.server import PATIENCE_S
from tests.stage import Stage, eventually

TOLD = ["drawing.closed", "drawing.cancelled"]


@pytest.mark.timeout(4 * PATIENCE_S)
async def test_a_closing_and_a_cancellation_without_redis_reach_the_phones_of_both_nodes(
    stage: Stage, tmp_path: Path
) -> None:
    drawing_id, [ada, bob, *_] = stage.world.drawing_id, stage.world.players
    channels = ("drawings", f"drawing:{drawing_id}")
    with redis_server(tmp_path) as redis:
        async with (
            two_nodes_here(stage, redis) as (one, at_one, other, at_other),
            client(at_one, ada.token) as (phone, seen_at_one),
            client(at_other, bob.token) as (far_phone, seen_at_other),
        ):
            for each in (phone, far_phone):
                for channel in channels:
                    await each.subscribe(channel)
            owner = one if one.links.placement.locate(DRAWING, drawing_id) is None else other
            redis.kill()

            drawing = owner.registry.ref(DRAWING, drawing_id)
            for command in (CloseDrawing(), CancelDrawing("The sponsor left.")):
                await drawing.ask(intend(command, None))
            for seen in (seen_at_one, seen_at_other):
                for channel in channels:
                    await eventually(lambda s=seen, c=channel: _lasting(s, c) == TOLD, channel)
            redis.start()
            for node in (one, other):
                await eventually(lambda n=node: _is_well(n), "the cluster")


def _lasting(seen: Witness, channel: str) -> list[str]:
    return [kind for kind in seen.kinds(channel) if kind in TOLD]


def _is_well(node: Node) -> bool:
    assert node.links.cluster is not None, "there is a Redis"
    return len(node.links.cluster.nodes) == 2 and node.links.cluster.holds_lease

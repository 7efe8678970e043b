"""Two nodes over one Redis, on one database: wherever one is connected, it is one product."""

from pathlib import Path

from fittrack.kit.clock import SystemClock
from protocol.shapes import instant
from tests.bets import Bets
from tests.cluster.nodes import figure, two_nodes
from tests.evidence import assert_each_once, assert_sound, sold
from tests.players import Rest, Witness, client
from tests.stage import Stage, eventually

BUYERS = 10
WALKERS = 9
"""The tenth would reach the day's goal."""


async def test_players_of_both_nodes_buy_from_one_drawing_and_everybody_sees_the_tick(
    stage: Stage, tmp_path: Path
) -> None:
    drawing_id, channel = stage.world.drawing_id, f"drawing:{stage.world.drawing_id}"
    bets = Bets()
    async with (
        two_nodes(stage, tmp_path) as (one, other),
        client(one, stage.world.players[-1].token) as (at_one, seen_at_one),
        client(other, stage.world.players[-2].token) as (at_other, seen_at_other),
    ):
        for phone in (at_one, at_other):
            await phone.subscribe(channel)
        for number, member in enumerate(stage.world.players[:BUYERS]):
            server = (one, other)[number % 2]
            async with client(server, member.token) as (phone, witness):
                await bets.over_websocket(phone, drawing_id, 1)
                await eventually(lambda w=witness: w.heard["ledger"], "points.changed")
        assert not bets.refused
        total = sold(stage, drawing_id)
        for witness in (seen_at_one, seen_at_other):
            await eventually(lambda w=witness: _last_tick(w) == total, "the tick")
        for name in ("asked", "served"):
            figures = [await figure(node, f"fittrack_cluster_{name}_total") for node in (one, other)]
            assert sum(figures), "somebody's actor, or the drawing's, was elsewhere"
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


def _last_tick(witness: Witness) -> int:
    ticks = [int(str(event.d["tickets"])) for event in witness.events if event.t == "drawing.tick"]
    return ticks[-1] if ticks else 0


async def test_points_earned_at_either_node_stand_on_the_board_that_both_show(
    stage: Stage, tmp_path: Path
) -> None:
    members = stage.world.players[:WALKERS]
    async with two_nodes(stage, tmp_path) as (one, other), Rest(one) as rest, Rest(other) as far:
        for number, member in enumerate(members):
            door = (rest, far)[number % 2]
            await door.post("/activities", steps_now(1_000 * (number + 1)), token=member.token)
        wanted = [10 * thousands for thousands in range(WALKERS, 0, -1)]
        for door in (rest, far):

            async def shows_all(door: Rest = door) -> bool:
                board = await door.get("/leaderboards/daily?tier=OPEN", members[0].token)
                return [line["points_earned"] for line in board["rankings"]] == wanted

            await eventually(shows_all, "the board")
    assert_sound(stage)


def steps_now(steps: int) -> dict[str, object]:
    """Steps of this moment, as a watch tells them."""
    now = instant(SystemClock().now())
    return {
        "activity_type": "steps",
        "start_time": now,
        "end_time": now,
        "duration_minutes": 0,
        "metrics": {"steps": steps},
        "source": "fitbit",
        "external_id": "steps",
    }

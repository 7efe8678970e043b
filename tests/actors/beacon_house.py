"""What tests ask of drawings that a beacon decides."""

from typing import Any

from fittrack.drawings import commitment, draw, queries
from fittrack.drawings.model import DrawingStatus
from fittrack.drawings.stored import StoredDrawing, TakenBeacon
from fittrack.fairness.rules_text import BeaconPlan, read_rules
from fittrack.kit.ids import DrawingId
from tests.actors.house import House


async def stored_of(house: House, drawing_id: DrawingId) -> StoredDrawing:
    stored = await house.node.reads.run(queries.load, drawing_id)
    assert stored is not None
    return stored


async def status(house: House, drawing_id: DrawingId) -> DrawingStatus:
    return (await stored_of(house, drawing_id)).drawing.status


async def plan_of(house: House, drawing_id: DrawingId) -> BeaconPlan:
    stored = await stored_of(house, drawing_id)
    assert stored.commitment is not None
    plan = read_rules(stored.commitment.rules).beacon
    assert plan is not None
    return plan


async def taken_by(house: House, drawing_id: DrawingId) -> TakenBeacon:
    taken = (await stored_of(house, drawing_id)).beacon
    assert taken is not None
    return taken


async def proof_of(house: House, drawing_id: DrawingId) -> bytes:
    stored = await stored_of(house, drawing_id)
    assert stored.commitment is not None
    secrets = commitment.open_secrets(house.node.sealer, drawing_id, stored.commitment)
    return (await house.node.reads.run(draw.publish, stored, secrets)).to_json()


async def sold_drawing(house: House, **fields: Any) -> DrawingId:
    """An open drawing of which two players hold tickets."""
    drawing_id = await house.drawing(prizes=2, **fields)
    for quantity, name in enumerate(("ann", "bob"), 2):
        await house.buy(await house.player(name), drawing_id, quantity)
    return drawing_id


async def pass_the_close_and_the_draw(house: House) -> None:
    await house.pass_time(hours=1)
    await house.pass_time(minutes=5, seconds=3)
    await fetched(house)


async def fetched(house: House) -> None:
    """What the sweep asked for has come, and was dealt with."""
    await house.node.actors.beacons.settled()
    await house.quiet()

"""Tickets as their holder lists them: which numbers they have, and from when on that is known."""

from datetime import timedelta

from fittrack.kit.ids import DrawingId
from tests.actors.house import House
from tests.door import Door, a_player
from tests.fittrack.mfa.conftest import admin, house
from tests.oracle_sql import assert_fit_for_oracle, statements_of

__all__ = ["admin", "house"]


async def enter(admin: Door, ann: Door, drawing_id: DrawingId, quantity: int, evidence: str) -> None:
    entry = {"user_id": str(ann.user_id), "quantity": quantity, "evidence": evidence}
    await admin.granted(f"/drawings/{drawing_id}/free-entries", entry)


async def listed(ann: Door, drawing_id: DrawingId) -> list[tuple[int, int | None]]:
    """How many, and from which number on; both lists agree."""
    purchases = (await ann.get(f"/drawings/{drawing_id}/my-tickets"))["purchases"]
    everywhere = (await ann.get("/tickets"))["items"]
    assert [each for each in everywhere if each["drawing_id"] == str(drawing_id)] == purchases
    return [(purchase["quantity"], purchase["first_ticket"]) for purchase in purchases]


async def test_numbers_are_known_from_the_close_on(admin: Door, house: House) -> None:
    assert house.node.storage.write_engine is not None
    close = house.clock.now() + timedelta(minutes=30)
    closing = await house.drawing(ticket_sales_close=close, drawing_time=close + timedelta(minutes=5))
    open_still = await house.drawing()
    joe, ann = await house.player("joe"), await a_player(house, admin.client, "ann", display_name="Ann")
    await enter(admin, ann, closing, 2, "C-1")
    await house.buy(joe, closing, 5)
    await enter(admin, ann, closing, 1, "C-2")
    await enter(admin, ann, open_still, 3, "C-3")
    assert await listed(ann, closing) == [(1, None), (2, None)]
    seen = statements_of(house.node.storage.read_engine, house.node.storage.write_engine)
    await house.pass_time(minutes=31)
    assert await listed(ann, closing) == [(1, 8), (2, 1)]
    assert await listed(ann, open_still) == [(3, None)]
    assert_fit_for_oracle(seen)

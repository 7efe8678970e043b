"""Prizes on their way, in the states that doors need."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from fittrack.drawings.commands import AddPrize, OpenDrawing, ScheduleDrawing
from fittrack.drawings.model import FulfillmentType, Prize
from fittrack.drawings.stored import fulfillment_id
from fittrack.fulfilments.addresses import Address
from fittrack.fulfilments.commands import Change, ChangeFulfillment, ConfirmAddress, Forfeit, Ship
from fittrack.fulfilments.model import ForfeitReason
from fittrack.kit.ids import PrizeId, uuid7
from tests.contracts import things
from tests.contracts.things import Places
from tests.contracts.town import Caller, Town

ADDRESS = Address(street="1 Main St", city="Austin", state="TX", zip_code="78701")
_CLAIMED: Sequence[Change] = (ConfirmAddress(ADDRESS),)
STATES: Mapping[str, Sequence[Change]] = {
    "won": (),
    "claimed": _CLAIMED,
    "sent": (*_CLAIMED, Ship("UPS", "1Z999")),
    "forfeited": (Forfeit(ForfeitReason.DECLINED, "They said so"),),
}
"""What was done with a prize since it was won."""


async def fulfillment(town: Town, caller: Caller, subject: str) -> Places:
    """A physical prize in a state, another's or, of those who can win, one's `own`."""
    if "own" in subject and caller.column in ("player", "premium"):
        await things.earn(town, caller)
        return await _won(town, caller, subject)
    if caller.column in ("admin", "client"):  # who moves it on
        return await _won(town, await things.rich(town, "player"), subject)
    key = f"prize {subject}"
    if key not in town.completed:
        town.completed[key] = await _won(town, await things.rich(town, "player"), subject)
    return town.completed[key]


async def _won(town: Town, winner: Caller, subject: str) -> Places:
    house, now = town.house, town.house.clock.now()
    close = now + timedelta(seconds=things.SALE_S)
    drawing_id = await town.draft(
        ticket_cost_points=1, ticket_sales_close=close, drawing_time=close + timedelta(seconds=1)
    )
    prize = Prize(
        prize_id=PrizeId(uuid7()),
        rank=1,
        name="A bicycle",
        value_usd=Decimal("250.00"),
        fulfillment_type=FulfillmentType.PHYSICAL,
    )
    for wish in (AddPrize(prize), ScheduleDrawing(), OpenDrawing()):
        await house.run(drawing_id, wish)
    await house.buy(winner.user_id, drawing_id, 1)
    await house.leap(seconds=things.SALE_S + 1)
    await town.node.jobs.apply_effects()
    fulfilment_id = fulfillment_id(drawing_id, 1)
    state = next((state for state in STATES if state in subject), "won")
    for change in STATES[state]:
        await house.do(winner.user_id, ChangeFulfillment(fulfilment_id, change))
    return {"id": str(fulfilment_id), "drawing_id": str(drawing_id), "user_id": str(winner.user_id)}

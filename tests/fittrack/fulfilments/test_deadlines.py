"""What the clock does with prizes that wait for an address (SPEC 6), right after any silence too."""

from datetime import timedelta
from uuid import UUID

import pytest

from fittrack.drawings.model import FulfillmentType
from fittrack.fulfilments.commands import TendPrize
from fittrack.kit.ids import FulfillmentId
from fittrack.server.asking import USER
from tests.clocks import hear_others
from tests.fittrack.fulfilments.office import Office, at

WANTED = "Where shall we send it? A bicycle"
LOST = "Forfeited: A bicycle"


async def test_seven_days_bring_one_warning_and_fourteen_the_end(office: Office) -> None:
    drawing_id = await office.won()
    winner = office.owner(await office.only(drawing_id))
    await office.days(6, hours=23, minutes=59)
    assert WANTED not in await office.titles(winner)
    await office.days(minutes=2)
    for _ in range(3):
        await office.days(1)
    assert (await office.titles(winner)).count(WANTED) == 1
    await office.days(4)
    prize = await office.only(drawing_id)
    assert (prize["status"], prize["forfeit_reason"]) == ("forfeited", "unclaimed")
    assert (await office.titles(winner))[-1] == LOST
    assert (await office.admin.get(at(prize)))["history"][-1]["by"] == "clock"


async def test_an_address_in_time_ends_the_waiting(office: Office) -> None:
    drawing_id = await office.won()
    await office.days(13)
    await office.claim(await office.only(drawing_id))
    await office.days(30)
    assert (await office.only(drawing_id))["status"] == "address_confirmed"


async def test_after_a_long_silence_a_prize_is_forfeited_without_a_warning_too_late(office: Office) -> None:
    drawing_id = await office.won()
    await office.days(40)
    prize = await office.only(drawing_id)
    assert (prize["status"], prize["warned_at"]) == ("forfeited", None)
    assert WANTED not in await office.titles(office.owner(prize))


async def test_a_clock_that_is_off_takes_no_prize_away_and_begins_no_time_to_answer(office: Office) -> None:
    prize = await office.only(await office.won())
    hear_others(office.house.node, ahead=timedelta(days=60))
    await office.days(60)
    assert WANTED not in await office.titles(office.owner(prize))
    prize = await office.only(UUID(prize["drawing_id"]))
    assert prize["status"] == "winner_notified"
    assert await office.admin.refused(at(prize, "notify")) == "busy"
    hear_others(office.house.node)
    await office.days()
    assert (await office.only(UUID(prize["drawing_id"])))["status"] == "forfeited"


async def test_who_was_never_told_loses_nothing(office: Office) -> None:
    drawing_id = await office.won(told=False)
    await office.days(40)
    assert (await office.only(drawing_id))["status"] == "pending"
    await office.house.node.jobs.apply_effects()
    prize = await office.only(drawing_id)
    assert prize["status"] == "winner_notified"
    await office.days(6)
    assert (await office.claim(prize))["status"] == "address_confirmed"


async def test_a_wrong_address_leaves_a_week_for_another(office: Office) -> None:
    drawing_id = await office.won()
    await office.claim(await office.only(drawing_id))
    await office.days(20)
    await office.do(await office.only(drawing_id), "invalidate-address", {"reason": "No such street"})
    await office.days(6, hours=23)
    assert (await office.only(drawing_id))["status"] == "address_invalid"
    await office.days(hours=2)
    assert (await office.only(drawing_id))["status"] == "forfeited"


async def test_a_digital_prize_waits_for_nobody(office: Office) -> None:
    drawing_id = await office.won(kind=FulfillmentType.DIGITAL)
    await office.days(40)
    assert (await office.only(drawing_id))["status"] == "winner_notified"


@pytest.mark.parametrize("times", [1, 3])
async def test_being_reminded_again_changes_nothing(office: Office, times: int) -> None:
    drawing_id = await office.won()
    prize = await office.only(drawing_id)
    office.house.clock.leap_to(office.house.clock.now() + timedelta(days=7, minutes=1))
    winner = office.owner(prize)
    message = TendPrize(FulfillmentId(UUID(prize["fulfillment_id"])))
    for _ in range(times):
        await office.house.node.registry.ref(USER, winner.user_id).ask(message)
    assert (await office.titles(winner)).count(WANTED) == 1


async def test_addresses_are_erased_ninety_days_after_the_delivery(office: Office) -> None:
    prize = await office.only(await office.won())
    await office.claim(prize)
    await office.do(prize, "ship", {"carrier": "UPS", "tracking_number": "1Z999"})
    await office.do(prize, "deliver")
    await office.days(89)
    await office.house.node.jobs.keep_house()
    assert (await office.admin.get(at(prize)))["address"] is not None
    await office.days(1)
    await office.house.node.jobs.keep_house()
    assert (await office.admin.get(at(prize)))["address"] is None


async def test_the_address_of_a_forfeited_prize_is_erased_at_once(office: Office) -> None:
    prize = await office.only(await office.won())
    await office.claim(prize)
    await office.check()
    await office.do(prize, "forfeit", {"reason": "They said so", "cause": "declined"})
    assert (await office.admin.get(at(prize)))["address"] is None

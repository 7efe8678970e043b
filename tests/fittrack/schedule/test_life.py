"""Drawings that are made by themselves: each once, in time, whatever happens in between."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fittrack.demo.clock import LeapingClock
from fittrack.drawings import queries
from fittrack.drawings.model import Drawing, DrawingStatus, UserType
from fittrack.schedule.messages import SCHEDULE, SCHEDULE_ID, KeepSchedule
from protocol.outbound import DrawingAdded
from tests.actors.house import House, a_house
from tests.beacons import OWN_CHAIN
from tests.clocks import hear_others
from tests.door import Door, an_admin, opened
from tests.fittrack.schedule.templates import typed

AT = "/drawing-templates"


async def sweep(house: House) -> int:
    """Have the schedule look what is due; how many drawings it made."""
    made: int = await house.node.registry.ref(SCHEDULE, SCHEDULE_ID).ask(KeepSchedule())
    return made


async def drawings(house: House) -> list[Drawing]:
    """All drawings, the first to be drawn first."""
    found, _ = await house.node.reads.run(
        queries.find,
        statuses=list(DrawingStatus),
        drawing_type=None,
        user_types=list(UserType),
        offset=0,
        limit=1_000,
    )
    return sorted((stored.drawing for stored in found), key=lambda drawing: drawing.drawing_time)


async def leap(house: House, **duration: float) -> None:
    """It is so much later, and what is due is done."""
    assert isinstance(house.clock, LeapingClock)
    house.clock.leap_to(house.clock.now() + timedelta(**duration))
    await house.node.jobs.tend_drawings()
    await house.quiet()


async def names(house: House) -> list[str]:
    return [drawing.name for drawing in await drawings(house)]


async def add(house: House, admin: Door, **changes: Any) -> str:
    template = await admin.granted(AT, typed(**changes))
    await house.quiet()
    return str(template["template_id"])


async def test_a_new_template_makes_what_is_coming_at_once(admin: Door, house: House) -> None:
    heard = house.overhear("")
    await add(house, admin, description="For {date}", eligibility={"min_account_age_days": 0})
    made = await drawings(house)
    assert [drawing.name for drawing in made] == [f"Draw of June {day}" for day in (10, 11, 12, 13)]
    for drawing in made:
        assert drawing.status is DrawingStatus.SCHEDULED
        assert drawing.commit is not None
        assert drawing.rules_version == 1
        assert [(prize.name, prize.quantity) for prize in drawing.prizes] == [("$10 coffee card", 2)]
        assert drawing.eligibility.min_account_age_days == 0
    assert made[1].sales_open == made[0].ticket_sales_close == datetime(2026, 6, 11, 0, 55, tzinfo=UTC)
    assert made[1].description == "For June 11, 2026"
    assert sum(isinstance(event.payload, DrawingAdded) for event in heard) == 4


async def test_they_live_by_the_clock_alone(admin: Door, house: House) -> None:
    player = await house.player()
    await add(house, admin, ticket_cost_points=10, eligibility={"min_account_age_days": 0})
    tonight = (await drawings(house))[0].drawing_id
    await leap(house, minutes=2)
    assert (await house.view(tonight)).drawing.status is DrawingStatus.OPEN, "its sales were to be open"
    await house.buy(player, tonight, 3)
    await leap(house, hours=8, minutes=53)
    assert (await house.view(tonight)).drawing.status is DrawingStatus.CLOSED
    following = (await drawings(house))[1].drawing_id
    assert (await house.view(following)).drawing.status is DrawingStatus.OPEN, "it opens as the other closes"
    await leap(house, minutes=5)
    assert (await house.view(tonight)).drawing.status is DrawingStatus.COMPLETED


async def test_sweeping_again_makes_nothing_twice_and_each_day_adds_its_own(
    admin: Door, house: House
) -> None:
    await add(house, admin)
    assert [await sweep(house) for _ in range(3)] == [0, 0, 0]
    await leap(house, days=1)
    assert [await sweep(house) for _ in range(2)] == [1, 0]
    await leap(house, days=2)
    assert await sweep(house) == 2


async def test_after_an_outage_the_days_that_passed_are_left_out(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, opened(house.node) as client:
        await add(house, await an_admin(house, client), lead_days=1)
    later = datetime(2026, 6, 20, 18, tzinfo=UTC)
    async with a_house(tmp_path, start=later) as house:
        assert await sweep(house) == 2
        assert await names(house) == [f"Draw of June {day}" for day in (10, 11, 20, 21)]


async def test_two_nodes_that_sweep_at_once_make_each_day_once(tmp_path: Path) -> None:
    async with a_house(tmp_path) as one, a_house(tmp_path) as two, opened(one.node) as client:
        admin = await an_admin(one, client)
        await admin.granted(AT, typed(lead_days=60))
        made = 0
        while fresh := sum(await asyncio.gather(sweep(one), sweep(two))):
            made += fresh
        await one.quiet()
        days = await names(one)
        assert len(days) == len(set(days)) == 61


async def test_an_edit_changes_what_is_not_made_yet(admin: Door, house: House) -> None:
    template_id = await add(house, admin)
    before = await drawings(house)
    await admin.granted(f"{AT}/{template_id}", {"ticket_cost_points": 70, "name": "New"}, method="PATCH")
    await house.quiet()
    assert await drawings(house) == before
    await leap(house, days=1)
    await sweep(house)
    assert [drawing.ticket_cost_points for drawing in await drawings(house)] == [100, 100, 100, 100, 70]


@pytest.mark.parametrize("how", ["paused", "deleted"])
async def test_a_template_that_rests_makes_none_and_takes_none_away(
    admin: Door, house: House, how: str
) -> None:
    at = f"{AT}/{await add(house, admin)}"
    if how == "paused":
        await admin.granted(at, {"active": False}, method="PATCH")
    else:
        await admin.call("DELETE", at)
    await leap(house, days=1)
    assert await sweep(house) == 0
    assert len(await drawings(house)) == 4
    if how == "paused":
        admin = await an_admin(house, admin.client, "another")
        await admin.granted(at, {"active": True}, method="PATCH")
        await house.quiet()
        assert len(await drawings(house)) == 5


async def test_a_drawing_that_was_cancelled_does_not_come_back(admin: Door, house: House) -> None:
    await add(house, admin)
    drawing_id = (await drawings(house))[2].drawing_id
    await admin.granted(f"/drawings/{drawing_id}/cancel", {"reason": "No sponsor"})
    await sweep(house)
    assert [drawing.status for drawing in await drawings(house)] == [
        "scheduled",
        "scheduled",
        "cancelled",
        "scheduled",
    ]


async def test_what_could_not_be_made_is_made_when_it_can(tmp_path: Path) -> None:
    """Without a beacon, where one is needed, nothing is scheduled."""
    async with a_house(tmp_path, DRAWINGS_WITHOUT_BEACON="false") as house, opened(house.node) as client:
        admin = await an_admin(house, client)
        await add(house, admin)
        assert await drawings(house) == []
    async with a_house(tmp_path, chain=OWN_CHAIN, DRAND_URL="http://127.0.0.1:9") as house:
        assert await sweep(house) == 4


async def test_by_a_clock_that_is_off_nothing_is_made_and_nothing_is_promised_anew(
    admin: Door, house: House
) -> None:
    await add(house, admin)
    before = await drawings(house)
    hear_others(house.node, ahead=timedelta(days=60))
    at = f"/drawings/{before[-1].drawing_id}"
    assert await admin.refused(at, {"ticket_cost_points": 70}, method="PATCH") == "busy"
    assert await admin.granted(at, {"description": "No promise"}, method="PATCH")
    await leap(house, days=1)
    assert await sweep(house) == 0
    hear_others(house.node)
    assert await sweep(house) == 1


async def test_many_drawings_are_made_in_turns_between_which_others_are_answered(
    admin: Door, house: House
) -> None:
    await add(house, admin, lead_days=130)
    assert len(await drawings(house)) == 131


async def test_that_the_schedule_made_it_stands_on_record(admin: Door, house: House) -> None:
    await add(house, admin)
    drawing_id = (await drawings(house))[0].drawing_id
    records = (await admin.get("/admin/audit?limit=100"))["items"]
    [record] = [each for each in records if each["subject_id"] == str(drawing_id)]
    assert (record["action"], record["actor_id"], record["before"]) == ("drawing.schedule", None, None)
    assert record["after"]["status"] == "scheduled"


async def test_a_close_that_is_near_is_left_out(tmp_path: Path) -> None:
    nearly = datetime(2026, 6, 11, 0, 45, 1, tzinfo=UTC)
    for start, first in ((nearly, 11), (nearly - timedelta(seconds=1), 10)):
        folder = tmp_path / str(first)
        folder.mkdir()
        async with a_house(folder, start=start) as house, opened(house.node) as client:
            admin = await an_admin(house, client)
            await add(house, admin)
            assert (await names(house))[0] == f"Draw of June {first}"

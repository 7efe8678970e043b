"""Activities over REST: batches, refusals, the list and its cursor, summaries."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from fittrack.db.tables.logs import user_log
from protocol.shapes import instant
from tests.actors.house import House, a_house
from tests.door import Door, a_player, opened

BATCH_MAX = 500


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as built:
        yield built


@pytest.fixture
async def joe(house: House) -> AsyncIterator[Door]:
    async with opened(house.node) as client:
        yield await a_player(house, client, display_name="Joe")


def activity(
    house: House, name: str, *, hours_ago: float = 3, minutes: float = 1, **more: Any
) -> dict[str, Any]:
    start = house.clock.now() - timedelta(hours=hours_ago)
    return {
        "activity_type": "active_minutes",
        "start_time": instant(start),
        "end_time": instant(start + timedelta(minutes=minutes)),
        "duration_minutes": minutes,
        "source": "fitbit",
        "external_id": name,
        **more,
    }


async def units(house: House, door: Door) -> int:
    mine = select(func.count()).select_from(user_log).where(user_log.c.user_id == door.user_id)
    return await house.node.reads.run(lambda conn: int(conn.execute(mine).scalar_one()))


async def test_five_hundred_activities_are_one_commit_and_one_entry(house: House, joe: Door) -> None:
    items = [activity(house, f"{n}", hours_ago=11 - n / 60) for n in range(BATCH_MAX)]
    before = await units(house, joe)
    answer = await joe.granted("/activities", {"activities": items})
    assert {item["status"] for item in answer["activities"]} == {"accepted"}
    assert (answer["points_earned"], answer["balance"]) == (BATCH_MAX, BATCH_MAX)
    assert await units(house, joe) == before + 1
    assert (await joe.get("/points/transactions"))["pagination"]["total_items"] == 1
    one_more = [*items, activity(house, "one more")]
    assert await joe.refused("/activities", {"activities": one_more}) == "validation"


async def test_alone_the_impossible_is_refused_in_a_batch_rejected(house: House, joe: Door) -> None:
    for metrics in ({"heart_rate_avg": 241}, {"heart_rate_max": 24}):
        impossible = activity(house, "no heart", metrics=metrics)
        status, problem = await joe.post("/activities", impossible)
        assert (status, problem["errors"][0]["detail"]) == (422, "heart-rate-impossible")
        answer = await joe.granted("/activities", {"activities": [activity(house, "walk"), impossible]})
        assert [item.get("code") for item in answer["activities"]] == [None, "heart-rate-impossible"]


async def test_the_list_is_filtered_and_its_cursor_leads_to_the_end(house: House, joe: Door) -> None:
    walks = [activity(house, f"walk {n}", hours_ago=10 - n) for n in range(4)]
    run = activity(house, "run", hours_ago=7.5, minutes=20, activity_type="workout")
    for each in (*walks, run):
        await joe.granted("/activities", each)

    async def names(query: str) -> list[str]:
        return [item["external_id"] for item in (await joe.get(f"/activities?{query}"))["items"]]

    assert await names("") == ["run", "walk 3", "walk 2", "walk 1", "walk 0"]
    assert await names("type=workout") == ["run"]
    since, until = walks[1]["start_time"], walks[3]["start_time"]
    assert await names(f"from={since}&to={until}") == ["run", "walk 2", "walk 1"]
    assert await names(f"from={since}&to={until}&type=active_minutes") == ["walk 2", "walk 1"]
    assert await joe.refused("/activities?type=swim", method="GET") == "malformed"
    first = await joe.get("/activities?limit=3")
    cursor = first["pagination"]["next_cursor"]
    await joe.granted("/activities", activity(house, "meanwhile"))
    rest = await joe.get(f"/activities?limit=2&cursor={cursor}")
    assert [item["external_id"] for item in rest["items"]] == ["walk 1", "walk 0"]
    assert rest["pagination"]["next_cursor"] is None, "it was the last page, though a full one"


async def test_the_summary_has_today_this_week_and_this_month(house: House, joe: Door) -> None:
    # The clock stands at noon of Wednesday, June 10.
    for name, days_ago, steps in (("today", 0, 1_000), ("monday", 2, 2_000), ("sunday", 3, 4_000)):
        sample = activity(
            house,
            name,
            hours_ago=3 + 24 * days_ago,
            activity_type="steps",
            minutes=60,
            metrics={"steps": steps},
        )
        await joe.granted("/activities", sample)
    await joe.granted("/activities", activity(house, "walk", minutes=40))
    summary = await joe.get("/activities/summary")
    assert (summary["today"]["steps"], summary["today"]["active_minutes"]) == (1_000, 40)
    assert (summary["today"]["points_earned"], summary["today"]["points_remaining"]) == (50, 950)
    assert (summary["this_week"]["steps"], summary["this_week"]["points_earned"]) == (3_000, 70)
    assert (summary["this_month"]["steps"], summary["this_month"]["points_earned"]) == (7_000, 110)
    assert summary["this_week"]["streak_days"] == summary["this_month"]["streak_days"] == 1

"""Reports as admins get them: JSON or CSV, gaps filled, nonsense refused."""

from datetime import timedelta

import msgspec
import pytest

from fittrack.activities.commands import LogActivities
from fittrack.analytics.schemas import DAYS_MAX
from tests.actors.house import NOON, House, hard_day
from tests.fittrack.analytics.desk import Desk

REPORTS = ("registrations", "activity", "drawings")


async def test_a_report_has_every_day_of_its_window_and_nothing_is_left_out(house: House, desk: Desk) -> None:
    await house.player(days=2)
    items = await desk.items("activity?days=5")
    assert [line["period_start"] for line in items] == [f"2026-06-{day:02}" for day in range(6, 11)]
    assert [line["points_earned"] for line in items] == [0, 0, 1000, 1000, 0]
    assert [line["active_players"] for line in items] == [0, 0, 1, 1, 0]
    assert (await desk.report("activity?days=5"))["totals"]["points_earned"] == 2000


async def test_weeks_and_months_are_whole_and_count_each_player_once(house: House, desk: Desk) -> None:
    await house.player(days=6)
    weeks = await desk.items("activity?days=10&period=week")
    assert [(line["period_start"], line["period_end"]) for line in weeks] == [
        ("2026-06-01", "2026-06-07"),
        ("2026-06-08", "2026-06-14"),
    ]
    assert [line["active_players"] for line in weeks] == [1, 1]
    assert [line["active_days"] for line in weeks] == [4, 2]
    (month,) = await desk.items("activity?days=10&period=month")
    assert (month["period_start"], month["period_end"]) == ("2026-06-01", "2026-06-30")
    assert (month["active_players"], month["active_days"]) == (1, 6)


async def test_a_report_of_a_tier_shows_that_tier(house: House, desk: Desk) -> None:
    await house.player()
    for tier, points in (("F-30-39-ADV", 1000), ("f-30-39-adv", 1000), ("OPEN", 1000), ("M-60%2B-BEG", 0)):
        report = await desk.report(f"activity?days=2&tier={tier}")
        assert report["totals"]["points_earned"] == points
    status, _, _ = await desk.call("activity?tier=X-1-Y")
    assert status == 400


async def test_what_comes_late_shows_once_it_is_counted(house: House, desk: Desk) -> None:
    player = await house.player(days=0)
    await house.node.jobs.count_figures()
    await house.do(player, LogActivities([hard_day(house.clock, 3)]))
    assert [line["points_earned"] for line in await desk.items("activity?days=4")] == [1000, 0, 0, 0]
    await house.node.jobs.count_figures()
    await house.do(player, LogActivities([hard_day(house.clock, 2)]))
    assert [line["points_earned"] for line in await desk.items("activity?days=4")] == [1000, 0, 0, 0]
    await house.node.jobs.count_figures()
    assert [line["points_earned"] for line in await desk.items("activity?days=4")] == [1000, 1000, 0, 0]


async def test_today_is_shown_as_it_is_at_this_moment(house: House, desk: Desk) -> None:
    await house.node.jobs.count_figures()
    before = await desk.report("overview?days=1")
    early = msgspec.structs.replace(
        hard_day(house.clock, 0), start_time=NOON - timedelta(hours=6), end_time=NOON
    )
    await house.do(await house.player(days=0), LogActivities([early]))
    after = await desk.report("overview?days=1")
    assert before["active_players"] == {"today": 0, "this_week": 0, "this_month": 0}
    assert after["active_players"] == {"today": 1, "this_week": 1, "this_month": 1}
    assert after["accounts"]["total"] == before["accounts"]["total"] + 1
    assert after["points_outstanding"] == before["points_outstanding"] + 1000
    assert after["window"]["registrations"]["registrations"] == 2


async def test_the_overview_tells_how_things_stand(house: House, desk: Desk) -> None:
    await house.player(days=0)
    await house.drawing()
    overview = await desk.report("overview")
    assert overview["accounts"] == {
        "total": 2,
        "active": 1,
        "pending": 0,
        "suspended": 0,
        "banned": 0,
        "deleted": 0,
        "premium": 0,
        "admins": 1,
    }
    assert overview["drawings_by_status"] == {"open": 1}
    assert (overview["days"], overview["from"], overview["to"]) == (30, "2026-05-12", "2026-06-10")


async def test_the_overview_is_of_whole_periods_too(house: House, desk: Desk) -> None:
    await house.player(days=0)
    month = await desk.report("overview?period=month&days=1")
    assert (month["period"], month["from"], month["to"]) == ("month", "2026-06-01", "2026-06-30")
    assert month["window"]["registrations"]["registrations"] == 2


async def test_money_is_exact_to_the_cent(house: House, desk: Desk) -> None:
    drawing_id = await house.drawing(
        prizes=2,
        ticket_sales_close=house.clock.now() + timedelta(seconds=2),
        drawing_time=house.clock.now() + timedelta(seconds=3),
    )
    for name in ("joe", "ann", "bob"):
        await house.buy(await house.player(name), drawing_id, 7)
    await house.pass_time(seconds=2)
    await house.pass_time(seconds=1)
    (line,) = await desk.items("drawings?days=1")
    assert line == {
        "period_start": "2026-06-10",
        "period_end": "2026-06-10",
        "drawings": 1,
        "tickets": 21,
        "entrants": 3,
        "winners": 2,
        "prize_value_usd": "50.00",
        "cancelled": 0,
        "purchases": 3,
        "points_spent": 210,
        "points_refunded": 0,
    }


@pytest.mark.parametrize("name", REPORTS)
async def test_a_report_is_a_table_too(desk: Desk, name: str) -> None:
    items = await desk.items(f"{name}?days=3")
    for path, accept in ((f"{name}?days=3&format=csv", "application/json"), (f"{name}?days=3", "text/csv")):
        status, text, headers = await desk.call(path, Accept=accept)
        assert status == 200
        assert headers["Content-Type"] == "text/csv; charset=utf-8"
        assert headers["Content-Disposition"].startswith(f'attachment; filename="{name}-by-day-')
        header, *lines = text.splitlines()
        columns = header.split(",")
        assert columns[:2] == ["period_start", "period_end"]
        assert lines == [",".join(str(line[column]) for column in columns) for line in items]


async def test_format_goes_before_what_is_accepted(desk: Desk) -> None:
    _, _, headers = await desk.call("activity?format=json", Accept="text/csv")
    assert headers["Content-Type"] == "application/json"


async def test_the_overview_is_a_table_of_figures(desk: Desk) -> None:
    _, text, _ = await desk.call("overview?format=csv")
    lines = text.splitlines()
    assert lines[0] == "figure,value"
    assert "accounts.admins,1" in lines
    assert "window.drawings.prize_value_usd,0.00" in lines


@pytest.mark.parametrize(
    "query", ["days=0", f"days={DAYS_MAX + 1}", "days=x", "period=year", "format=xml", "tier=OPEN", "from=1"]
)
async def test_a_question_that_makes_no_sense_is_refused(desk: Desk, query: str) -> None:
    status, _, _ = await desk.call(f"drawings?{query}")
    assert status == 400


async def test_two_years_can_be_looked_at(house: House, desk: Desk) -> None:
    await house.player()
    await house.node.jobs.count_figures()
    for name in REPORTS:
        assert len(await desk.items(f"{name}?days={DAYS_MAX}")) == DAYS_MAX
        assert len(await desk.items(f"{name}?days={DAYS_MAX}&period=month")) == 25

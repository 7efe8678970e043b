"""Which days are due, and what the drawing of a day is: over changed clocks, leap years, year ends."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.drawings.model import DrawingType
from fittrack.drawings.timetable import is_drawing_day
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.ids import SponsorId, uuid7
from fittrack.schedule import patterns
from fittrack.schedule.rules import (
    PUBLISHED_BEFORE_SALES,
    SALES_LAST_AT_LEAST,
    coming_days,
    drawing_of,
    faults,
    instants,
    opening,
    plan,
)
from tests.fittrack.schedule.templates import CARD, a_template

NEW_YORK = PlatformCalendar(ZoneInfo("America/New_York"))
ZONES = st.sampled_from(["America/New_York", "America/Phoenix", "Pacific/Honolulu", "America/Los_Angeles"])
KINDS = st.sampled_from(list(DrawingType))
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))


@given(KINDS, MOMENTS, st.integers(1, 400), ZONES)
def test_what_comes_are_exactly_the_days_of_its_type_that_can_still_be_entered(
    kind: DrawingType, now: datetime, lead_days: int, zone: str
) -> None:
    calendar = PlatformCalendar(ZoneInfo(zone))
    today = calendar.day_of(now)
    coming = list(coming_days(a_template(kind, lead_days=lead_days), now, calendar))
    expected = [
        day
        for day in (today + timedelta(days=ahead) for ahead in range(lead_days + 1))
        if is_drawing_day(kind, day) and calendar.at(day, time(20, 55)) - now >= SALES_LAST_AT_LEAST
    ]
    assert coming == expected


@given(DAYS, st.integers(1, 24 * 400), ZONES)
def test_every_drawing_is_drawn_at_nine_closes_five_minutes_before_and_opens_before_that(
    day: date, hours: int, zone: str
) -> None:
    calendar = PlatformCalendar(ZoneInfo(zone))
    at = instants(a_template(sales_open_hours=hours), day, calendar)
    local = at.drawing_time.astimezone(calendar.zone)
    assert (local.date(), local.time()) == (day, time(21, 0))
    assert at.drawing_time - at.ticket_sales_close == timedelta(minutes=5)
    assert at.sales_open < at.ticket_sales_close
    # A changed clock moves an hour at most.
    assert abs(at.ticket_sales_close - at.sales_open - timedelta(hours=hours)) <= timedelta(hours=1)


@given(DAYS)
def test_a_daily_drawing_opens_as_the_one_before_closes_whatever_the_clocks_do(day: date) -> None:
    template = a_template()
    before = instants(template, day - timedelta(days=1), NEW_YORK)
    assert instants(template, day, NEW_YORK).sales_open == before.ticket_sales_close


@given(KINDS, MOMENTS, st.lists(st.integers(1, 60 * 24 * 40), max_size=40))
def test_sweeps_at_any_time_make_each_day_once_and_leave_none_out_that_could_be_entered(
    kind: DrawingType, start: datetime, gaps_min: list[int]
) -> None:
    template, now, made = a_template(kind), start, list[date]()
    seen: set[date] = set()
    for gap in [0, *gaps_min]:
        now += timedelta(minutes=gap)
        for day in coming_days(template, now, NEW_YORK):
            seen.add(day)
            if day not in made:
                made.append(day)
    assert made == sorted(set(made)) == sorted(seen)
    assert all(is_drawing_day(kind, day) for day in made)
    assert len({drawing_of(template.template_id, day) for day in made}) == len(made)


def test_a_year_of_each_type_has_its_number_of_drawings() -> None:
    for year, days in ((2027, 365), (2028, 366)):
        start = NEW_YORK.at(date(year, 1, 1), time(0, 0))
        counts = {
            kind: sum(
                day.year == year for day in coming_days(a_template(kind, lead_days=400), start, NEW_YORK)
            )
            for kind in DrawingType
        }
        assert counts == {"daily": days, "weekly": 52 + (year == 2028), "monthly": 12, "annual": 1}


@pytest.mark.parametrize(
    ("day", "opens", "lasts_h"),
    [
        (date(2026, 3, 8), "2026-03-07T20:55-05:00", 23),  # clocks go forward
        (date(2026, 11, 1), "2026-10-31T20:55-04:00", 25),  # and back
        (date(2028, 2, 29), "2028-02-28T20:55-05:00", 24),
        (date(2027, 1, 1), "2026-12-31T20:55-05:00", 24),
    ],
)
def test_sales_open_at_the_same_hour_on_days_of_other_lengths(day: date, opens: str, lasts_h: int) -> None:
    at = instants(a_template(), day, NEW_YORK)
    assert at.sales_open == datetime.fromisoformat(opens)
    assert at.ticket_sales_close - at.sales_open == timedelta(hours=lasts_h)


def test_an_opening_in_an_hour_that_does_not_exist_comes_after_it() -> None:
    at = instants(a_template(sales_open_hours=18), date(2026, 3, 8), NEW_YORK)  # 02:55, which is skipped
    assert at.sales_open == datetime.fromisoformat("2026-03-08T03:55-04:00")


def test_the_drawing_of_a_day_is_always_the_same_and_like_its_template() -> None:
    sponsor_id, gone = SponsorId(uuid7()), SponsorId(uuid7())
    prizes = (
        type(CARD)(
            rank=2, name="Mug", value_usd=CARD.value_usd, quantity=1,
            fulfillment_type=CARD.fulfillment_type, sponsor_id=sponsor_id,
        ),
        type(CARD)(
            rank=1, name="Cap", value_usd=CARD.value_usd, quantity=3,
            fulfillment_type=CARD.fulfillment_type, sponsor_id=gone,
        ),
    )  # fmt: skip
    template = a_template(
        DrawingType.WEEKLY, name="{weekday}, {date}", description="The last of {month} {year}?", prizes=prizes
    )
    made = [plan(template, date(2026, 5, 31), NEW_YORK, {sponsor_id: "Velora"}) for _ in range(2)]
    assert made[0] == made[1]
    drawing = made[0]
    assert (drawing.name, drawing.description) == ("Sunday, May 31, 2026", "The last of May 2026?")
    assert (drawing.drawing_type, drawing.ticket_cost_points) == (DrawingType.WEEKLY, 500)
    assert [(p.name, p.quantity, p.sponsor) for p in drawing.prizes] == [
        ("Mug", 1, "Velora"),
        ("Cap", 3, None),
    ]
    assert [p.sponsor_id for p in drawing.prizes] == [sponsor_id, None]
    assert drawing != plan(template, date(2026, 6, 7), NEW_YORK, {})


def test_a_drawing_that_is_made_late_is_published_before_its_sales_open() -> None:
    planned = datetime(2026, 6, 1, tzinfo=UTC)
    assert opening(planned, planned - timedelta(days=1)) == planned
    assert (
        opening(planned, planned + timedelta(hours=3))
        == planned + timedelta(hours=3) + PUBLISHED_BEFORE_SALES
    )


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({}, []),
        ({"name": "{weekday} {month} {day} {year} {date}"}, []),
        ({"name": "{hour}"}, ["/name"]),
        ({"name": "a {day"}, ["/name"]),
        ({"description": "}{"}, ["/description"]),
        ({"name": "{date}" * 12}, ["/name"]),
        ({"name": "{0.__class__}"}, ["/name"]),
        ({"sales_open_hours": 73, "lead_days": 3}, ["/lead_days"]),
        ({"sales_open_hours": 72, "lead_days": 3}, []),
        ({"prizes": ()}, ["/prizes"]),
        ({"prizes": (), "active": False}, []),
        ({"prizes": (CARD,) * 5_001}, ["/prizes"]),
    ],
)
def test_what_is_wrong_is_said_where_it_is_wrong(changes: dict[str, Any], pointers: list[str]) -> None:
    assert [fault.pointer for fault in faults(a_template(**changes))] == pointers


@given(DAYS)
def test_no_day_makes_a_longer_text_than_was_allowed_for(day: date) -> None:
    for place in patterns.PLACES:
        pattern = f"{{{place}}}"
        assert not list(patterns.faults(pattern, 120))
        assert list(patterns.faults(pattern, len(patterns.fill(pattern, day)) - 1)), "it would be too long"

"""Whatever the hour at which the demo world is loaded, its drawings can take place."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.demo.house import draft_of
from fittrack.demo.program import Fate, Plan, program
from fittrack.demo.world import DAYS
from fittrack.drawings.model import DrawingStatus, DrawingType, UserType
from fittrack.drawings.timetable import check_schedulable
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import whole_milliseconds
from fittrack.kit.ids import DrawingId, uuid7
from tests.world import a_prize

CALENDAR = PlatformCalendar(ZoneInfo("America/New_York"))

moments = st.datetimes(datetime(2026, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    whole_milliseconds
)


def program_at(now: datetime) -> list[Plan]:
    return program(CALENDAR.day_of(now) - timedelta(days=DAYS), now, CALENDAR)


@given(now=moments)
def test_every_drawing_can_be_scheduled_when_it_is_announced(now: datetime) -> None:
    for plan in program_at(now):
        if plan.fate is not Fate.DRAFTED:
            assert plan.gifts
            draft = replace(draft_of(DrawingId(uuid7()), plan), prizes=(a_prize(rank=1),))
            check_schedulable(draft, plan.announced_at)


@given(now=moments)
def test_nothing_lies_before_the_world_and_nothing_is_announced_after_now(now: datetime) -> None:
    first = CALENDAR.start_of(CALENDAR.day_of(now) - timedelta(days=DAYS))
    assert all(first < plan.announced_at <= now for plan in program_at(now))


@given(now=moments)
def test_there_is_a_drawing_to_watch_close_within_half_an_hour(now: datetime) -> None:
    closes = [plan.instants.ticket_sales_close - now for plan in program_at(now) if plan.fate is Fate.SOLD]
    assert any(timedelta(minutes=20) < left <= timedelta(minutes=30) for left in closes)


@given(now=moments)
def test_there_is_one_of_each_kind_and_fate(now: datetime) -> None:
    plans = program_at(now)
    assert {plan.drawing_type for plan in plans} == set(DrawingType)
    assert {plan.fate for plan in plans} == set(Fate)
    assert {plan.user_type for plan in plans} == set(UserType)


@given(now=moments)
def test_one_was_called_off_while_its_tickets_were_sold(now: datetime) -> None:
    [plan] = [plan for plan in program_at(now) if plan.fate is Fate.CALLED_OFF]
    assert plan.called_off_at is not None
    assert plan.announced_at < plan.called_off_at < plan.instants.ticket_sales_close
    assert plan.called_off_at <= now


@given(now=moments)
def test_one_waits_for_an_admin_to_draw_it(now: datetime) -> None:
    waiting = [plan for plan in program_at(now) if not plan.auto_execute]
    assert [plan.instants.drawing_time < now for plan in waiting] == [True]


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)], ids=["shorter", "longer"])
def test_drawings_keep_their_hour_when_clocks_change(day: date) -> None:
    now = CALENDAR.end_of(day)
    hours = {
        plan.instants.drawing_time.astimezone(CALENDAR.zone).hour
        for plan in program_at(now)
        if plan.drawing_type is not DrawingType.DAILY or plan.announced_at < now
    }
    assert hours == {21}


def test_a_draft_has_no_promises() -> None:
    [first, *_] = program_at(datetime(2026, 11, 22, 12, tzinfo=UTC))
    drawing = draft_of(DrawingId(uuid7()), first)
    assert (drawing.status, drawing.commit, drawing.prizes) == (DrawingStatus.DRAFT, None, ())

"""When drawings take place, and when the clock acts upon one."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.drawings.model import Drawing, DrawingStatus, DrawingType, Eligibility
from fittrack.drawings.timetable import (
    DEFAULT_TICKET_COST_POINTS,
    MAX_PRIZE_SLOTS,
    TimedAction,
    check_schedulable,
    default_instants,
    drawing_days,
    due_action,
    next_due_at,
    next_instants,
)
from fittrack.kit.problems import Validation
from tests.fittrack.drawings.examples import CALENDAR, CLOSE, DRAW, MS, NOON, a_drawing, a_prize

S = DrawingStatus
T = DrawingType
OPENING = NOON + timedelta(hours=1)


def days(drawing_type: DrawingType, first: date, how_many: int = 3) -> list[str]:
    return [day.isoformat() for day in islice(drawing_days(drawing_type, first), how_many)]


def test_each_type_has_its_days() -> None:
    first = date(2027, 12, 30)
    assert days(T.DAILY, first) == ["2027-12-30", "2027-12-31", "2028-01-01"]
    assert days(T.WEEKLY, first) == ["2028-01-02", "2028-01-09", "2028-01-16"]
    assert days(T.MONTHLY, first) == ["2027-12-31", "2028-01-31", "2028-02-29"]
    assert days(T.ANNUAL, first) == ["2027-12-31", "2028-12-31", "2029-12-31"]


def test_each_type_has_its_price() -> None:
    assert DEFAULT_TICKET_COST_POINTS == {T.DAILY: 100, T.WEEKLY: 500, T.MONTHLY: 2000, T.ANNUAL: 10000}


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [(date(2026, 7, 1), 1), (date(2026, 12, 31), 2), (date(2026, 3, 8), 1), (date(2026, 11, 1), 2)],
)
def test_drawings_take_place_at_nine_in_the_evening_of_the_platform(day: date, utc_hour: int) -> None:
    instants = default_instants(day, CALENDAR)
    next_day = day + timedelta(days=1)
    assert instants.drawing_time == datetime(
        next_day.year, next_day.month, next_day.day, utc_hour, tzinfo=UTC
    )
    assert instants.drawing_time - instants.ticket_sales_close == timedelta(minutes=5)


def test_the_next_drawing_is_one_whose_sales_have_not_closed() -> None:
    today = default_instants(date(2026, 6, 1), CALENDAR)
    assert next_instants(T.DAILY, today.ticket_sales_close - MS, CALENDAR) == today
    assert next_instants(T.DAILY, today.ticket_sales_close, CALENDAR) == default_instants(
        date(2026, 6, 2), CALENDAR
    )


@given(st.sampled_from(T), st.integers(0, 20 * 365 * 24 * 60))
def test_the_next_instants_lie_ahead_and_nothing_lies_between(drawing_type: T, minutes: int) -> None:
    now = NOON + timedelta(minutes=minutes)
    found = next_instants(drawing_type, now, CALENDAR)
    assert now < found.ticket_sales_close < found.drawing_time
    the_day = CALENDAR.day_of(found.drawing_time)
    days_before = takewhile(lambda day: day < the_day, drawing_days(drawing_type, CALENDAR.day_of(now)))
    assert all(default_instants(day, CALENDAR).ticket_sales_close <= now for day in days_before)


def pointers(**changes: Any) -> list[str]:
    with pytest.raises(Validation) as refusal:
        check_schedulable(a_drawing(S.DRAFT, **changes), NOON)
    return [error.pointer for error in refusal.value.errors]


def test_a_whole_drawing_can_be_scheduled() -> None:
    check_schedulable(a_drawing(S.DRAFT), NOON)
    check_schedulable(a_drawing(S.DRAFT, sales_open=OPENING), NOON)


def test_a_drawing_without_prizes_cannot_be_scheduled() -> None:
    assert pointers(prizes=()) == ["/prizes"]


def test_prizes_need_quantity_and_rank_and_have_a_bound() -> None:
    assert pointers(prizes=(a_prize(), a_prize(quantity=0))) == ["/prizes/1/quantity"]
    assert pointers(prizes=(a_prize(rank=0),)) == ["/prizes/0/rank"]
    assert pointers(prizes=(a_prize(quantity=MAX_PRIZE_SLOTS), a_prize())) == ["/prizes"]


def test_instants_lie_in_the_future_and_in_order() -> None:
    assert pointers(sales_open=NOON) == ["/sales_open"]
    assert pointers(ticket_sales_close=NOON) == ["/ticket_sales_close"]
    assert pointers(sales_open=CLOSE) == ["/sales_open"]
    assert pointers(drawing_time=CLOSE) == ["/drawing_time"]


def test_tickets_are_not_free_and_accounts_not_negative_in_age() -> None:
    eligibility = Eligibility(min_account_age_days=-1)
    assert pointers(ticket_cost_points=0, eligibility=eligibility) == [
        "/ticket_cost_points",
        "/eligibility/min_account_age_days",
    ]


@pytest.mark.parametrize(
    ("drawing", "due_at", "action"),
    [
        (a_drawing(S.SCHEDULED, sales_open=OPENING), OPENING, TimedAction.OPEN),
        (a_drawing(S.SCHEDULED), CLOSE, TimedAction.CANCEL),
        (a_drawing(S.OPEN), CLOSE, TimedAction.CLOSE),
        (a_drawing(S.CLOSED), DRAW, TimedAction.EXECUTE),
    ],
)
def test_the_clock_acts_exactly_on_time(drawing: Drawing, due_at: datetime, action: TimedAction) -> None:
    assert next_due_at(drawing) == due_at
    assert due_action(drawing, due_at - MS) is None
    assert due_action(drawing, due_at) is action


@pytest.mark.parametrize("late", [CLOSE, DRAW, DRAW + timedelta(days=3)])
def test_a_drawing_that_should_have_opened_meanwhile_is_cancelled(late: datetime) -> None:
    assert due_action(a_drawing(S.SCHEDULED, sales_open=OPENING), late) is TimedAction.CANCEL


@pytest.mark.parametrize(
    "drawing",
    [
        a_drawing(S.DRAFT),
        a_drawing(S.COMPLETED),
        a_drawing(S.CANCELLED),
        a_drawing(S.CLOSED, auto_execute=False),
    ],
)
def test_the_clock_leaves_the_others_alone(drawing: Drawing) -> None:
    assert next_due_at(drawing) is None
    assert due_action(drawing, DRAW + timedelta(days=1)) is None

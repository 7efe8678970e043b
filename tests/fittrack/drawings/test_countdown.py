"""The cadence of a drawing's ticks."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.drawings.countdown import (
    IDLE_TICK_INTERVAL,
    MIN_TICK_GAP,
    TIMER_SLACK,
    next_tick_at,
    next_tick_delay,
    tick_interval,
)
from fittrack.drawings.model import DrawingStatus
from tests.fittrack.drawings.examples import CLOSE, DRAW, MS, NOON, a_drawing

SECOND = timedelta(seconds=1)
INSTANTS = st.integers(0, int((DRAW - NOON + timedelta(minutes=5)) / MS)).map(lambda ms: NOON + ms * MS)


def following(now: datetime, **more: object) -> datetime:
    due_at = next_tick_at(a_drawing(), now, last_tick_at=now, **more)  # type: ignore[arg-type]
    assert due_at is not None
    return due_at


@pytest.mark.parametrize(
    ("remaining", "interval"),
    [(7200, 60), (3601, 60), (3600, 10), (61, 10), (60, 1), (1, 1), (0, 60), (-5, 60)],
)
def test_the_cadence_tightens_towards_zero(remaining: int, interval: int) -> None:
    assert tick_interval(timedelta(seconds=remaining)) == timedelta(seconds=interval)


def test_ticks_fall_on_round_remaining_times() -> None:
    assert following(CLOSE - timedelta(seconds=3_650)) == CLOSE - timedelta(seconds=3_600)
    assert following(CLOSE - timedelta(seconds=3_600)) == CLOSE - timedelta(seconds=3_590)
    assert following(CLOSE - timedelta(seconds=63)) == CLOSE - timedelta(seconds=60)
    assert following(CLOSE - timedelta(seconds=1.5)) == CLOSE - SECOND
    assert following(CLOSE - SECOND) == CLOSE


def test_after_the_close_the_draw_sets_the_pace() -> None:
    assert following(CLOSE) == CLOSE + timedelta(seconds=10)
    assert following(DRAW - timedelta(seconds=60)) == DRAW - timedelta(seconds=59)
    assert following(DRAW) == DRAW + IDLE_TICK_INTERVAL


def test_a_change_is_told_at_once_but_at_most_four_times_a_second() -> None:
    drawing = a_drawing()
    told = next_tick_at(drawing, NOON, last_tick_at=NOON - SECOND, changed=True)
    assert told == NOON
    assert following(NOON, changed=True) == NOON + MIN_TICK_GAP


def test_the_first_tick_is_due_at_once() -> None:
    assert next_tick_delay(a_drawing(), NOON) == timedelta(0)


@pytest.mark.parametrize("status", [DrawingStatus.DRAFT, DrawingStatus.COMPLETED, DrawingStatus.CANCELLED])
def test_what_does_not_count_down_does_not_tick(status: DrawingStatus) -> None:
    assert next_tick_at(a_drawing(status), NOON) is None
    assert next_tick_delay(a_drawing(status), NOON, changed=True) is None


def test_a_timer_that_fires_a_little_early_does_not_tick_twice() -> None:
    step = CLOSE - timedelta(seconds=30)
    assert following(step - TIMER_SLACK / 2) == step + SECOND


@given(last=INSTANTS, waited=st.integers(0, 70_000), changed=st.booleans())
def test_no_tick_comes_before_the_present_or_too_soon(last: datetime, waited: int, changed: bool) -> None:
    now = last + waited * MS
    due_at = next_tick_at(a_drawing(), now, last_tick_at=last, changed=changed)
    assert due_at is not None
    assert due_at >= max(now, last + MIN_TICK_GAP)


@given(now=INSTANTS)
def test_between_two_ticks_the_promised_interval_is_never_exceeded(now: datetime) -> None:
    due_at = following(now)
    for target in (CLOSE, DRAW):
        assert due_at - now <= tick_interval(target - now) + TIMER_SLACK
        assert due_at - now <= max(target - now, MIN_TICK_GAP + TIMER_SLACK) or now >= target - TIMER_SLACK
    assert due_at - now <= IDLE_TICK_INTERVAL

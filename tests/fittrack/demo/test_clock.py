"""A clock that leaps."""

from datetime import UTC, datetime, timedelta

import pytest

from fittrack.demo.clock import LeapingClock

NOON = datetime(2026, 7, 8, 12, tzinfo=UTC)


def test_it_is_exactly_the_instant_leapt_to() -> None:
    clock = LeapingClock(NOON)
    later = NOON + timedelta(days=28, milliseconds=277)
    clock.leap_to(later)
    assert clock.now() == later
    assert clock.monotonic() == (later - NOON).total_seconds()


def test_what_was_due_in_between_is_not_done() -> None:
    clock, rung = LeapingClock(NOON), list[str]()
    clock.call_later(60, rung.append, "tick")
    clock.leap_to(NOON + timedelta(hours=1))
    assert rung == []


def test_it_never_goes_back() -> None:
    clock = LeapingClock(NOON)
    with pytest.raises(AssertionError):
        clock.leap_to(NOON - timedelta(seconds=1))

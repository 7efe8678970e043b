from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fittrack.points.streak import (
    STREAK_BONUS_POINTS,
    StreakHistory,
    bonus_on,
    run_lengths,
    streak_as_of_today,
)
from tests.fittrack.points.bonuses import streak_bonuses

MONDAY = date(2026, 7, 6)
DAY_SETS = st.sets(st.integers(0, 60)).map(lambda offsets: {MONDAY + timedelta(offset) for offset in offsets})


def days(*offsets: int) -> set[date]:
    return {MONDAY + timedelta(offset) for offset in offsets}


def test_every_seventh_day_of_a_run_completes_a_bonus() -> None:
    assert streak_bonuses(days(*range(15))) == {
        MONDAY + timedelta(6): STREAK_BONUS_POINTS,
        MONDAY + timedelta(13): STREAK_BONUS_POINTS,
    }


def test_a_gap_starts_the_count_anew() -> None:
    assert streak_bonuses(days(*range(6), *range(7, 13))) == {}


def test_a_late_day_that_joins_two_runs_never_pays_twice() -> None:
    apart = days(*range(3), *range(4, 11))
    joined = apart | days(3)
    assert sum(streak_bonuses(apart).values()) == STREAK_BONUS_POINTS
    assert sum(streak_bonuses(joined).values()) == STREAK_BONUS_POINTS


@given(DAY_SETS)
def test_each_unbroken_run_is_due_250_for_each_full_seven_days(active: set[date]) -> None:
    lengths = run_lengths(active)
    ends = [length for day, length in lengths.items() if day + timedelta(1) not in active]
    assert sum(streak_bonuses(active).values()) == sum(250 * (length // 7) for length in ends)


@given(DAY_SETS, st.integers(0, 60))
def test_history_and_the_days_since_are_as_good_as_all_days(active: set[date], offset: int) -> None:
    first = MONDAY + timedelta(offset)
    history = StreakHistory.before(first, active)
    run, total = history.run, 0
    for at in range(70):
        run = run + 1 if first + timedelta(at) in active else 0
        total += bonus_on(run)
        history = history.after(run)
    assert total == sum(bonus for day, bonus in streak_bonuses(active).items() if day >= first)
    assert history.longest == max(run_lengths(active).values(), default=0)


def test_a_streak_lives_until_a_day_has_ended_inactive() -> None:
    pending = streak_as_of_today(run_yesterday=6, run_today=0, longest=9, minutes_today=12)
    assert (pending.current, pending.longest, pending.active_today) == (6, 9, False)
    assert (pending.minutes_missing_today, pending.next_bonus_in_days) == (18, 1)
    over = streak_as_of_today(run_yesterday=0, run_today=0, longest=9, minutes_today=0)
    assert (over.current, over.minutes_missing_today, over.next_bonus_in_days) == (0, 30, 7)


def test_the_day_that_completes_a_bonus_looks_forward_to_the_next() -> None:
    streak = streak_as_of_today(run_yesterday=6, run_today=7, longest=7, minutes_today=45)
    assert (streak.current, streak.active_today, streak.minutes_missing_today) == (7, True, 0)
    assert streak.next_bonus_in_days == 7

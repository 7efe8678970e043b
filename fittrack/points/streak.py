"""Streaks (SPEC 3): every 7th consecutive active day earns 250 points, booked on that very day.

Whether a day completes a seventh depends on it and the days before it only. So the bonus of each day
is a pure function of the set of active days; a run of n days holds 250 × ⌊n / 7⌋; and when a late day
joins two runs, or a correction breaks one, the difference to what was booked is due, never a bonus twice.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple

from fittrack.points.award import ACTIVE_DAY_MINUTES

STREAK_BONUS_DAYS: Final = 7
STREAK_BONUS_POINTS: Final = 250

_DAY: Final = timedelta(days=1)


class StreakHistory(NamedTuple):
    """What lies before a window of days: the run that ends right before it, and the longest so far."""

    run: int = 0
    longest: int = 0

    def after(self, run: int) -> "StreakHistory":
        """The history once a day of this run length (0: an inactive one) has gone by."""
        return StreakHistory(run, max(self.longest, run))

    @classmethod
    def before(cls, day: date, active_days: Iterable[date]) -> "StreakHistory":
        """The history on the eve of `day`, from the active days on record."""
        runs = run_lengths(active for active in active_days if active < day)
        return cls(runs.get(day - _DAY, 0), max(runs.values(), default=0))


class Streak(NamedTuple):
    """A player's streak as it stands (SPEC 10)."""

    current: int
    longest: int
    active_today: bool
    minutes_missing_today: int
    next_bonus_in_days: int
    """Active days still needed for the next bonus, today included unless it is active already."""


def bonus_on(run: int) -> int:
    """What a day earns that is the `run`-th of an unbroken run of active days (0: not active)."""
    return STREAK_BONUS_POINTS if run and run % STREAK_BONUS_DAYS == 0 else 0


def run_lengths(active_days: Iterable[date]) -> dict[date, int]:
    """For each active day, its place in its unbroken run, from 1."""
    lengths: dict[date, int] = {}
    for day in sorted(active_days):
        lengths[day] = lengths.get(day - _DAY, 0) + 1
    return lengths


def streak_as_of_today(*, run_yesterday: int, run_today: int, longest: int, minutes_today: int) -> Streak:
    """The streak today. It lives until a day has ended inactive: an inactive today keeps yesterday's."""
    current = run_today or run_yesterday
    return Streak(
        current=current,
        longest=max(longest, current),
        active_today=run_today > 0,
        minutes_missing_today=max(0, ACTIVE_DAY_MINUTES - minutes_today),
        next_bonus_in_days=STREAK_BONUS_DAYS - current % STREAK_BONUS_DAYS,
    )

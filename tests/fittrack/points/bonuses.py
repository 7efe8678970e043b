"""What streaks must pay, told from the active days alone."""

from collections.abc import Iterable
from datetime import date

from fittrack.points.streak import bonus_on, run_lengths


def streak_bonuses(active_days: Iterable[date]) -> dict[date, int]:
    """The bonus of each day that completes a seventh."""
    return {day: bonus for day, run in run_lengths(active_days).items() if (bonus := bonus_on(run))}

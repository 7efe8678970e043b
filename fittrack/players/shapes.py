"""A player's day and streak as clients see them."""

from fittrack.activities import days
from fittrack.points import streak as streaks
from protocol.shapes import Streak, Today


def today(day: days.Today) -> Today:
    """The day so far. `points_earned` are those of its activities; a streak bonus comes on top of the cap."""
    return Today(
        steps=day.steps,
        active_minutes=day.active_minutes,
        workouts=day.workouts,
        points_earned=day.points_earned,
        points_cap=day.points_cap,
        points_remaining=day.points_remaining,
    )


def streak(of: streaks.Streak) -> Streak:
    """Consecutive active days."""
    return Streak(
        current=of.current,
        longest=of.longest,
        active_today=of.active_today,
        minutes_missing_today=of.minutes_missing_today,
        next_bonus_in_days=of.next_bonus_in_days,
    )

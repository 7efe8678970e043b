"""What one day's activities earn (SPEC 3): a pure function of the day's totals.

| what the day holds                              | points                           |
| ----------------------------------------------- | -------------------------------- |
| each full 1,000 steps, up to 20,000             | 10                               |
| each minute, light / moderate / vigorous        | 1 / 2 / 3                        |
| each workout of 20 minutes or more, at most 3   | 50                               |
| 10,000 steps reached                            | 100                              |
| all together                                    | at most 1,000                    |

Totals are sums of whole numbers, so neither the order of a day's samples nor how they are split can
be seen in them; rounding happens once, on the sums.
"""

import operator
from typing import Final, NamedTuple

POINTS_PER_STEP_BLOCK: Final = 10
STEP_BLOCK: Final = 1_000
PAID_STEPS_MAX: Final = 20_000
"""Steps above this earn nothing."""
STEP_GOAL: Final = 10_000
STEP_GOAL_POINTS: Final = 100
LIGHT_MINUTE_POINTS: Final = 1
MODERATE_MINUTE_POINTS: Final = 2
VIGOROUS_MINUTE_POINTS: Final = 3
WORKOUT_BONUS_MINUTES: Final = 20
WORKOUT_BONUS_POINTS: Final = 50
WORKOUT_BONUSES_MAX: Final = 3
DAILY_CAP: Final = 1_000
"""What a day's activities earn together; the streak bonus comes on top."""
ACTIVE_DAY_MINUTES: Final = 30
"""A day with as many active or workout minutes is an active day."""

MINUTE_MS: Final = 60_000
# Durations are kept in whole milliseconds, so a minute split into sevenths misses a few of them. A sum
# within half a second of a full minute is that minute: no splitting of real samples can cost a point.
_ROUNDING_MS: Final = 500


class DayTotals(NamedTuple):
    """The sums of a day's counted activities: whole steps and milliseconds.

    Totals add and subtract, item by item; the order never matters.
    """

    steps: int = 0
    workout_light_ms: int = 0
    workout_moderate_ms: int = 0
    workout_vigorous_ms: int = 0
    active_light_ms: int = 0
    active_moderate_ms: int = 0
    active_vigorous_ms: int = 0
    workouts: int = 0
    long_workouts: int = 0
    """Workouts that last long enough for the bonus."""

    def plus(self, other: "DayTotals") -> "DayTotals":
        """The totals with what `other` holds."""
        return DayTotals(*map(operator.add, self, other))

    def minus(self, other: "DayTotals") -> "DayTotals":
        """The totals without what `other` holds."""
        return DayTotals(*map(operator.sub, self, other))

    @property
    def workout_ms(self) -> int:
        return self.workout_light_ms + self.workout_moderate_ms + self.workout_vigorous_ms

    @property
    def active_ms(self) -> int:
        return self.active_light_ms + self.active_moderate_ms + self.active_vigorous_ms


class DayAward(NamedTuple):
    """What a day's activities earn, and why.

    `step_points`, `goal_points`, `minute_points`, `workout_points` and `over_cap` add up to `points`.
    """

    points: int = 0
    step_points: int = 0
    goal_points: int = 0
    light_minutes: int = 0
    moderate_minutes: int = 0
    vigorous_minutes: int = 0
    workout_points: int = 0
    over_cap: int = 0
    """What the daily cap takes away: zero or negative."""
    minutes: int = 0
    """Full minutes that count towards an active day, of whatever intensity."""

    @property
    def minute_points(self) -> int:
        return minute_points(self.light_minutes, self.moderate_minutes, self.vigorous_minutes)

    @property
    def is_active_day(self) -> bool:
        return self.minutes >= ACTIVE_DAY_MINUTES

    @property
    def points_remaining(self) -> int:
        """What the cap leaves to earn that day, in points."""
        return DAILY_CAP - self.points


NO_ACTIVITY: Final = DayTotals()
NO_AWARD: Final = DayAward()


def award(totals: DayTotals) -> DayAward:
    """What a day with these totals earns.

    Minutes are not paid twice: per intensity the larger of workout minutes and active minutes counts.
    """
    light_ms = max(totals.workout_light_ms, totals.active_light_ms)
    moderate_ms = max(totals.workout_moderate_ms, totals.active_moderate_ms)
    vigorous_ms = max(totals.workout_vigorous_ms, totals.active_vigorous_ms)
    light, moderate, vigorous = full_minutes(light_ms), full_minutes(moderate_ms), full_minutes(vigorous_ms)
    step_points = POINTS_PER_STEP_BLOCK * (min(totals.steps, PAID_STEPS_MAX) // STEP_BLOCK)
    goal_points = STEP_GOAL_POINTS if totals.steps >= STEP_GOAL else 0
    workout_points = WORKOUT_BONUS_POINTS * min(totals.long_workouts, WORKOUT_BONUSES_MAX)
    uncapped = step_points + goal_points + minute_points(light, moderate, vigorous) + workout_points
    points = min(uncapped, DAILY_CAP)
    return DayAward(
        points,
        step_points,
        goal_points,
        light,
        moderate,
        vigorous,
        workout_points,
        points - uncapped,
        full_minutes(light_ms + moderate_ms + vigorous_ms),
    )


def minute_points(light: int, moderate: int, vigorous: int) -> int:
    """What full minutes of each intensity earn."""
    return LIGHT_MINUTE_POINTS * light + MODERATE_MINUTE_POINTS * moderate + VIGOROUS_MINUTE_POINTS * vigorous


def full_minutes(duration_ms: int) -> int:
    """The full minutes in a sum of durations."""
    return (duration_ms + _ROUNDING_MS) // MINUTE_MS

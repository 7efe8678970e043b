"""Which activities are believed, when they are taken, and how hard they were (SPEC 3).

| refused (impossible)                                  | code                        |
| ----------------------------------------------------- | --------------------------- |
| starts more than 7 days ago                           | `too-old`                   |
| starts or ends more than 5 minutes from now           | `in-future`                 |
| ends before it starts                                 | `ends-before-start`         |
| spans more than a day; exercise of more than 24 h     | `too-long`                  |
| exercise longer than the interval it lies in          | `longer-than-interval`      |
| a tracker's activity without its external id          | `external-id-missing`       |
| steps without a number of steps                       | `steps-missing`             |
| a negative, infinite or undefined number              | `metric-impossible`         |
| more than 100,000 steps                               | `steps-impossible`          |
| heart rate outside 25-240                             | `heart-rate-impossible`     |
| faster than a human                                   | `speed-impossible`          |
| more energy than a body can turn over in a day        | `calories-impossible`       |
| a day beyond 100,000 steps or 24 h (see `day_check`)  | `day-steps-impossible`, …   |
| more samples than a day can need                      | `day-full`                  |
| withdrawn, but never received                         | `unknown-activity`          |

What is merely unlikely is accepted and flagged (`Doubt`).
"""

import hashlib
import math
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from fittrack.activities.model import MANUAL_SOURCE, ActivityInput, ActivityType, Intensity
from fittrack.kit.calendar import age_on, rfc3339
from fittrack.points.award import DAILY_CAP, MINUTE_MS, PAID_STEPS_MAX, DayTotals, award

ADMISSIBLE_AGE: Final = timedelta(days=7)
CLOCK_SKEW: Final = timedelta(minutes=5)
SPAN_MAX: Final = timedelta(hours=25)
"""The longest day there is, when summer time ends: a day's steps may come as one sample."""
EXERCISE_MINUTES_MAX: Final = 24 * 60
INTERVAL_SLACK_MINUTES: Final = 1.0
"""Trackers round the ends of an interval and its duration each for itself."""

STEPS_IMPOSSIBLE: Final = 100_000
STEPS_UNLIKELY: Final = 50_000
"""About 40 km on foot."""
STEPS_A_MINUTE_UNLIKELY: Final = 300
"""A sprinter's cadence."""
HEART_RATES: Final = ("heart_rate_avg", "heart_rate_max", "heart_rate_min")
"""The metrics that are heart rates, in beats a minute."""
HEART_RATE_POSSIBLE: Final = (25, 240)
HEART_RATE_LIKELY: Final = (35, 210)
SPEED_IMPOSSIBLE_M_S: Final = 16.0
"""The cycling hour record stands at 15.8 m/s."""
SPEED_UNLIKELY_M_S: Final = 12.5
"""45 km/h on average: a racing cyclist's, and a runner's only over 100 m."""
CALORIES_IMPOSSIBLE: Final = 20_000
CALORIES_UNLIKELY: Final = 10_000
WORKOUT_MINUTES_UNLIKELY: Final = 10 * 60
SAMPLES_A_DAY_MAX: Final = 2_000
"""One a minute, and room to spare. A player's actor holds them in memory."""

MAX_HEART_RATE_AT_BIRTH: Final = 220
"""The maximum heart rate is taken to be 220 − age."""
MODERATE_FROM_PERCENT: Final = 50
VIGOROUS_ABOVE_PERCENT: Final = 70

DERIVED_ID_PREFIX: Final = "content:"


class Refusal(StrEnum):
    """Why an activity is refused: the codes of rejected items."""

    TOO_OLD = "too-old"
    IN_FUTURE = "in-future"
    ENDS_BEFORE_START = "ends-before-start"
    TOO_LONG = "too-long"
    LONGER_THAN_INTERVAL = "longer-than-interval"
    EXTERNAL_ID_MISSING = "external-id-missing"
    STEPS_MISSING = "steps-missing"
    METRIC_IMPOSSIBLE = "metric-impossible"
    STEPS_IMPOSSIBLE = "steps-impossible"
    HEART_RATE_IMPOSSIBLE = "heart-rate-impossible"
    SPEED_IMPOSSIBLE = "speed-impossible"
    CALORIES_IMPOSSIBLE = "calories-impossible"
    DAY_STEPS_IMPOSSIBLE = "day-steps-impossible"
    DAY_MINUTES_IMPOSSIBLE = "day-minutes-impossible"
    DAY_FULL = "day-full"
    UNKNOWN_ACTIVITY = "unknown-activity"
    TOLD_BY_TRACKER = "told-by-tracker"
    """Its source is connected, and tells us itself."""


class Doubt(StrEnum):
    """What is unlikely about an accepted activity: its flags."""

    MANY_STEPS = "many-steps"
    FAST_STEPS = "fast-steps"
    HEART_RATE = "heart-rate"
    FAST = "fast"
    MANY_CALORIES = "many-calories"
    LONG_WORKOUT = "long-workout"
    DAY_STEPS = "day-steps"
    DAY_MINUTES = "day-minutes"


def refusal(sent: ActivityInput, now: datetime) -> Refusal | None:
    """Why `sent` cannot be taken at `now`, whatever else is known; `None` when it can."""
    return _time_refusal(sent, now) or _content_refusal(sent)


def doubts(sent: ActivityInput) -> tuple[Doubt, ...]:
    """What is unlikely about a possible activity."""
    metrics = sent.metrics
    found = []
    steps = metrics.get("steps", 0)
    if steps > STEPS_UNLIKELY:
        found.append(Doubt.MANY_STEPS)
    span_minutes = (sent.end_time - sent.start_time).total_seconds() / 60
    if span_minutes >= 1 and steps > STEPS_A_MINUTE_UNLIKELY * span_minutes:
        found.append(Doubt.FAST_STEPS)
    if any(not _within(metrics[name], HEART_RATE_LIKELY) for name in HEART_RATES if name in metrics):
        found.append(Doubt.HEART_RATE)
    if _speed(sent) > SPEED_UNLIKELY_M_S:
        found.append(Doubt.FAST)
    if metrics.get("calories", 0) > CALORIES_UNLIKELY:
        found.append(Doubt.MANY_CALORIES)
    if sent.activity_type is ActivityType.WORKOUT and exercise_minutes(sent) > WORKOUT_MINUTES_UNLIKELY:
        found.append(Doubt.LONG_WORKOUT)
    return tuple(found)


def is_too_old(start: datetime, now: datetime) -> bool:
    """Whether what started at `start` can no longer be told, changed or withdrawn at `now`."""
    return start < now - ADMISSIBLE_AGE


def day_check(day: DayTotals, added: DayTotals) -> Refusal | Doubt | None:
    """What to think of a sample that would take a day beyond what a day can hold.

    A sample is refused once the day earns all it can without it, so that the refusal costs nothing;
    before, it is taken and flagged. Were the first to go too far refused, the day's points would depend
    on which sample came last.
    """
    if added.steps and day.steps + added.steps > STEPS_IMPOSSIBLE:
        return Refusal.DAY_STEPS_IMPOSSIBLE if day.steps >= PAID_STEPS_MAX else Doubt.DAY_STEPS
    if _is_over_a_day(day.workout_ms, added.workout_ms) or _is_over_a_day(day.active_ms, added.active_ms):
        capped = award(day).points >= DAILY_CAP
        return Refusal.DAY_MINUTES_IMPOSSIBLE if capped else Doubt.DAY_MINUTES
    return None


def exercise_minutes(sent: ActivityInput) -> float:
    """How long the player exercised: as stated, else the whole interval."""
    if sent.duration_minutes is not None:
        return sent.duration_minutes
    return (sent.end_time - sent.start_time).total_seconds() / 60


def duration_ms(minutes: float) -> int:
    """Minutes in whole milliseconds, which add up exactly."""
    return round(minutes * MINUTE_MS)


def intensity_of(sent: ActivityInput, born: date, day: date) -> Intensity:
    """As stated, else from the average heart rate and the age on `day`, else light."""
    if sent.intensity is not None:
        return sent.intensity
    heart_rate = sent.metrics.get("heart_rate_avg")
    if heart_rate is None:
        return Intensity.LIGHT
    return intensity_at(heart_rate, age_on(day, born))


def intensity_at(heart_rate: float, age: int) -> Intensity:
    """Below 50 % of the maximum heart rate light, to 70 % moderate, above vigorous."""
    hundredfold, maximum = heart_rate * 100, MAX_HEART_RATE_AT_BIRTH - age
    if hundredfold < MODERATE_FROM_PERCENT * maximum:
        return Intensity.LIGHT
    if hundredfold <= VIGOROUS_ABOVE_PERCENT * maximum:
        return Intensity.MODERATE
    return Intensity.VIGOROUS


def external_id_of(sent: ActivityInput) -> str:
    """The source's own id; for a manual entry without one, an id that follows from its content.

    The same entry sent again then is a duplicate, and another one a new activity.
    """
    if sent.external_id is not None:
        return sent.external_id
    content = (
        sent.activity_type.value,
        rfc3339(sent.start_time),
        rfc3339(sent.end_time),
        duration_ms(exercise_minutes(sent)),
        sent.intensity.value if sent.intensity is not None else None,
        sorted((name, float(value)) for name, value in sent.metrics.items()),
    )
    return DERIVED_ID_PREFIX + hashlib.sha256(repr(content).encode()).hexdigest()[:32]


def _time_refusal(sent: ActivityInput, now: datetime) -> Refusal | None:
    start, end = sent.start_time, sent.end_time
    if end < start:
        return Refusal.ENDS_BEFORE_START
    if is_too_old(start, now):
        return Refusal.TOO_OLD
    if end > now + CLOCK_SKEW:
        return Refusal.IN_FUTURE
    minutes, span_minutes = exercise_minutes(sent), (end - start).total_seconds() / 60
    # Written so that NaN fails as well.
    if not 0 <= minutes < math.inf:
        return Refusal.METRIC_IMPOSSIBLE
    exercised = sent.activity_type is not ActivityType.STEPS
    if end - start > SPAN_MAX or (exercised and minutes > EXERCISE_MINUTES_MAX):
        return Refusal.TOO_LONG
    if minutes > span_minutes + INTERVAL_SLACK_MINUTES:
        return Refusal.LONGER_THAN_INTERVAL
    return None


def _content_refusal(sent: ActivityInput) -> Refusal | None:
    metrics = sent.metrics
    if sent.external_id is None and sent.source != MANUAL_SOURCE:
        return Refusal.EXTERNAL_ID_MISSING
    for value in metrics.values():
        if not 0 <= value < math.inf:
            return Refusal.METRIC_IMPOSSIBLE
    steps = metrics.get("steps")
    if steps is None:
        if sent.activity_type is ActivityType.STEPS:
            return Refusal.STEPS_MISSING
    elif steps > STEPS_IMPOSSIBLE:
        return Refusal.STEPS_IMPOSSIBLE
    if any(not _within(metrics[name], HEART_RATE_POSSIBLE) for name in HEART_RATES if name in metrics):
        return Refusal.HEART_RATE_IMPOSSIBLE
    if _speed(sent) > SPEED_IMPOSSIBLE_M_S:
        return Refusal.SPEED_IMPOSSIBLE
    if metrics.get("calories", 0) > CALORIES_IMPOSSIBLE:
        return Refusal.CALORIES_IMPOSSIBLE
    return None


def _speed(sent: ActivityInput) -> float:
    """Metres a second: of a workout while it lasted, of anything else over its interval."""
    distance = sent.metrics.get("distance_meters")
    if not distance:
        return 0.0
    if sent.activity_type is ActivityType.WORKOUT:
        seconds = exercise_minutes(sent) * 60
    else:
        seconds = (sent.end_time - sent.start_time).total_seconds()
    return distance / seconds if seconds > 0 else math.inf


def _is_over_a_day(so_far_ms: int, added_ms: int) -> bool:
    return added_ms > 0 and so_far_ms + added_ms > EXERCISE_MINUTES_MAX * MINUTE_MS


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]

"""What a player's actor keeps in memory of an activity: enough to count, compare and rank it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from fittrack.activities.model import Activity, ActivityType, Intensity
from fittrack.activities.rules import duration_ms
from fittrack.kit.ids import ActivityId
from fittrack.points.award import MINUTE_MS, WORKOUT_BONUS_MINUTES, DayTotals

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_LONG_WORKOUT_MS: Final = WORKOUT_BONUS_MINUTES * MINUTE_MS


class Sample(msgspec.Struct, kw_only=True, eq=False, gc=False):
    """One accepted activity. `end_ms` is exclusive; what took no time at all takes a millisecond.

    `blocker` is the sample of another source that counts in its place. A blocker has none itself, so that
    references never form a cycle (and the garbage collector need not look for one). `counted` tells
    whether the day's totals hold it at the moment. `fingerprint` is equal for equal content, within this
    process; the device that sent it is not content.
    """

    activity_id: ActivityId
    activity_type: ActivityType
    intensity: Intensity
    source: str
    external_id: str
    day: date
    start_ms: int
    end_ms: int
    duration_ms: int
    steps: int
    metrics_count: int
    revision: int
    fingerprint: int
    blocker: Sample | None = None
    counted: bool = False

    @property
    def duplicate_of(self) -> ActivityId | None:
        return self.blocker.activity_id if self.blocker is not None else None


def epoch_ms(instant: datetime) -> int:
    """Milliseconds since 1970."""
    return (instant - _EPOCH) // _MS


def sample_of(activity: Activity) -> Sample:
    """What is kept in memory of `activity`. Who blocks it is for the timeline to say."""
    start, end = epoch_ms(activity.start_time), epoch_ms(activity.end_time)
    duration = duration_ms(activity.duration_minutes)
    kind, intensity, metrics = activity.activity_type, activity.intensity, activity.metrics
    return Sample(
        activity_id=activity.activity_id,
        activity_type=kind,
        intensity=intensity,
        source=activity.source,
        external_id=activity.external_id,
        day=activity.day,
        start_ms=start,
        end_ms=max(end, start + 1),
        duration_ms=duration,
        steps=round(metrics.get("steps", 0)) if kind is ActivityType.STEPS else 0,
        metrics_count=len(metrics),
        revision=activity.revision,
        fingerprint=hash((kind, start, end, duration, intensity, frozenset(metrics.items()))),
    )


def totals_of(sample: Sample) -> DayTotals:
    """What `sample` adds to its day when it counts.

    Steps come from `steps` only: those that a workout reports are among them already.
    """
    match sample.activity_type:
        case ActivityType.STEPS:
            return DayTotals(steps=sample.steps)
        case ActivityType.ACTIVE_MINUTES:
            return _active_minutes(sample)
        case ActivityType.WORKOUT:
            return _workout(sample)


def _active_minutes(sample: Sample) -> DayTotals:
    duration = sample.duration_ms
    match sample.intensity:
        case Intensity.LIGHT:
            return DayTotals(active_light_ms=duration)
        case Intensity.MODERATE:
            return DayTotals(active_moderate_ms=duration)
        case Intensity.VIGOROUS:
            return DayTotals(active_vigorous_ms=duration)


def _workout(sample: Sample) -> DayTotals:
    duration = sample.duration_ms
    long_workouts = int(duration >= _LONG_WORKOUT_MS)
    match sample.intensity:
        case Intensity.LIGHT:
            return DayTotals(workout_light_ms=duration, workouts=1, long_workouts=long_workouts)
        case Intensity.MODERATE:
            return DayTotals(workout_moderate_ms=duration, workouts=1, long_workouts=long_workouts)
        case Intensity.VIGOROUS:
            return DayTotals(workout_vigorous_ms=duration, workouts=1, long_workouts=long_workouts)

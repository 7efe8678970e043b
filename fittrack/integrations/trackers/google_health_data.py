"""Google Health's payloads as activities. Pure: what is known of the payloads stands here (API v4).

Whole numbers come as texts, since they are 64-bit. A day's roll-up is one activity whose name follows from
the day: when it grows, the same activity is told anew. Days are those of the person's clock, which the
roll-ups do not name; they are taken for days of the platform.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from fittrack.integrations.trackers.provider import Fetched, Tracked

FITBIT: Final = "fitbit"
GOOGLE_FIT: Final = "google_fit"
GOOGLE_HEALTH: Final = "google_health"
"""Names under which people connect, and the sources of what they did."""

PLATFORM_SOURCES: Final = {"FITBIT": FITBIT, "FITBIT_WEB_API": FITBIT, "FIT": GOOGLE_FIT}
"""Whose activity it is by `dataSource.platform`; any other is told under the connection's name."""

LEVELS: Final = {"LIGHT": "light", "MODERATE": "moderate", "VIGOROUS": "vigorous"}

NO_EXERCISE: Final = frozenset(
    {"MEDITATE", "MOTORCYCLE", "MOTOCROSS", "SNOWMOBILING", "ELECTRIC_SCOOTER", "BILLIARDS", "PAINTING"}
    | {"FISHING", "HUNTING", "SHOOTING", "MUSICAL_PERFORMANCE", "SKYDIVING", "PARAGLIDING"}
)
"""Types of exercise in which a motor or a chair does the work."""

METRES: Final = 1 / 1000
"""Of a millimetre."""

StartOfDay = Callable[[date], datetime]


class CivilDate(Struct):
    """A day of somebody's calendar."""

    year: int
    month: int
    day: int


class CivilTime(Struct):
    """An instant of somebody's clock; we ask for whole days."""

    date: CivilDate


class Steps(Struct, rename="camel"):
    """The roll-up of `steps`."""

    count_sum: int


class LevelMinutes(Struct, rename="camel"):
    """The minutes of one level in the roll-up of `active-minutes`."""

    activity_level: str
    active_minutes_sum: int


class ActiveMinutes(Struct, rename="camel"):
    """The roll-up of `active-minutes`."""

    active_minutes_rollup_by_activity_level: list[LevelMinutes] = []


class RollUp(Struct, rename="camel"):
    """One day of a daily roll-up."""

    civil_start_time: CivilTime
    steps: Steps | None = None
    active_minutes: ActiveMinutes | None = None


class RollUps(Struct, rename="camel"):
    """A page of a daily roll-up."""

    rollup_data_points: list[msgspec.Raw] = []
    next_page_token: str | None = None


class Source(Struct, rename="camel"):
    """Where a data point comes from."""

    platform: str | None = None
    recording_method: str | None = None


class Interval(Struct, rename="camel"):
    """When an exercise took place."""

    start_time: datetime
    end_time: datetime


class Summary(Struct, rename="camel"):
    """Sums and means of an exercise."""

    steps: int | None = None
    calories_kcal: float | None = None
    distance_millimeters: float | None = None
    average_heart_rate_beats_per_minute: float | None = None


class Exercise(Struct, rename="camel"):
    """One exercise."""

    interval: Interval
    exercise_type: str = ""
    active_duration: str | None = None
    metrics_summary: Summary = msgspec.field(default_factory=Summary)


class DataPoint(Struct, rename="camel"):
    """A data point of the type `exercise`."""

    exercise: Exercise
    name: str = ""
    data_source: Source = msgspec.field(default_factory=Source)


class DataPoints(Struct, rename="camel"):
    """A page of data points."""

    data_points: list[msgspec.Raw] = []
    next_page_token: str | None = None


class Identity(Struct, rename="camel"):
    """Who somebody is at Google Health."""

    health_user_id: str


def civil(day: date) -> dict[str, Any]:
    """`day` as requests write it."""
    return {"date": {"year": day.year, "month": day.month, "day": day.day}}


def day_samples(points: Iterable[bytes], source: str, now: datetime, start_of: StartOfDay) -> Fetched:
    """Roll-ups as a day's steps and minutes. A day that has not begun here is left for later."""
    items: list[Tracked] = []
    whole = True
    for point in points:
        try:
            roll_up = msgspec.json.decode(point, type=RollUp, strict=False)
            begin = roll_up.civil_start_time.date
            day = date(begin.year, begin.month, begin.day)
        except (msgspec.DecodeError, ValueError, RecursionError):
            whole = False
            continue
        start = start_of(day)
        if start < now:
            items += _day(roll_up, day, source, start, min(start_of(day + timedelta(days=1)), now))
    return Fetched(items, whole)


def _day(roll_up: RollUp, day: date, source: str, start: datetime, end: datetime) -> list[Tracked]:
    items = []
    span_minutes = (end - start).total_seconds() / 60
    if roll_up.steps is not None and roll_up.steps.count_sum > 0:
        items.append(
            Tracked(
                name=f"steps:{day}",
                activity_type="steps",
                start=start,
                end=end,
                duration_minutes=span_minutes,
                source=source,
                metrics={"steps": float(roll_up.steps.count_sum)},
            )
        )
    minutes = roll_up.active_minutes or ActiveMinutes()
    for level in minutes.active_minutes_rollup_by_activity_level:
        intensity = LEVELS.get(level.activity_level)
        if intensity is not None and level.active_minutes_sum > 0:
            items.append(
                Tracked(
                    name=f"active_minutes:{day}:{intensity}",
                    activity_type="active_minutes",
                    start=start,
                    end=end,
                    # The person's clock may be ahead of ours: no more minutes than the day has so far.
                    duration_minutes=min(float(level.active_minutes_sum), span_minutes),
                    source=source,
                    intensity=intensity,
                )
            )
    return items


def workouts(points: Iterable[bytes], connection: str) -> Fetched:
    """Exercises as workouts, each under the name of the platform it comes from."""
    items = []
    whole = True
    for text in points:
        try:
            item = _workout(msgspec.json.decode(text, type=DataPoint, strict=False), connection)
        except (msgspec.DecodeError, ValueError, RecursionError):
            whole = False
            continue
        if item is not None:
            items.append(item)
    return Fetched(items, whole)


def _workout(point: DataPoint, connection: str) -> Tracked | None:
    exercise = point.exercise
    start, end = exercise.interval.start_time, exercise.interval.end_time
    if exercise.exercise_type in NO_EXERCISE:
        return None
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("an instant without a zone")
    elapsed = (end - start).total_seconds()
    active = elapsed if exercise.active_duration is None else seconds_of(exercise.active_duration)
    return Tracked(
        name=f"exercise:{_id_of(point, start)}",
        activity_type="workout",
        start=start,
        end=end,
        duration_minutes=min(active, elapsed) / 60,
        source=PLATFORM_SOURCES.get(point.data_source.platform or "", connection),
        metrics=_metrics(exercise.metrics_summary),
        manual=point.data_source.recording_method == "MANUAL",
    )


def _id_of(point: DataPoint, start: datetime) -> str:
    """The last part of the resource's name; what has none is known by when it began."""
    return point.name.rpartition("/")[2] or start.isoformat()


def _metrics(summary: Summary) -> dict[str, float]:
    metres = summary.distance_millimeters
    found = {
        "steps": summary.steps,
        "calories": summary.calories_kcal,
        "distance_meters": None if metres is None else metres * METRES,
        "heart_rate_avg": summary.average_heart_rate_beats_per_minute,
    }
    return {name: float(value) for name, value in found.items() if value}


_DURATION: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


def seconds_of(duration: str) -> float:
    """A duration as protocol buffers write it in JSON: `1800s`, `3.5s`. Raises ValueError."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError("no duration")
    return float(match[1])

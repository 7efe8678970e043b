"""What somebody does on a day, as their trackers tell it."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from fittrack.activities.model import MANUAL_SOURCE, ActivityInput, ActivityType, Intensity
from fittrack.demo.people import Person
from fittrack.kit.calendar import PlatformCalendar, age_on

STEP_LENGTH_METERS: Final = 0.75
_WALKS: Final = (time(8, 15), time(12, 10), time(17, 20))
_WORKOUT_AT: Final = time(6, 0), time(17, 15)
"""Before or after work: nothing of the day is later than the evening's sync."""


class Level(NamedTuple):
    """Heart rate as a share of the maximum, and energy in kilocalories a minute."""

    share: float
    calories: float


_LEVELS: Final = {
    Intensity.LIGHT: Level(0.45, 4),
    Intensity.MODERATE: Level(0.62, 8),
    Intensity.VIGOROUS: Level(0.8, 12),
}


def activities_of(
    person: Person, day: date, calendar: PlatformCalendar, rng: random.Random
) -> list[ActivityInput]:
    """The activities of `day`, all of them before 19:20."""
    lazy = rng.random() > person.diligence
    told = list(_steps(person, day, calendar, rng, lazy=lazy))
    if not lazy:
        told += _exercise(person, day, calendar, rng)
    return told


def _steps(
    person: Person, day: date, calendar: PlatformCalendar, rng: random.Random, *, lazy: bool
) -> Iterator[ActivityInput]:
    low, high = (600, 2_400) if lazy else (1_800, 5_500)
    for number, at in enumerate(_WALKS):
        start, steps = calendar.at(day, at), round(rng.randint(low, high) * person.energy)
        minutes = max(15, steps // 95)
        yield _activity(
            ActivityType.STEPS,
            start,
            minutes,
            source=person.tracker,
            external_id=f"{day}/steps/{number}",
            metrics={"steps": steps, "distance_meters": round(steps * STEP_LENGTH_METERS)},
        )
        if person.second_tracker and number == 1:
            yield _activity(
                ActivityType.STEPS,
                start,
                minutes,
                source="apple_health" if person.tracker != "apple_health" else "google_fit",
                external_id=f"{day}/phone",
                metrics={"steps": round(steps * 0.97)},
            )


def _exercise(
    person: Person, day: date, calendar: PlatformCalendar, rng: random.Random
) -> Iterator[ActivityInput]:
    level = rng.choices(list(Intensity), weights=(3, 4, 2))[0]
    is_workout = rng.random() < 0.7
    typed = is_workout and person.manual and rng.random() < 0.15
    start, minutes = calendar.at(day, rng.choice(_WORKOUT_AT)), _minutes(person, rng, typed=typed)
    metrics = _effort(person, day, level, minutes)
    yield _activity(
        ActivityType.WORKOUT if is_workout else ActivityType.ACTIVE_MINUTES,
        start,
        minutes,
        source=MANUAL_SOURCE if typed else person.tracker,
        external_id=f"{day}/exercise",
        metrics=metrics,
        intensity=level,
    )


def _minutes(person: Person, rng: random.Random, *, typed: bool) -> int:
    """Enough for an active day; who types in what no tracker saw has a high opinion of it."""
    return rng.randint(90, 120) if typed else max(30, round(rng.randint(25, 45) * person.energy))


def _effort(person: Person, day: date, level: Intensity, minutes: int) -> dict[str, float]:
    heart_rate = round(_LEVELS[level].share * (220 - age_on(day, person.born)))
    return {"heart_rate_avg": heart_rate, "calories": round(_LEVELS[level].calories * minutes)}


def _activity(
    activity_type: ActivityType,
    start: datetime,
    minutes: int,
    *,
    source: str,
    external_id: str,
    metrics: dict[str, float],
    intensity: Intensity | None = None,
) -> ActivityInput:
    return ActivityInput(
        activity_type=activity_type,
        start_time=start,
        end_time=start + timedelta(minutes=minutes),
        duration_minutes=minutes,
        intensity=intensity,
        metrics=metrics,
        source=source,
        external_id=external_id,
    )

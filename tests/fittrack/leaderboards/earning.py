"""Earning, for tests of boards: steps, which are worth 10 points a thousand."""

from datetime import datetime, timedelta

from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, ActivityType, Intensity
from tests.rest_house import Person, RestHouse


def a_walk(end: datetime, points: int, *, name: str | None = None) -> ActivityInput:
    """A walk of an hour that ends at `end`. The same `name` again is a revision."""
    assert points % 10 == 0, "steps are paid by the thousand"
    return ActivityInput(
        activity_type=ActivityType.STEPS,
        start_time=end - timedelta(hours=1),
        end_time=end,
        duration_minutes=60,
        source="fitbit",
        metrics={"steps": 100 * points},
        external_id=name or f"walk {end}",
    )


def exercise(end: datetime, minutes: int) -> ActivityInput:
    """Light minutes that end at `end`: a point each."""
    return ActivityInput(
        activity_type=ActivityType.ACTIVE_MINUTES,
        start_time=end - timedelta(minutes=minutes),
        end_time=end,
        source="fitbit",
        intensity=Intensity.LIGHT,
        external_id=f"exercise {end}",
    )


async def walk(house: RestHouse, person: Person, points: int, **options: str) -> None:
    """Somebody walked until now."""
    await log(house, person, a_walk(house.inner.clock.now(), points, **options))


async def log(house: RestHouse, person: Person, *items: ActivityInput) -> None:
    """Somebody's tracker reports."""
    await house.inner.do(person.user_id, LogActivities(list(items)))

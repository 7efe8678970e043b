"""Who lives through the three weeks, what they do on each day, and what their trackers make of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fittrack.kit.calendar import PlatformCalendar, age_on
from protocol.shapes import instant
from tests.simulation.weeks.reckoning import TrueDay

Sample = dict[str, Any]
"""An activity as it is sent."""

MONDAY = date(2026, 12, 14)
DAYS = 21
"""Three whole weeks, over the end of a month and of a year."""

CALENDAR = PlatformCalendar(ZoneInfo("America/New_York"))

NOON, EVENING, NIGHT = time(12, 30), time(20, 30), time(23, 30)
"""When phones talk to the platform, by its clocks."""

SHARES = {NOON: 0.4, EVENING: 0.8, NIGHT: 1.0}
"""How much of a day's steps is walked by then. Runs are run by the evening."""

BRACKETS = ("18-29", "30-39", "40-49", "50-59", "60+")

TOLD_AFTER = timedelta(days=2)
"""How late a forgotten tracker is synced, at noon."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and how they exercise. Who is `diligent` trains twice a day and saves the points."""

    name: str
    sex: str
    level: str
    born: date
    joins: int = 0
    """The day of the story on which they register."""
    diligent: bool = False
    two_watches: bool = False
    """Google counts the same steps as Fitbit."""
    forgetful: bool = False
    """The trackers of every fourth day are synced two days late."""
    corrected: bool = False
    """Every fifth day's run was recorded too long, which comes out at noon of the next day."""

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@test.example"

    def tier_on(self, day: date) -> str:
        """The tier in which that day's points are earned."""
        bracket = BRACKETS[max(0, min(age_on(day, self.born) // 10 - 2, len(BRACKETS) - 1))]
        return f"{self.sex[0].upper()}-{bracket}-{self.level[:3].upper()}"

    @property
    def display_name(self) -> str:
        return f"{self.name} of the story"


PEOPLE = (
    Person("Ada", "female", "advanced", date(1990, 5, 17), diligent=True),
    Person("Bo", "male", "advanced", date(1985, 1, 2), diligent=True, two_watches=True),
    Person("Cleo", "female", "beginner", date(1999, 12, 24), two_watches=True, corrected=True),
    Person("Dan", "male", "intermediate", date(1960, 7, 7), forgetful=True),
    Person("Eve", "female", "intermediate", date(1975, 3, 30), corrected=True),
    Person("Finn", "male", "beginner", date(2004, 2, 29)),
    Person("Gwen", "female", "beginner", date(1996, 12, 20), two_watches=True, forgetful=True),
    Person("Hal", "male", "advanced", date(1988, 8, 8)),
    Person("Ida", "female", "intermediate", date(1991, 10, 1), joins=8),
    Person("Jon", "male", "beginner", date(1979, 4, 4), joins=9, corrected=True),
)


@dataclass(frozen=True, slots=True)
class Run:
    """A run in the evening."""

    minutes: int
    recorded: int
    """What the watch said at first."""
    intensity: str


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody does on one day."""

    person: Person
    day: date
    steps: int
    runs: tuple[Run, ...]
    chores: int
    """Minutes of light activity, entered by hand."""
    late: bool

    def known(self, now: datetime) -> TrueDay | None:
        """What the platform can know of the day by `now`; nothing before the first sync."""
        if self.late:
            return self._day(1.0) if now >= CALENDAR.at(self.day + TOLD_AFTER, NOON) else None
        looks = [looked for looked in SHARES if now >= CALENDAR.at(self.day, looked)]
        if not looks:
            return None
        corrected = now >= CALENDAR.at(self.day + timedelta(days=1), NOON)
        day = self._day(SHARES[looks[-1]])
        if not corrected:
            day.workouts = [(run.recorded, run.intensity) for run in self.runs if looks[-1] != NOON]
        return day

    def _day(self, share: float) -> TrueDay:
        active = {"light": self.chores} if self.chores else {}
        runs = [(run.minutes, run.intensity) for run in self.runs]
        return TrueDay(int(self.steps * share), runs, active)

    def told(self, day: date, looked: time) -> list[Sample]:
        """What the trackers tell of this day when the phone is looked at."""
        if self.late:
            return (
                [*self._all(CALENDAR.at(self.day, NIGHT))]
                if day - self.day == TOLD_AFTER and looked == NOON
                else []
            )
        if day == self.day:
            return [*self._so_far(looked)]
        if (day - self.day).days == 1 and looked == NOON:
            return [self._run(number, run, run.minutes) for number, run in enumerate(self.runs)]
        return []

    def _so_far(self, looked: time) -> Iterator[Sample]:
        yield from self._steps(CALENDAR.at(self.day, looked), int(self.steps * SHARES[looked]))
        if self.chores:
            yield self._chores()
        if looked != NOON:
            yield from (self._run(number, run, run.recorded) for number, run in enumerate(self.runs))

    def _all(self, until: datetime) -> Iterator[Sample]:
        yield from self._steps(until, self.steps)
        if self.chores:
            yield self._chores()
        yield from (self._run(number, run, run.minutes) for number, run in enumerate(self.runs))

    def _steps(self, until: datetime, steps: int) -> Iterator[Sample]:
        """A roll-up that grows with each sync, of one watch or of two."""
        start = CALENDAR.start_of(self.day)
        metrics = {"steps": steps, "distance_meters": steps * 0.7}
        yield self._sample("steps", start, until, "fitbit", f"steps-{self.day}", metrics=metrics)
        if self.person.two_watches:
            fewer = {"steps": steps + 37}
            yield self._sample("steps", start, until, "google_fit", f"steps-{self.day}", metrics=fewer)

    def _chores(self) -> Sample:
        start = CALENDAR.at(self.day, time(10))
        end = start + timedelta(minutes=self.chores)
        return self._sample("active_minutes", start, end, "manual", f"chores-{self.day}", intensity="light")

    def _run(self, number: int, run: Run, minutes: int) -> Sample:
        start = CALENDAR.at(self.day, time(17 + number))
        end = start + timedelta(minutes=minutes)
        external_id = f"run-{self.day}-{number}"
        return self._sample("workout", start, end, "apple_health", external_id, intensity=run.intensity)

    def _sample(
        self, kind: str, start: datetime, end: datetime, source: str, external_id: str, **more: Any
    ) -> Sample:
        return {
            "activity_type": kind,
            "start_time": instant(start),
            "end_time": instant(end),
            "duration_minutes": round((end - start).total_seconds() / 60),
            "source": source,
            "external_id": external_id,
            "device_id": f"{source} of {self.person.name}",
            **more,
        }


def life(person: Person, rng: random.Random) -> dict[date, Doing]:
    """All days of somebody from the day they register."""
    days = (MONDAY + timedelta(days=number) for number in range(person.joins, DAYS))
    return {day: _doing(person, day, rng) for day in days}


def _doing(person: Person, day: date, rng: random.Random) -> Doing:
    number = (day - MONDAY).days
    if person.diligent:
        runs: tuple[Run, ...] = (Run(60, 60, "vigorous"), Run(40, 40, "vigorous"))
        return Doing(person, day, 20_500, runs, chores=45, late=False)
    runs = ()
    if rng.random() < 0.75:
        minutes = rng.randint(31, 70)
        too_long = 12 if person.corrected and number % 5 == 0 else 0
        runs = (Run(minutes, minutes + too_long, rng.choice(("light", "moderate", "vigorous"))),)
    # The first day is told in time, and the last ones too: there is nobody to wait for them.
    late = person.forgetful and number % 4 == 3 and number < DAYS - 2
    return Doing(person, day, rng.randint(2_000, 16_000), runs, rng.choice((0, 15, 40)), late)

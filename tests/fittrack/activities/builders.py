"""Activities and players of the tests. The world's clock stands at a Wednesday evening in New York."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from fittrack.activities.days import DayRecord
from fittrack.activities.model import Activity, ActivityInput, ActivityType, Intensity, Withdrawal
from fittrack.activities.outcome import BatchOutcome, ItemOutcome
from fittrack.activities.processing import BatchItem, PlayerFacts, apply_batch
from fittrack.activities.state import PlayerActivities, window_start
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.ids import ActivityId
from fittrack.points.booking import Booking
from fittrack.points.streak import StreakHistory

CALENDAR = PlatformCalendar(ZoneInfo("America/New_York"))
NOW = datetime(2026, 7, 16, 1, 0, tzinfo=UTC)  # 21:00 on July 15 in New York
TODAY = date(2026, 7, 15)
BORN = date(1990, 1, 1)
TIER = "F-30-39-INT"
FACTS = PlayerFacts(BORN, TIER)

_serial = count(1)


def at(hour: float, *, days_ago: int = 0, today: date = TODAY) -> datetime:
    """The instant, `hour` hours after platform midnight, some days ago."""
    midnight = CALENDAR.start_of(today - timedelta(days=days_ago))
    return midnight + timedelta(hours=hour)


def sent(
    activity_type: ActivityType,
    start: datetime,
    minutes: float,
    *,
    source: str = "fitbit",
    external_id: str | None = "",
    intensity: Intensity | None = None,
    duration: float | None = None,
    **metrics: float,
) -> ActivityInput:
    """An activity of so many `minutes`, with an id of its own unless one is given."""
    return ActivityInput(
        activity_type=activity_type,
        start_time=start,
        end_time=start + timedelta(minutes=minutes),
        duration_minutes=minutes if duration is None else duration,
        intensity=intensity,
        metrics=metrics,
        source=source,
        external_id=f"id-{next(_serial)}" if external_id == "" else external_id,
    )


def steps(
    number: float,
    start: datetime | None = None,
    minutes: float = 10,
    *,
    source: str = "fitbit",
    external_id: str | None = "",
    **metrics: float,
) -> ActivityInput:
    """A sample of steps, this morning unless told otherwise."""
    return sent(
        ActivityType.STEPS,
        start or at(8),
        minutes,
        source=source,
        external_id=external_id,
        intensity=None,
        duration=None,
        steps=number,
        **metrics,
    )


def workout(
    minutes: float = 40,
    start: datetime | None = None,
    *,
    intensity: Intensity | None = Intensity.MODERATE,
    source: str = "fitbit",
    external_id: str | None = "",
    **metrics: float,
) -> ActivityInput:
    """A workout, this afternoon unless told otherwise."""
    return sent(
        ActivityType.WORKOUT,
        start or at(16),
        minutes,
        source=source,
        external_id=external_id,
        intensity=intensity,
        duration=None,
        **metrics,
    )


def active(
    minutes: float = 30,
    start: datetime | None = None,
    *,
    intensity: Intensity | None = Intensity.LIGHT,
    source: str = "fitbit",
    external_id: str | None = "",
    **metrics: float,
) -> ActivityInput:
    """Active minutes, at noon unless told otherwise."""
    return sent(
        ActivityType.ACTIVE_MINUTES,
        start or at(12),
        minutes,
        source=source,
        external_id=external_id,
        intensity=intensity,
        duration=None,
        **metrics,
    )


def new_id() -> ActivityId:
    """A made-up id, another at each call."""
    return ActivityId(UUID(int=next(_serial)))


@dataclass
class Player:
    """A player whose rows are kept like a database would: as told by each outcome, and nothing else."""

    now: datetime = NOW
    facts: PlayerFacts = FACTS
    calendar: PlatformCalendar = CALENDAR
    balance: int = 0
    ledger: list[Booking] = field(default_factory=list)
    activities: dict[ActivityId, Activity] = field(default_factory=dict)
    days: dict[date, DayRecord] = field(default_factory=dict)
    state: PlayerActivities = field(init=False)

    def __post_init__(self) -> None:
        self.state = PlayerActivities(
            now=self.now, calendar=self.calendar, primary_source=self.facts.primary_source
        )

    def log(self, *items: BatchItem) -> BatchOutcome:
        """Send one batch, and store what comes of it."""
        outcome = apply_batch(
            self.state, items, now=self.now, facts=self.facts, balance=self.balance, new_id=new_id
        )
        self._store(outcome)
        return outcome

    def log_one(self, item: BatchItem) -> ItemOutcome:
        """Send one activity."""
        return self.log(item).items[0]

    def log_each(self, items: Iterable[BatchItem]) -> None:
        """Send activities one by one."""
        for item in items:
            self.log(item)

    def withdraw(self, activity: ActivityInput) -> BatchOutcome:
        """Let the source take back an activity."""
        assert activity.external_id is not None
        return self.log(Withdrawal(source=activity.source, external_id=activity.external_id))

    def reload(self) -> None:
        """Forget the state and load it from what was stored."""
        first = window_start(self.now, self.calendar)
        active_days = [record.day for record in self.days.values() if record.run]
        self.state = PlayerActivities.load(
            [activity for activity in self.activities.values() if activity.day >= first],
            now=self.now,
            calendar=self.calendar,
            primary_source=self.facts.primary_source,
            history=StreakHistory.before(first, active_days),
            accounts={day: record.account for day, record in self.days.items() if day >= first},
        )

    def counted(self) -> list[Activity]:
        """The stored activities that count."""
        return [activity for activity in self.activities.values() if activity.duplicate_of is None]

    def worth(self) -> Mapping[date, tuple[int, int]]:
        """Points of each day's activities, and its streak bonus, where there are any."""
        return {
            day: (record.account.activity_points, record.account.streak_points)
            for day, record in sorted(self.days.items())
            if record.account.activity_points or record.account.streak_points
        }

    def _store(self, outcome: BatchOutcome) -> None:
        for activity_id in outcome.withdrawn:
            del self.activities[activity_id]
        for activity in outcome.added:
            assert activity.activity_id not in self.activities, "an added row must be new"
            self.activities[activity.activity_id] = activity
        for activity in outcome.revised:
            assert activity.activity_id in self.activities, "a revised row must be there"
            self.activities[activity.activity_id] = activity
        for mark in outcome.duplicate_marks:
            self.activities[mark.activity_id] = _marked(self.activities[mark.activity_id], mark.duplicate_of)
        self.days |= {record.day: record for record in outcome.days}
        self.ledger += outcome.bookings
        reviewed = {*self.facts.reviewed, *(reason.name for reason in outcome.reviews)}
        self.facts = self.facts._replace(reviewed=reviewed)
        self.balance = outcome.balance


def split(total: int, cuts: Sequence[int]) -> list[int]:
    """`total` cut into whole parts, as `cuts` say (taken modulo what is left)."""
    parts, left = [], total
    for cut in cuts:
        part = cut % (left + 1)
        parts.append(part)
        left -= part
    return [*parts, left]


def _marked(activity: Activity, duplicate_of: ActivityId | None) -> Activity:
    return replace(activity, duplicate_of=duplicate_of)

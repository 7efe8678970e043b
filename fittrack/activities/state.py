"""A player's recent activities as their actor holds them: who counts, and what the days are worth.

Everything derives from the set of accepted samples and from what was booked. The state changes in place
and knows no way back: who cannot commit what came of a change discards it and loads it anew.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from fittrack.activities.days import Changes, DayBook
from fittrack.activities.model import MANUAL_SOURCE, Activity
from fittrack.activities.overlap import SETTLED_AFTER, Timeline
from fittrack.activities.rules import SPAN_MAX
from fittrack.activities.sample import Sample, epoch_ms, sample_of, totals_of
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.ids import ActivityId
from fittrack.points.booking import DayAccount
from fittrack.points.streak import StreakHistory

WINDOW: Final = SETTLED_AFTER + SPAN_MAX
"""How far back activities are held: until settled, and as long as one can reach into what is not."""


def window_start(now: datetime, calendar: PlatformCalendar) -> date:
    """The first day whose activities and account the state needs; what is before is its history."""
    return calendar.day_of(now - WINDOW)


class PlayerActivities:
    """The state: samples by name and by time, and the days that follow from them.

    `add`, `remove` and `choose_primary` change which samples count; `days.assess` then awards the days anew.
    """

    __slots__ = ("_by_source", "_calendar", "_timeline", "days")

    def __init__(
        self,
        *,
        now: datetime,
        calendar: PlatformCalendar,
        primary_source: str | None = None,
        history: StreakHistory | None = None,
        accounts: Mapping[date, DayAccount] | None = None,
    ) -> None:
        self._calendar = calendar
        self._by_source: dict[str, dict[str, Sample]] = {}
        self._timeline = Timeline(primary_source, _settled_before_ms(now))
        self.days = DayBook(window_start(now, calendar), history or StreakHistory(), accounts or {})

    @classmethod
    def load(
        cls,
        activities: Iterable[Activity],
        *,
        now: datetime,
        calendar: PlatformCalendar,
        primary_source: str | None,
        history: StreakHistory,
        accounts: Mapping[date, DayAccount],
    ) -> "PlayerActivities":
        """The state from what is stored of the days since `window_start(now, calendar)`.

        `history` is what lies before that day; `accounts` are those of the days since.
        """
        state = cls(
            now=now, calendar=calendar, primary_source=primary_source, history=history, accounts=accounts
        )
        stored = [activity for activity in activities if activity.day >= state.days.first]
        samples = {activity.activity_id: sample_of(activity) for activity in stored}
        restored = Changes()
        for activity in stored:
            state._restore(activity, samples, restored)
        state.days.assess(restored)
        return state

    @property
    def calendar(self) -> PlatformCalendar:
        return self._calendar

    @property
    def primary_source(self) -> str | None:
        return self._timeline.primary_source

    def find(self, source: str, external_id: str) -> Sample | None:
        """The sample known by its source's name."""
        known = self._by_source.get(source)
        return known.get(external_id) if known is not None else None

    def is_contested(self, sample: Sample) -> bool:
        """Whether another source tells of the same exercise."""
        return self._timeline.contested(sample)

    def advance(self, now: datetime) -> None:
        """Let time go on: settle what is old, forget what is older."""
        self._timeline.settle(_settled_before_ms(now))
        first = window_start(now, self._calendar)
        if first > self.days.first:
            self.days.forget_before(first)
            for sample in self._timeline.forget_before(epoch_ms(self._calendar.start_of(first))):
                self._forget_name(sample)

    def add(self, sample: Sample, changes: Changes) -> list[Sample]:
        """Take in a new sample. Says whose blocker changed, itself included."""
        self._by_source.setdefault(sample.source, {})[sample.external_id] = sample
        self.days.count(sample.day, 1)
        return self._recount(self._timeline.add(sample), changes)

    def remove(self, sample: Sample, changes: Changes) -> list[Sample]:
        """Take a sample out. Says whose blocker changed in consequence."""
        self._forget_name(sample)
        self.days.count(sample.day, -1)
        changed = self._timeline.remove(sample)
        if sample.counted:
            self._count(sample, counts=False, changes=changes)
        return self._recount(changed, changes)

    def choose_primary(self, source: str | None, changes: Changes) -> list[Sample]:
        """Let another tracker win overlaps. Says whose blocker changed."""
        return self._recount(self._timeline.choose_primary(source), changes)

    def _recount(self, changed: list[Sample], changes: Changes) -> list[Sample]:
        for sample in changed:
            counts = sample.blocker is None
            if counts != sample.counted:
                self._count(sample, counts=counts, changes=changes)
        return changed

    def _count(self, sample: Sample, *, counts: bool, changes: Changes) -> None:
        sample.counted = counts
        change = self.days.add if counts else self.days.subtract
        change(sample.day, totals_of(sample), manual=sample.source == MANUAL_SOURCE, changes=changes)

    def _restore(self, activity: Activity, samples: Mapping[ActivityId, Sample], restored: Changes) -> None:
        sample = samples[activity.activity_id]
        if activity.duplicate_of is not None:
            sample.blocker = samples.get(activity.duplicate_of)
            if sample.blocker is None:
                # What blocks it was forgotten: it is settled as well, and stays a duplicate.
                return
        self._by_source.setdefault(sample.source, {})[sample.external_id] = sample
        self._timeline.place(sample)
        self.days.count(sample.day, 1)
        if sample.blocker is None:
            self._count(sample, counts=True, changes=restored)

    def _forget_name(self, sample: Sample) -> None:
        known = self._by_source[sample.source]
        del known[sample.external_id]
        if not known:
            del self._by_source[sample.source]


def _settled_before_ms(now: datetime) -> int:
    return epoch_ms(now - SETTLED_AFTER)


# The oldest sample that is not settled must find all that can block it.
assert timedelta(0) < SPAN_MAX <= WINDOW - SETTLED_AFTER

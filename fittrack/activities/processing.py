"""Apply a batch of activities to a player's state: what the player's actor does with `activity.log`.

Pure but for the state it is given, which it advances. The items stand alone: each is accepted, a
duplicate or rejected for itself, and all that follows is booked together, one entry per touched day.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple, assert_never

from msgspec.structs import replace

from fittrack.activities import rules
from fittrack.activities.days import Changes
from fittrack.activities.model import (
    MANUAL_SOURCE,
    Activity,
    ActivityInput,
    Unreadable,
    Withdrawal,
    manual_id,
)
from fittrack.activities.outcome import BatchOutcome, DuplicateMark, ItemOutcome, ItemStatus
from fittrack.activities.review import ReviewReason, TierStats, manual_review, tier_review
from fittrack.activities.rules import Doubt, Refusal
from fittrack.activities.sample import Sample, epoch_ms, sample_of, totals_of
from fittrack.activities.state import PlayerActivities
from fittrack.kit.ids import ActivityId
from fittrack.points.booking import book

BatchItem = ActivityInput | Withdrawal | Unreadable

Name = tuple[str, str]
"""An activity as its source knows it: (source, external id)."""


class PlayerFacts(NamedTuple):
    """What the award depends on beside the activities."""

    date_of_birth: date
    tier_code: str
    """Where points earned now count."""
    primary_source: str | None = None
    """The tracker that wins overlaps."""
    tier_stats: TierStats | None = None
    """What the tier's days come to; None: nobody knows yet."""
    reviewed: Collection[tuple[str, str]] = ()
    """Reason and subject of the reviews that the player had, whatever came of them."""


def apply_batch(
    state: PlayerActivities,
    items: Sequence[BatchItem],
    *,
    now: datetime,
    facts: PlayerFacts,
    balance: int,
    new_id: Callable[[], ActivityId],
    settled_names: Collection[Name] = (),
) -> BatchOutcome:
    """Apply `items` in order, and book what changed against `balance`.

    `new_id` names accepted activities. `settled_names` are those of the batch's names that are stored
    but older than the state's window: sent with a new start, they would be revisions that come too late.
    Without items, it brings a change of the primary tracker into effect.
    """
    state.advance(now)
    batch = _Batch(state, now, facts, new_id, settled_names)
    if facts.primary_source != state.primary_source:
        batch.note(state.choose_primary(facts.primary_source, batch.changes))
        state.days.assess(batch.changes)
    outcomes = [batch.take(item) for item in items]
    touched, today = batch.changes.touched, state.calendar.day_of(now)
    booked = book(state.days.dues(touched), balance=balance, tier_code=facts.tier_code)
    state.days.settle(booked.accounts)
    added, revised = batch.activities()
    return BatchOutcome(
        items=outcomes,
        withdrawn=batch.withdrawn,
        added=added,
        revised=revised,
        duplicate_marks=batch.duplicate_marks(),
        days=state.days.records(touched),
        bookings=booked.bookings,
        balance=booked.balance,
        today=state.days.today(today),
        streak=state.days.streak(today),
        reviews=_reviews(state, batch.changes, facts),
    )


class _Batch:
    """One run of `apply_batch`: what was written so far."""

    __slots__ = (
        "_facts",
        "_moved",
        "_new_id",
        "_now",
        "_settled_names",
        "_state",
        "_stored",
        "_written",
        "changes",
        "withdrawn",
    )

    def __init__(
        self,
        state: PlayerActivities,
        now: datetime,
        facts: PlayerFacts,
        new_id: Callable[[], ActivityId],
        settled_names: Collection[Name],
    ) -> None:
        self._state, self._now, self._facts, self._new_id = state, now, facts, new_id
        self._settled_names = settled_names
        self._written: dict[ActivityId, tuple[Activity, Sample]] = {}
        self._stored: set[ActivityId] = set()
        self._moved: dict[ActivityId, Sample] = {}
        self.changes = Changes()
        self.withdrawn: list[ActivityId] = []

    def take(self, item: BatchItem) -> ItemOutcome:
        """Apply one item."""
        match item:
            case ActivityInput():
                return self._log(item)
            case Withdrawal():
                return self._withdraw(item)
            case Unreadable():
                return _rejected(item.code)
            case _:
                assert_never(item)

    def note(self, moved: Sequence[Sample]) -> None:
        """Remember whose blocker changed."""
        for sample in moved:
            self._moved[sample.activity_id] = sample

    def activities(self) -> tuple[list[Activity], list[Activity]]:
        """The rows to insert and the rows to replace."""
        added: list[Activity] = []
        revised: list[Activity] = []
        for activity, sample in self._written.values():
            row = replace(activity, duplicate_of=sample.duplicate_of) if sample.blocker else activity
            (revised if activity.activity_id in self._stored else added).append(row)
        return added, revised

    def duplicate_marks(self) -> list[DuplicateMark]:
        """The marks to change on rows that are not written anyway."""
        return [
            DuplicateMark(activity_id, sample.duplicate_of)
            for activity_id, sample in self._moved.items()
            if activity_id not in self._written
        ]

    def _log(self, sent: ActivityInput) -> ItemOutcome:
        refusal = rules.refusal(sent, self._now)
        if refusal is not None:
            return _rejected(refusal)
        external_id = rules.external_id_of(sent)
        former = self._state.find(sent.source, external_id)
        if former is None and (sent.source, external_id) in self._settled_names:
            return _rejected(Refusal.TOO_OLD)
        activity = self._activity(sent, external_id, former)
        sample = sample_of(activity)
        if former is not None:
            if former.fingerprint == sample.fingerprint:
                return ItemOutcome(ItemStatus.DUPLICATE, former.activity_id)
            if self._is_too_old(former):
                return _rejected(Refusal.TOO_OLD)
        verdict = self._day_verdict(sample, former)
        if isinstance(verdict, Refusal):
            return _rejected(verdict)
        if verdict is not None:
            activity = replace(activity, flags=(*activity.flags, verdict))
        return self._accept(activity, sample, former)

    def _activity(self, sent: ActivityInput, external_id: str, former: Sample | None) -> Activity:
        day = self._state.calendar.day_of(sent.start_time)
        return Activity(
            activity_id=former.activity_id if former is not None else self._new_id(),
            activity_type=sent.activity_type,
            start_time=sent.start_time,
            end_time=sent.end_time,
            duration_minutes=rules.exercise_minutes(sent),
            intensity=rules.intensity_of(sent, self._facts.date_of_birth, day),
            metrics=sent.metrics,
            source=sent.source,
            external_id=external_id,
            device_id=sent.device_id,
            day=day,
            received_at=self._now,
            revision=former.revision + 1 if former is not None else 1,
            flags=rules.doubts(sent),
        )

    def _day_verdict(self, sample: Sample, former: Sample | None) -> Refusal | Doubt | None:
        day = self._state.days.get(sample.day)
        if day is None:
            return None
        same_day = former is not None and former.day == sample.day
        if day.samples >= rules.SAMPLES_A_DAY_MAX and not same_day:
            return Refusal.DAY_FULL
        totals = day.totals
        if former is not None and same_day and former.counted:
            totals = totals.minus(totals_of(former))
        verdict = rules.day_check(totals, totals_of(sample))
        # Of two trackers that tell of the same exercise one will count: together they prove nothing.
        return None if verdict is not None and self._state.is_contested(sample) else verdict

    def _accept(self, activity: Activity, sample: Sample, former: Sample | None) -> ItemOutcome:
        before = self.changes.points
        if former is not None:
            self.note(self._state.remove(former, self.changes))
            if former.activity_id not in self._written:
                self._stored.add(former.activity_id)
        self.note(self._state.add(sample, self.changes))
        self._written[activity.activity_id] = (activity, sample)
        points = self._points_since(before)
        return ItemOutcome(ItemStatus.ACCEPTED, activity.activity_id, points, None, activity.flags)

    def _withdraw(self, item: Withdrawal) -> ItemOutcome:
        sample = self._find_told(item)
        if sample is None:
            known = (item.source, item.external_id) in self._settled_names
            return _rejected(Refusal.TOO_OLD if known else Refusal.UNKNOWN_ACTIVITY)
        if self._is_too_old(sample):
            return _rejected(Refusal.TOO_OLD)
        before = self.changes.points
        self.note(self._state.remove(sample, self.changes))
        self._moved.pop(sample.activity_id, None)
        was_written = self._written.pop(sample.activity_id, None) is not None
        if not was_written or sample.activity_id in self._stored:
            self.withdrawn.append(sample.activity_id)
        return ItemOutcome(ItemStatus.WITHDRAWN, sample.activity_id, self._points_since(before))

    def _find_told(self, item: Withdrawal) -> Sample | None:
        """The sample, also where it counts as typed in: who deletes it may not know that it was."""
        found = self._state.find(item.source, item.external_id)
        if found is None and item.source != MANUAL_SOURCE:
            found = self._state.find(MANUAL_SOURCE, manual_id(item.source, item.external_id))
        return found

    def _points_since(self, before: int) -> int:
        self._state.days.assess(self.changes)
        return self.changes.points - before

    def _is_too_old(self, sample: Sample) -> bool:
        return sample.start_ms < epoch_ms(self._now - rules.ADMISSIBLE_AGE)


def _rejected(code: str) -> ItemOutcome:
    return ItemOutcome(ItemStatus.REJECTED, code=code)


def _reviews(state: PlayerActivities, changes: Changes, facts: PlayerFacts) -> list[ReviewReason]:
    """Why somebody should look at the days that the command touched, unless they were looked at before."""
    reasons: list[ReviewReason | None] = []
    for day in sorted(changes.touched):
        book = state.days.get(day)
        if book is not None:
            reasons.append(manual_review(day, book.manual))
            reasons.append(tier_review(day, book.totals, book.award, facts.tier_code, facts.tier_stats))
    return [reason for reason in reasons if reason is not None and reason.name not in facts.reviewed]

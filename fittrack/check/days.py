"""Invariant 6: what was booked for a player's days is what the accepted activities are worth. Pure.

Which activities count is a matter of overlaps (SPEC 3): no two that count tell of the same exercise, and
each that does not count gives way to one that does.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from fittrack.activities.model import Activity
from fittrack.activities.overlap import conflict
from fittrack.activities.rules import SPAN_MAX
from fittrack.activities.sample import Sample, sample_of, totals_of
from fittrack.check.findings import Finding, Invariant
from fittrack.points.award import NO_ACTIVITY, NO_AWARD, DayAward, DayTotals, award
from fittrack.points.streak import bonus_on, run_lengths


class DayRow(NamedTuple):
    """A stored day: what it came to, in points, and what the ledger carries for it."""

    day: date
    steps: int
    minutes: int
    workouts: int
    run: int
    award: int
    streak_bonus: int
    booked: int
    forgiven: int


_IDLE = DayRow(date.min, 0, 0, 0, 0, 0, 0, 0, 0)


def check_days(
    subject: str,
    activities: Collection[Activity],
    days: Iterable[DayRow],
    booked: Mapping[date, int],
    since: date = date.min,
) -> Iterator[Finding]:
    """Compare one player's activities, stored days, and the sums of the ledger's entries by day.

    Activities of days before `since` may be erased: what is stored of these is compared with the ledger.
    """
    kept = [activity for activity in activities if activity.day >= since]
    for sentence in _faults(kept, {row.day: row for row in days}, booked, since):
        yield Finding(Invariant.AWARDS, subject, sentence)


def _faults(
    activities: Collection[Activity], days: Mapping[date, DayRow], booked: Mapping[date, int], since: date
) -> Iterator[str]:
    yield from _faults_of_overlaps(activities, since)
    totals = _totals(activities)
    awards = {day: award(held) for day, held in totals.items()}
    active = [day for day, earned in awards.items() if earned.is_active_day]
    runs = run_lengths([*active, *(day for day, stored in days.items() if day < since and stored.run)])
    for day in sorted({*days, *totals, *booked}):
        stored, earned = days.get(day, _IDLE), awards.get(day, NO_AWARD)
        if day >= since:
            yield from _faults_of_day(day, stored, earned, totals.get(day, NO_ACTIVITY), runs.get(day, 0))
        if stored.booked - stored.forgiven != stored.award + stored.streak_bonus:
            yield (
                f"{day} is worth {stored.award + stored.streak_bonus} points, but {stored.booked} are booked "
                f"and {stored.forgiven} forgiven"
            )
        if stored.booked != booked.get(day, 0):
            yield f"{stored.booked} points are booked for {day}, the ledger holds {booked.get(day, 0)}"


def _faults_of_day(day: date, stored: DayRow, earned: DayAward, held: DayTotals, run: int) -> Iterator[str]:
    if stored.award != earned.points:
        yield f"{day} was awarded {stored.award} points, its activities are worth {earned.points}"
    if (stored.steps, stored.minutes, stored.workouts) != (held.steps, earned.minutes, held.workouts):
        yield f"the sums of {day} are not those of its activities"
    if (stored.run, stored.streak_bonus) != (run, bonus_on(run)):
        yield (
            f"{day} is day {stored.run} of its run with a bonus of {stored.streak_bonus}, "
            f"not day {run} with {bonus_on(run)}"
        )


def _totals(activities: Iterable[Activity]) -> dict[date, DayTotals]:
    totals: defaultdict[date, DayTotals] = defaultdict(DayTotals)
    for activity in activities:
        if activity.duplicate_of is None:
            totals[activity.day] = totals[activity.day].plus(totals_of(sample_of(activity)))
    return dict(totals)


def _faults_of_overlaps(activities: Collection[Activity], since: date) -> Iterator[str]:
    samples = {activity.activity_id: sample_of(activity) for activity in activities}
    counting = {activity.activity_id for activity in activities if activity.duplicate_of is None}
    for activity in activities:
        if (blocker := activity.duplicate_of) is None:
            continue
        if blocker not in samples and since > date.min and activity.day < since + SPAN_MAX:
            continue  # what it gives way to began before, and is erased
        if blocker not in counting:
            yield f"activity {activity.activity_id} gives way to {blocker}, which does not count"
        elif not conflict(samples[activity.activity_id], samples[blocker]):
            yield f"activity {activity.activity_id} gives way to {blocker}, which is of another exercise"
    for first, second in _conflicts(samples[activity_id] for activity_id in counting):
        yield f"activities {first.activity_id} and {second.activity_id} both count for the same exercise"


def _conflicts(samples: Iterable[Sample]) -> Iterator[tuple[Sample, Sample]]:
    """Pairs that tell of the same exercise. In order of their start, so that few are compared."""
    running: list[Sample] = []
    for sample in sorted(samples, key=lambda sample: sample.start_ms):
        running = [other for other in running if other.end_ms > sample.start_ms]
        yield from ((other, sample) for other in running if conflict(other, sample))
        running.append(sample)

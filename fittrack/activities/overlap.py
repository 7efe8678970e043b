"""Overlapping activities count once (SPEC 3).

Two samples *conflict* when they are of one type, of different sources, and overlap in time (intervals
are half-open: what ends at noon does not overlap what starts at noon). Samples are taken in the order of
their rank: the primary tracker's first, then those with more metrics, then the earlier start, then the
smaller (source, external id). A sample counts unless it conflicts with one that counts already; then it
is a duplicate of the highest-ranked such. This is a function of the set of samples: the order in which
they arrived plays no part. A sample whose blocker is itself a duplicate therefore counts.

`resolve` is that sentence as code. `Timeline` keeps its outcome up to date when samples come and go,
looking only at those whose standing can change.

What started more than 9 days ago is *settled*: its standing is final, and those settled samples that
count rank before all others. Nothing is admitted that old, so only a chain of overlaps two days long
could tell the difference; but no cascade ever reaches days that nobody has in memory.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from datetime import timedelta
from heapq import heapify, heappop, heappush
from typing import Final

from fittrack.activities.model import ActivityType
from fittrack.activities.rules import ADMISSIBLE_AGE
from fittrack.activities.sample import Sample

SETTLED_AFTER: Final = ADMISSIBLE_AGE + timedelta(days=2)

Rank = tuple[bool, bool, int, int, str, str]
"""Smaller ranks first. Within one type no two samples of a player rank equal."""


def rank(sample: Sample, primary_source: str | None, settled_before_ms: int) -> Rank:
    """Where `sample` stands among those of its type."""
    return (
        sample.start_ms >= settled_before_ms,
        sample.source != primary_source,
        -sample.metrics_count,
        sample.start_ms,
        sample.source,
        sample.external_id,
    )


def conflict(one: Sample, other: Sample) -> bool:
    """Whether the two tell of the same exercise."""
    return (
        one.activity_type is other.activity_type
        and one.source != other.source
        and one.start_ms < other.end_ms
        and other.start_ms < one.end_ms
    )


def resolve(samples: Iterable[Sample], primary_source: str | None) -> dict[Sample, Sample | None]:
    """For each sample the one that counts in its place, or `None` when it counts itself."""
    counting: list[Sample] = []
    outcome: dict[Sample, Sample | None] = {}
    for sample in sorted(samples, key=lambda sample: rank(sample, primary_source, 0)):
        blocker = next((better for better in counting if conflict(better, sample)), None)
        outcome[sample] = blocker
        if blocker is None:
            counting.append(sample)
    return outcome


class _Lane:
    """The samples of one type and source, by start. `longest_ms` bounds how far back one can reach."""

    __slots__ = ("longest_ms", "samples")

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.longest_ms = 0

    def add(self, sample: Sample) -> None:
        self.longest_ms = max(self.longest_ms, sample.end_ms - sample.start_ms)
        insort(self.samples, sample, key=_start)

    def remove(self, sample: Sample) -> None:
        at = bisect_left(self.samples, sample.start_ms, key=_start)
        while self.samples[at] is not sample:
            at += 1
        del self.samples[at]

    def overlapping(self, start_ms: int, end_ms: int) -> Iterator[Sample]:
        """The samples that overlap the interval."""
        samples = self.samples
        for at in range(bisect_left(samples, start_ms - self.longest_ms, key=_start), len(samples)):
            sample = samples[at]
            if sample.start_ms >= end_ms:
                return
            if sample.end_ms > start_ms:
                yield sample


class Timeline:
    """A player's samples, and who blocks whom (`Sample.blocker`)."""

    __slots__ = ("_lanes", "_primary", "_settled_before_ms")

    def __init__(self, primary_source: str | None, settled_before_ms: int) -> None:
        self._lanes: dict[ActivityType, dict[str, _Lane]] = {}
        self._primary = primary_source
        self._settled_before_ms = settled_before_ms

    @property
    def primary_source(self) -> str | None:
        return self._primary

    def settle(self, before_ms: int) -> None:
        """Time went on: the standing of what started before `before_ms` is final."""
        self._settled_before_ms = max(self._settled_before_ms, before_ms)

    def place(self, sample: Sample) -> None:
        """Put back a sample whose blocker is known."""
        lanes = self._lanes.setdefault(sample.activity_type, {})
        if sample.source not in lanes:
            lanes[sample.source] = _Lane()
        lanes[sample.source].add(sample)

    def add(self, sample: Sample) -> list[Sample]:
        """Add a new sample and say whose blocker may have changed, itself included."""
        self.place(sample)
        sample.blocker = None
        if len(self._lanes[sample.activity_type]) == 1:
            return [sample]
        blocker = self._blocker_of(sample)
        if blocker is not None:
            sample.blocker = blocker
            return [sample]
        return [sample, *self._resettle(self._below(sample))]

    def remove(self, sample: Sample) -> list[Sample]:
        """Take a sample away and say whose blocker may have changed, itself excluded."""
        lanes = self._lanes[sample.activity_type]
        lanes[sample.source].remove(sample)
        blocked = [other for other in self._rivals(sample) if other.blocker is sample]
        if not lanes[sample.source].samples:
            del lanes[sample.source]
        return self._resettle(blocked)

    def choose_primary(self, source: str | None) -> list[Sample]:
        """Rank by another primary tracker and say whose blocker may have changed."""
        self._primary = source
        return [
            changed
            for lanes in self._lanes.values()
            if len(lanes) > 1
            for changed in self._resettle(sample for lane in lanes.values() for sample in lane.samples)
        ]

    def contested(self, sample: Sample) -> bool:
        """Whether `sample`, added or not, conflicts with any other."""
        return next(self._rivals(sample), None) is not None

    def forget_before(self, start_ms: int) -> list[Sample]:
        """Drop the samples that started before `start_ms`, all settled, and return them."""
        assert start_ms <= self._settled_before_ms, "only what is settled can be forgotten"
        forgotten: list[Sample] = []
        for lanes in self._lanes.values():
            for source, lane in list(lanes.items()):
                at = bisect_left(lane.samples, start_ms, key=_start)
                forgotten += lane.samples[:at]
                del lane.samples[:at]
                if not lane.samples:
                    del lanes[source]
        return forgotten

    def __iter__(self) -> Iterator[Sample]:
        for lanes in self._lanes.values():
            for lane in lanes.values():
                yield from lane.samples

    def _rank(self, sample: Sample) -> Rank:
        return rank(sample, self._primary, self._settled_before_ms)

    def _rivals(self, sample: Sample) -> Iterator[Sample]:
        for source, lane in self._lanes.get(sample.activity_type, {}).items():
            if source != sample.source:
                yield from lane.overlapping(sample.start_ms, sample.end_ms)

    def _blocker_of(self, sample: Sample) -> Sample | None:
        """The highest-ranked counting sample that ranks before `sample` and conflicts with it."""
        best, best_rank = None, self._rank(sample)
        for rival in self._rivals(sample):
            if rival.blocker is None and (rival_rank := self._rank(rival)) < best_rank:
                best, best_rank = rival, rival_rank
        return best

    def _below(self, sample: Sample) -> list[Sample]:
        """Whom `sample` now blocks: those it conflicts with, unless a better one blocks them already."""
        own = self._rank(sample)
        return [
            rival
            for rival in self._rivals(sample)
            if self._rank(rival) > own and (rival.blocker is None or self._rank(rival.blocker) > own)
        ]

    def _resettle(self, samples: Iterable[Sample]) -> list[Sample]:
        """Find the blockers of `samples`, and of all whose blockers change in turn.

        By rank, so that whoever can block a sample is settled before it is looked at, once.
        """
        due = {self._rank(sample): sample for sample in samples if self._is_open(sample)}
        queue = list(due)
        heapify(queue)
        changed: list[Sample] = []
        while queue:
            sample = due.pop(heappop(queue))
            former, sample.blocker = sample.blocker, self._blocker_of(sample)
            if sample.blocker is former:
                continue
            changed.append(sample)
            for other in self._affected(sample, counted_before=former is None):
                key = self._rank(other)
                if key not in due:
                    due[key] = other
                    heappush(queue, key)
        return changed

    def _affected(self, sample: Sample, *, counted_before: bool) -> list[Sample]:
        """Whose blocker may change because `sample` began or ceased to count."""
        if counted_before:
            affected = [rival for rival in self._rivals(sample) if rival.blocker is sample]
        elif sample.blocker is None:
            affected = self._below(sample)
        else:
            affected = []
        return [rival for rival in affected if self._is_open(rival)]

    def _is_open(self, sample: Sample) -> bool:
        return sample.start_ms >= self._settled_before_ms


def _start(sample: Sample) -> int:
    return sample.start_ms

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities.model import ActivityType, Intensity
from fittrack.activities.overlap import Timeline, conflict, resolve
from fittrack.activities.sample import Sample

from .builders import TODAY, new_id

MINUTE = 60_000
DAY_MS = 24 * 60 * MINUTE
_names: Iterator[int] = count()


def sample(
    source: str,
    start: int,
    end: int,
    *,
    metrics: int = 1,
    activity_type: ActivityType = ActivityType.WORKOUT,
    external_id: str | None = None,
) -> Sample:
    return Sample(
        activity_id=new_id(),
        activity_type=activity_type,
        intensity=Intensity.LIGHT,
        source=source,
        external_id=external_id or f"{next(_names):06}",
        day=TODAY,
        start_ms=start * MINUTE,
        end_ms=end * MINUTE,
        duration_ms=(end - start) * MINUTE,
        steps=0,
        metrics_count=metrics,
        revision=1,
        fingerprint=0,
    )


SAMPLES = st.lists(
    st.builds(
        lambda source, start, length, metrics, kind: sample(
            source, start, start + length, metrics=metrics, activity_type=kind
        ),
        st.sampled_from(["apple_health", "fitbit", "google_fit", "manual"]),
        st.integers(0, 60),
        st.integers(1, 25),
        st.integers(1, 3),
        st.sampled_from([ActivityType.WORKOUT, ActivityType.STEPS]),
    ),
    max_size=25,
)
PRIMARIES = st.sampled_from([None, "apple_health", "fitbit", "google_fit"])


def blockers(timeline: Timeline) -> dict[Sample, Sample | None]:
    return {each: each.blocker for each in timeline}


def test_the_primary_tracker_wins() -> None:
    mine, other = sample("google_fit", 0, 30), sample("apple_health", 10, 40, metrics=9)
    assert resolve([other, mine], "google_fit") == {mine: None, other: mine}


def test_else_the_one_with_more_metrics_wins() -> None:
    rich, poor = sample("google_fit", 5, 30, metrics=3), sample("apple_health", 0, 30, metrics=2)
    assert resolve([poor, rich], None) == {rich: None, poor: rich}


def test_else_the_earlier_start_wins() -> None:
    early, late = sample("google_fit", 0, 30), sample("apple_health", 1, 30)
    assert resolve([late, early], None) == {early: None, late: early}


def test_else_the_smaller_source_wins() -> None:
    first, second = sample("apple_health", 0, 30), sample("google_fit", 0, 30)
    assert resolve([second, first], None) == {first: None, second: first}


@pytest.mark.parametrize(
    "other",
    [
        sample("fitbit", 30, 60),  # begins when the first ends
        sample("apple_health", 10, 20),  # the same source
        sample("fitbit", 10, 20, activity_type=ActivityType.ACTIVE_MINUTES),
    ],
)
def test_only_overlapping_activities_of_one_type_and_different_sources_conflict(other: Sample) -> None:
    first = sample("apple_health", 0, 30)
    assert not conflict(first, other)
    assert resolve([first, other], None) == {first: None, other: None}


def test_what_a_duplicate_overlaps_counts_nevertheless() -> None:
    first, middle, last = sample("fitbit", 0, 30), sample("google_fit", 20, 50), sample("fitbit", 40, 60)
    assert resolve([last, middle, first], None) == {first: None, middle: first, last: None}


def test_a_long_sample_gives_way_to_the_pieces_of_the_primary_tracker() -> None:
    whole = sample("google_fit", 0, 60, metrics=5)
    pieces = [sample("fitbit", start, start + 15) for start in range(0, 60, 15)]
    outcome = resolve([whole, *pieces], "fitbit")
    assert outcome[whole] is pieces[0]
    assert all(outcome[piece] is None for piece in pieces)


@given(SAMPLES, PRIMARIES)
def test_counting_samples_never_conflict_and_every_duplicate_has_one_that_counts(
    samples: list[Sample], primary: str | None
) -> None:
    outcome = resolve(samples, primary)
    counting = [each for each in samples if outcome[each] is None]
    assert not any(conflict(one, other) for one in counting for other in counting)
    for each, blocker in outcome.items():
        if blocker is not None:
            assert outcome[blocker] is None
            assert conflict(blocker, each)


@settings(max_examples=300)
@given(SAMPLES, PRIMARIES, st.data())
def test_a_timeline_always_agrees_with_the_set_of_its_samples(
    samples: list[Sample], primary: str | None, data: st.DataObject
) -> None:
    timeline = Timeline(primary, settled_before_ms=-DAY_MS)
    present: list[Sample] = []
    for each in samples:
        before = blockers(timeline)
        changed = set(timeline.add(each))
        present.append(each)
        if data.draw(st.integers(0, 2), label="remove one?") == 0:
            gone = present.pop(data.draw(st.integers(0, len(present) - 1), label="which"))
            changed |= set(timeline.remove(gone))
        assert blockers(timeline) == resolve(present, primary)
        assert {one for one in present if before.get(one) is not one.blocker} <= changed


@given(SAMPLES, PRIMARIES, PRIMARIES)
def test_choosing_another_primary_tracker_is_as_if_it_always_had_been(
    samples: list[Sample], former: str | None, chosen: str | None
) -> None:
    timeline = Timeline(former, settled_before_ms=-DAY_MS)
    for each in samples:
        timeline.add(each)
    timeline.choose_primary(chosen)
    assert blockers(timeline) == resolve(samples, chosen)


@given(SAMPLES, st.integers(0, 60))
def test_what_is_settled_stays_as_it_is(samples: list[Sample], settled: int) -> None:
    timeline = Timeline(None, settled_before_ms=-DAY_MS)
    for each in samples:
        timeline.add(each)
    timeline.settle(settled * MINUTE)
    final = {each: each.blocker for each in samples if each.start_ms < settled * MINUTE}
    late = sample("polar", settled, settled + 30, metrics=9)
    timeline.add(late)
    timeline.choose_primary("google_fit")
    assert all(each.blocker is blocker for each, blocker in final.items())
    counting = [each for each in timeline if each.blocker is None]
    assert not any(conflict(one, other) for one in counting for other in counting)


def test_settled_samples_can_be_forgotten() -> None:
    timeline = Timeline(None, settled_before_ms=0)
    old, recent = sample("fitbit", 0, 10), sample("google_fit", 100, 110)
    timeline.add(old)
    timeline.add(recent)
    timeline.settle(50 * MINUTE)
    assert timeline.forget_before(50 * MINUTE) == [old]
    assert list(timeline) == [recent]


def test_a_day_in_one_piece_gives_way_to_the_same_day_in_minutes_once() -> None:
    timeline = Timeline("fitbit", settled_before_ms=-DAY_MS)
    whole = sample("google_fit", 0, 1_440)
    timeline.add(whole)
    changes = [timeline.add(sample("fitbit", minute, minute + 1)) for minute in range(1_440)]
    assert [len(changed) for changed in changes] == [2] + [1] * 1_439
    assert whole.blocker is changes[0][0]

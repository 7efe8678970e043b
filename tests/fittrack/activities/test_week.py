"""A week as three trackers tell it: growing roll-ups, revisions, deletions, late arrivals, overlaps.

However the updates are mixed and cut into batches, and however often the state is loaded anew, the week
ends like its clean data: what each tracker said last, sent once.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities.model import ActivityInput, ActivityType, Intensity, Withdrawal
from fittrack.activities.overlap import resolve
from fittrack.activities.processing import BatchItem, PlayerFacts
from fittrack.activities.sample import sample_of, totals_of
from fittrack.points.award import DayTotals, award
from fittrack.points.streak import run_lengths
from tests.fittrack.points.bonuses import streak_bonuses

from .builders import BORN, NOW, TIER, Player, at, sent

TRACKERS = ("fitbit", "google_fit", "apple_health")
DAYS = range(6)
FACTS = PlayerFacts(BORN, TIER, primary_source="google_fit")


class Told(NamedTuple):
    """An update, and when it came."""

    arrives: datetime
    item: BatchItem


@st.composite
def stories(draw: st.DrawFn) -> list[Told]:
    """What one tracker says of one thing, in order: it grows, it may be deleted, and come back."""
    source, ago = draw(st.sampled_from(TRACKERS)), draw(st.sampled_from(DAYS))
    kind = draw(st.sampled_from(ActivityType))
    start = at(draw(st.integers(0, 18)), days_ago=ago)
    name = f"{kind}/{source}/{start.isoformat()}"
    versions = draw(st.integers(1, 4))
    deleted_after = draw(st.sampled_from([None, None, versions - 1, 0]))
    late = timedelta(hours=draw(st.sampled_from([0, 1, 30, 100])))
    story: list[Told] = []
    minutes = 0.0
    for version in range(versions):
        minutes += draw(st.integers(1, 45))
        metrics: dict[str, float] = {"calories": minutes} if draw(st.booleans()) else {}
        if kind is ActivityType.STEPS:
            metrics["steps"] = 100 * minutes
        intensity = draw(st.sampled_from([None, *Intensity]))
        activity = sent(kind, start, minutes, source=source, external_id=name, intensity=intensity, **metrics)
        arrives = min(activity.end_time + late, NOW)
        story.append(Told(arrives, activity))
        if deleted_after == version:
            story.append(Told(arrives, Withdrawal(source=source, external_id=name)))
    return story


def last_words(story: Sequence[Told]) -> ActivityInput | None:
    """What is left of a story."""
    item = story[-1].item
    return item if isinstance(item, ActivityInput) else None


def mixed(draw: Any, weeks: Sequence[Sequence[Told]]) -> list[Told]:
    """The stories merged in any way that keeps each in order; who is told late tells late."""
    turns = draw(st.permutations([index for index, story in enumerate(weeks) for _ in story]))
    queues = [iter(story) for story in weeks]
    return [next(queues[turn]) for turn in turns]


def replay(player: Player, updates: Sequence[Told], cuts: Sequence[int], reloads: Sequence[bool]) -> None:
    """Send the updates in batches; time goes on, and never back, with what arrives."""
    rest = list(updates)
    for index, size in enumerate([*cuts, len(rest)]):
        batch, rest = rest[:size], rest[size:]
        if batch:
            player.now = max([player.now, *(update.arrives for update in batch)])
            player.log(*(update.item for update in batch))
        if index < len(reloads) and reloads[index]:
            player.reload()
    player.now = NOW
    player.log()


def one_of_each_name(found: list[list[Told]]) -> list[list[Told]]:
    named: dict[tuple[str, str], list[Told]] = {}
    for story in found:
        first = story[0].item
        assert isinstance(first, ActivityInput) and first.external_id is not None
        named.setdefault((first.source, first.external_id), story)
    return list(named.values())


@settings(max_examples=120, deadline=None)
@given(
    st.lists(stories(), max_size=12).map(one_of_each_name),
    st.lists(st.integers(1, 6), max_size=10),
    st.lists(st.booleans(), max_size=10),
    st.data(),
)
def test_however_a_week_is_told_it_ends_like_its_clean_data(
    told: list[list[Told]], cuts: list[int], reloads: list[bool], data: st.DataObject
) -> None:
    messy, clean = Player(now=at(0, days_ago=5), facts=FACTS), Player(facts=FACTS)
    replay(messy, mixed(data.draw, told), cuts, reloads)
    clean.log(*(item for story in told if (item := last_words(story)) is not None))
    assert messy.worth() == clean.worth()
    assert messy.balance == clean.balance == sum(sum(parts) for parts in clean.worth().values())
    assert _totals(messy) == _totals(clean) == _expected(clean)
    assert _blocked(messy) == _blocked(clean)
    assert messy.log().streak == clean.log().streak
    assert messy.log().today == clean.log().today


def _totals(player: Player) -> dict[date, tuple[DayTotals, int]]:
    return {
        day: (record.totals, record.run)
        for day, record in player.days.items()
        if record.totals != DayTotals()
    }


def _blocked(player: Player) -> dict[tuple[str, str], tuple[str, str] | None]:
    """By its source's name: what counts in the place of each activity."""
    names = {found.activity_id: (found.source, found.external_id) for found in player.activities.values()}
    return {
        names[found.activity_id]: None if found.duplicate_of is None else names[found.duplicate_of]
        for found in player.activities.values()
    }


def _expected(player: Player) -> dict[date, tuple[DayTotals, int]]:
    """From the stored activities alone, by the sentence of SPEC 3 about overlaps."""
    outcome = resolve(map(sample_of, player.activities.values()), FACTS.primary_source)
    totals: dict[date, DayTotals] = {}
    for sample, blocker in outcome.items():
        if blocker is None:
            totals[sample.day] = totals.get(sample.day, DayTotals()).plus(totals_of(sample))
    active = [day for day, total in totals.items() if award(total).is_active_day]
    runs, bonuses = run_lengths(active), streak_bonuses(active)
    worth = {day: (award(total).points, bonuses.get(day, 0)) for day, total in totals.items()}
    assert player.worth() == {day: parts for day, parts in sorted(worth.items()) if any(parts)}
    return {day: (total, runs.get(day, 0)) for day, total in totals.items() if total != DayTotals()}

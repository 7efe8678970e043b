"""Neither order, nor splitting, nor repetition, nor a second tracker can be seen in the balance (SPEC 3)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fittrack.activities.model import ActivityInput, ActivityType, Intensity
from fittrack.activities.processing import PlayerFacts
from fittrack.points.award import DayTotals, award
from tests.fittrack.points.bonuses import streak_bonuses

from .builders import BORN, TIER, TODAY, Player, active, at, steps, workout

FULL_DAYS = range(7)  # today and six days before: all that is less than 7 days old at 21:00
FACTS = PlayerFacts(BORN, TIER, primary_source="fitbit")
INTENSITIES = st.sampled_from(Intensity)


@st.composite
def clean_weeks(draw: st.DrawFn) -> list[ActivityInput]:
    """A week of one tracker: a day's steps and active minutes in one sample each, and some workouts."""
    week: list[ActivityInput] = []
    for ago in FULL_DAYS:
        week.append(steps(draw(st.integers(0, 30_000)), at(6, days_ago=ago), 600))
        minutes, intensity = draw(st.sampled_from([0, 5, 29, 30, 31, 90, 400])), draw(INTENSITIES)
        week.append(active(minutes, at(6, days_ago=ago), intensity=intensity))
        week += [
            workout(draw(st.integers(5, 120)), at(8 + 2 * index, days_ago=ago), intensity=draw(INTENSITIES))
            for index in range(draw(st.integers(0, 4)))
        ]
    return week


def pieces(draw: st.DrawFn, sample: ActivityInput) -> list[ActivityInput]:
    """`sample` cut into pieces that lie end to end; a workout is atomic."""
    if sample.activity_type is ActivityType.WORKOUT:
        return [sample]
    seconds = int((sample.end_time - sample.start_time).total_seconds())
    cuts = sorted(draw(st.lists(st.integers(0, seconds), max_size=5)))
    edges = [0, *cuts, seconds]
    number = int(sample.metrics.get("steps", 0))
    result = []
    for index, (begin, end) in enumerate(pairwise(edges)):
        part = number if index == len(cuts) else draw(st.integers(0, number))
        number -= part
        result.append(
            replace(
                sample,
                start_time=sample.start_time + timedelta(seconds=begin),
                end_time=sample.start_time + timedelta(seconds=end),
                duration_minutes=(end - begin) / 60,
                metrics={"steps": part} if "steps" in sample.metrics else {},
                external_id=f"{sample.external_id}/{index}",
            )
        )
    return result


def expected_worth(week: Sequence[ActivityInput]) -> Mapping[date, tuple[int, int]]:
    """What each day of a clean week is worth, computed from the table of SPEC 3 alone."""
    totals: dict[date, DayTotals] = defaultdict(DayTotals)
    for sample in week:
        day = TODAY - timedelta(
            days=next(ago for ago in FULL_DAYS if sample.start_time >= at(0, days_ago=ago))
        )
        minutes = sample.duration_minutes or 0
        duration = round(minutes * 60_000)
        match sample.activity_type:
            case ActivityType.STEPS:
                added = {"steps": int(sample.metrics["steps"])}
            case ActivityType.ACTIVE_MINUTES:
                added = {f"active_{sample.intensity}_ms": duration}
            case ActivityType.WORKOUT:
                added = {
                    f"workout_{sample.intensity}_ms": duration,
                    "workouts": 1,
                    "long_workouts": int(minutes >= 20),
                }
        totals[day] = totals[day].plus(DayTotals(**added))
    awards = {day: award(total) for day, total in totals.items()}
    bonuses = streak_bonuses(day for day, earned in awards.items() if earned.is_active_day)
    return {
        day: (earned.points, bonuses.get(day, 0))
        for day, earned in sorted(awards.items())
        if earned.points or day in bonuses
    }


def send_in_batches(player: Player, samples: Sequence[ActivityInput], sizes: Sequence[int]) -> None:
    rest = list(samples)
    for size in sizes:
        player.log(*rest[:size])
        del rest[:size]
    player.log(*rest)


BATCH_SIZES = st.lists(st.integers(1, 10), max_size=8)


@given(clean_weeks())
def test_a_clean_week_earns_what_the_table_says(week: list[ActivityInput]) -> None:
    player = Player()
    player.log(*week)
    assert player.worth() == expected_worth(week)
    assert player.balance == sum(sum(parts) for parts in player.worth().values())


@settings(max_examples=150)
@given(clean_weeks(), BATCH_SIZES, st.data())
def test_any_order_and_any_splitting_end_at_the_same_balance(
    week: list[ActivityInput], sizes: list[int], data: st.DataObject
) -> None:
    split = [piece for sample in week for piece in pieces(data.draw, sample)]  # type: ignore[arg-type]
    player = Player()
    send_in_batches(player, data.draw(st.permutations(split), label="order"), sizes)
    assert player.worth() == expected_worth(week)
    assert player.balance == sum(sum(parts) for parts in expected_worth(week).values())


def drafts(draw: st.DrawFn, sample: ActivityInput) -> list[ActivityInput]:
    """What a tracker may have said of `sample` before it had all of it, in the order it said it."""
    share = draw(st.lists(st.integers(0, 9), max_size=2))
    return [
        replace(
            sample,
            duration_minutes=(sample.duration_minutes or 0) * tenths / 10,
            metrics={name: value * tenths // 10 for name, value in sample.metrics.items()},
        )
        for tenths in sorted(share)
    ]


def echoes(draw: st.DrawFn, sample: ActivityInput) -> list[ActivityInput]:
    """What a second tracker says of the same exercise: about the same, in its own words."""
    if sample.start_time == sample.end_time:
        return []
    shifts = draw(st.lists(st.integers(-4, 4), max_size=2))
    return [
        replace(
            sample,
            start_time=sample.start_time + timedelta(minutes=shift),
            end_time=sample.end_time + timedelta(minutes=max(shift, 0)),
            metrics={**sample.metrics, "calories": 100 + index},
            source=draw(st.sampled_from(["google_fit", "apple_health", "manual"])),
            external_id=f"{sample.external_id}~{index}",
        )
        for index, shift in enumerate(shifts)
    ]


def interleaved(draw: st.DrawFn, sequences: Sequence[Sequence[ActivityInput]]) -> list[ActivityInput]:
    """The sequences merged in any way that keeps the order of each."""
    turns = draw(st.permutations([index for index, each in enumerate(sequences) for _ in each]))
    queues = [iter(each) for each in sequences]
    return [next(queues[turn]) for turn in turns]


@settings(max_examples=100, deadline=timedelta(seconds=2))
@given(clean_weeks(), BATCH_SIZES, st.data())
def test_replays_revisions_and_overlapping_trackers_in_any_order_end_like_the_clean_data(
    week: list[ActivityInput], sizes: list[int], data: st.DataObject
) -> None:
    draw: st.DrawFn = data.draw  # type: ignore[assignment]
    stories: list[list[ActivityInput]] = []
    for sample in week:
        replays = draw(st.integers(1, 2))
        stories.append([*drafts(draw, sample), *[sample] * replays])
        # An echo of nothing cannot be told from exercise: it goes with samples that last.
        if (sample.duration_minutes or 0) >= 5:
            stories += [[echo] for echo in echoes(draw, sample)]
    player = Player(facts=FACTS)
    send_in_batches(player, interleaved(draw, stories), sizes)
    assert player.worth() == expected_worth(week)
    assert player.balance == sum(sum(parts) for parts in expected_worth(week).values())


@given(st.lists(st.sets(st.integers(0, 7)), min_size=14, max_size=14))
def test_days_told_late_and_in_any_order_make_the_same_streak(evenings: list[set[int]]) -> None:
    # On each evening of two weeks the player tells of some of the last days, of some of them again.
    player = Player(now=at(21, days_ago=13))
    told: set[date] = set()
    for days_ago, evening in zip(range(13, -1, -1), evenings, strict=True):
        player.now = at(21, days_ago=days_ago)
        for late in evening:
            day = TODAY - timedelta(days=days_ago + late)
            player.log(
                active(30, at(21.5 if late == 7 else 12, days_ago=days_ago + late), external_id=f"{day}")
            )
            told.add(day)
    assert {day: bonus for day, (_, bonus) in player.worth().items() if bonus} == streak_bonuses(told)

from datetime import UTC, date, datetime, timedelta
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fittrack.activities.model import ActivityInput, Intensity, Unreadable, Withdrawal
from fittrack.activities.outcome import BatchOutcome, ItemStatus
from fittrack.activities.processing import PlayerFacts, apply_batch
from fittrack.activities.review import ReviewKind, TierStats
from fittrack.activities.rules import SAMPLES_A_DAY_MAX, Doubt, Refusal
from fittrack.activities.state import PlayerActivities
from fittrack.points.booking import BookingType

from .builders import BORN, CALENDAR, FACTS, NOW, TIER, TODAY, Player, active, at, new_id, steps, workout

YESTERDAY = TODAY - timedelta(days=1)


def changes_nothing(outcome: BatchOutcome) -> bool:
    """Whether there is nothing to store but the answer."""
    return not (
        outcome.withdrawn or outcome.added or outcome.revised or outcome.duplicate_marks or outcome.days
    )


def test_an_activity_earns_and_is_booked_on_its_day() -> None:
    player = Player()
    outcome = player.log(workout(40))
    (item,) = outcome.items
    assert (item.status, item.points) == (ItemStatus.ACCEPTED, 2 * 40 + 50)
    (entry,) = outcome.bookings
    assert (entry.day, entry.amount, entry.transaction_type) == (TODAY, 130, BookingType.EARN)
    assert (entry.tier_code, entry.balance_after, outcome.balance) == (TIER, 130, 130)


def test_the_day_is_that_of_the_start_in_the_platforms_zone() -> None:
    player = Player()
    late_evening = at(23.9, days_ago=1)
    assert late_evening.astimezone(UTC).date() == TODAY
    player.log(active(30, late_evening))
    assert list(player.worth()) == [YESTERDAY]


def test_the_items_of_a_batch_stand_alone() -> None:
    player = Player()
    too_old = active(30, at(8, days_ago=8))
    once = active(20)
    outcome = player.log(once, too_old, Unreadable("validation"), once, steps(3_000))
    assert [item.status for item in outcome.items] == [
        ItemStatus.ACCEPTED,
        ItemStatus.REJECTED,
        ItemStatus.REJECTED,
        ItemStatus.DUPLICATE,
        ItemStatus.ACCEPTED,
    ]
    assert [item.code for item in outcome.items if item.code] == [Refusal.TOO_OLD, "validation"]
    assert [item.points for item in outcome.items] == [20, 0, 0, 0, 30]
    assert len(outcome.bookings) == 1


def test_a_batch_books_one_entry_for_each_touched_day() -> None:
    player = Player()
    outcome = player.log(*(active(10, at(12, days_ago=ago)) for ago in (0, 2, 0, 1, 2)))
    assert [entry.day for entry in outcome.bookings] == [TODAY - timedelta(ago) for ago in (2, 1, 0)]


def test_a_refused_activity_changes_nothing() -> None:
    player = Player()
    outcome = player.log(workout(heart_rate_avg=300))
    assert outcome.items[0].code == Refusal.HEART_RATE_IMPOSSIBLE
    assert changes_nothing(outcome)
    assert outcome.bookings == []


def test_the_same_activity_again_earns_nothing_again() -> None:
    player = Player()
    player.log(workout(40, external_id="run"))
    outcome = player.log(workout(40, external_id="run"))
    assert outcome.items[0].status is ItemStatus.DUPLICATE
    assert outcome.items[0].activity_id in player.activities
    assert changes_nothing(outcome)
    assert player.balance == 130


def test_manual_entries_of_the_same_content_are_the_same_entry() -> None:
    player = Player()
    player.log(workout(40, source="manual", external_id=None))
    assert player.log(workout(40, source="manual", external_id=None)).items[0].status is ItemStatus.DUPLICATE
    assert player.log(workout(41, source="manual", external_id=None)).items[0].status is ItemStatus.ACCEPTED


def test_steps_that_grow_with_each_sync_are_revisions() -> None:
    player = Player()
    for number, gained in ((900, 0), (4_100, 40), (10_500, 160), (9_900, -110)):
        outcome = player.log(steps(number, at(0), 1_200, external_id="today"))
        assert outcome.items[0].points == gained
    (stored,) = player.activities.values()
    assert (stored.revision, stored.metrics["steps"]) == (4, 9_900)
    assert [entry.amount for entry in player.ledger] == [40, 160, -110]
    assert player.ledger[-1].transaction_type is BookingType.ADJUST


def test_a_revision_may_move_an_activity_to_another_day() -> None:
    player = Player()
    player.log(active(30, at(0.2), external_id="walk"))
    outcome = player.log(active(30, at(23.9, days_ago=1), external_id="walk"))
    assert player.worth() == {YESTERDAY: (30, 0)}
    assert [(entry.day, entry.amount) for entry in outcome.bookings] == [(YESTERDAY, 30), (TODAY, -30)]
    assert len(player.activities) == 1


def test_an_activity_added_and_revised_in_one_batch_is_one_new_row() -> None:
    outcome = Player().log(active(10, external_id="a"), active(20, external_id="a"))
    assert [activity.duration_minutes for activity in outcome.added] == [20]
    assert outcome.revised == []
    assert [item.points for item in outcome.items] == [10, 10]


def test_a_withdrawn_activity_is_taken_back() -> None:
    player = Player()
    walk = active(40)
    player.log(walk, steps(1_000))
    outcome = player.withdraw(walk)
    assert outcome.items[0] == (ItemStatus.WITHDRAWN, outcome.withdrawn[0], -40, None, ())
    assert player.worth() == {TODAY: (10, 0)}
    assert player.withdraw(walk).items[0].code == Refusal.UNKNOWN_ACTIVITY


def test_what_comes_and_goes_within_a_batch_leaves_no_row() -> None:
    player = Player()
    walk = active(40, external_id="walk")
    outcome = player.log(walk, Withdrawal(source="fitbit", external_id="walk"))
    assert (outcome.added, outcome.revised, outcome.withdrawn, outcome.bookings) == ([], [], [], [])
    again = player.log(walk, Withdrawal(source="fitbit", external_id="walk"), walk)
    assert len(again.added) == 1


def test_a_revision_of_what_is_too_old_comes_too_late() -> None:
    player = Player()
    player.log(active(30, at(12, days_ago=6), external_id="walk"))
    player.now += timedelta(days=2)
    moved = active(30, at(12), external_id="walk")
    assert player.log_one(moved).code == Refusal.TOO_OLD
    assert player.withdraw(moved).items[0].code == Refusal.TOO_OLD


def test_names_that_were_stored_long_ago_cannot_be_used_again() -> None:
    state = PlayerActivities(now=NOW, calendar=CALENDAR)
    outcome = apply_batch(
        state,
        [active(30, external_id="walk")],
        now=NOW,
        facts=FACTS,
        balance=0,
        new_id=new_id,
        settled_names={("fitbit", "walk")},
    )
    assert outcome.items[0].code == Refusal.TOO_OLD


# --- Overlaps ---------------------------------------------------------------------------------------------


def test_the_same_run_of_two_trackers_counts_once() -> None:
    player = Player()
    player.log(workout(40, source="google_fit"))
    poor, rich = player.log(workout(40, calories=300, source="fitbit")), player.activities
    assert player.balance == 130
    (loser,) = [activity for activity in rich.values() if activity.duplicate_of]
    assert loser.source == "google_fit"
    assert poor.duplicate_marks == [(loser.activity_id, poor.added[0].activity_id)]
    assert poor.items[0].status is ItemStatus.ACCEPTED
    assert poor.items[0].points == 0


def test_a_duplicate_that_is_stored_at_once_carries_its_mark() -> None:
    player = Player()
    first = player.log(workout(40, calories=300)).added[0]
    second = player.log(workout(40, source="google_fit")).added[0]
    assert second.duplicate_of == first.activity_id


def test_when_the_better_one_is_withdrawn_the_other_counts() -> None:
    player = Player()
    better = workout(40, calories=300)
    player.log(better, workout(30, source="google_fit"))
    assert player.balance == 130
    outcome = player.withdraw(better)
    assert [mark.duplicate_of for mark in outcome.duplicate_marks] == [None]
    assert player.balance == 110


def test_when_a_revision_no_longer_overlaps_the_other_counts() -> None:
    player = Player()
    player.log(workout(40, external_id="run", calories=300), workout(30, source="google_fit"))
    outcome = player.log(workout(40, at(10), external_id="run", calories=300))
    assert [mark.duplicate_of for mark in outcome.duplicate_marks] == [None]
    assert player.balance == 2 * 70 + 2 * 50
    assert len(player.counted()) == 2


def test_a_settled_duplicate_stays_one_when_what_blocks_it_is_forgotten() -> None:
    player = Player()
    player.log(
        workout(40, at(23.75, days_ago=1), calories=300),
        workout(30, at(0.1), source="google_fit"),
    )
    player.now = at(12, days_ago=-10)
    player.reload()
    assert player.state.days.first == TODAY
    assert player.state.days.dues([TODAY]) == []
    assert changes_nothing(player.log())


def test_an_overlap_across_midnight_counts_once() -> None:
    player = Player()
    player.log(workout(40, at(23.75, days_ago=1), calories=300))
    player.log(workout(30, at(0.1), source="google_fit"))
    assert player.worth() == {YESTERDAY: (130, 0)}


def test_another_primary_tracker_wins_from_the_next_command_on() -> None:
    player = Player()
    player.log(workout(40), workout(60, source="google_fit"))
    assert player.balance == 130
    player.facts = player.facts._replace(primary_source="google_fit")
    outcome = player.log()
    assert (outcome.points, player.balance) == (40, 170)
    assert len(outcome.duplicate_marks) == 2


# --- Streaks ----------------------------------------------------------------------------------------------


def test_the_seventh_active_day_in_a_row_earns_the_bonus_with_the_same_entry() -> None:
    player = Player()
    player.log(*(active(30, at(12, days_ago=ago)) for ago in range(1, 7)))
    outcome = player.log(active(30))
    (entry,) = outcome.bookings
    assert (entry.amount, entry.streak_points) == (280, 250)
    assert outcome.items[0].points == 280
    assert (outcome.streak.current, outcome.streak.active_today) == (7, True)


def test_the_bonus_comes_on_top_of_the_daily_cap() -> None:
    player = Player()
    player.log(*(active(30, at(12, days_ago=ago)) for ago in range(1, 7)))
    player.log(workout(600, at(2), intensity=Intensity.VIGOROUS), steps(20_000))
    assert player.worth()[TODAY] == (1_000, 250)


def test_a_late_day_repairs_the_streak() -> None:
    player = Player()
    player.log(*(active(30, at(12, days_ago=ago)) for ago in (0, 1, 2, 4, 5, 6)))
    outcome = player.log(active(30, at(12, days_ago=3)))
    assert [(entry.day, entry.amount) for entry in outcome.bookings] == [
        (TODAY - timedelta(3), 30),
        (TODAY, 250),
    ]


def test_a_late_day_that_joins_two_paid_runs_pays_the_difference_only() -> None:
    player = Player(now=at(21, days_ago=8))
    player.log(*(active(30, at(12, days_ago=ago)) for ago in range(8, 15)))
    player.now = NOW
    player.log(*(active(30, at(12, days_ago=ago)) for ago in range(6)))
    assert sum(bonus for _, bonus in player.worth().values()) == 250
    outcome = player.log(active(30, at(12, days_ago=6)))
    assert outcome.points == 30 + 250
    outcome = player.log(active(30, at(21.5, days_ago=7)))
    assert outcome.points == 30
    assert (outcome.streak.current, outcome.streak.longest) == (15, 15)
    assert sum(bonus for _, bonus in player.worth().values()) == 500


def test_a_correction_that_breaks_a_run_takes_the_bonus_back() -> None:
    player = Player()
    days = [active(30, at(12, days_ago=ago)) for ago in range(7)]
    player.log(*days)
    outcome = player.withdraw(days[3])
    assert [(entry.day, entry.amount) for entry in outcome.bookings] == [
        (TODAY - timedelta(3), -30),
        (TODAY, -250),
    ]
    assert (outcome.streak.current, outcome.streak.longest) == (3, 3)


def test_a_streak_goes_on_beyond_what_is_held_in_memory() -> None:
    player = Player(now=at(21, days_ago=60))
    for ago in range(60, -1, -1):
        player.now = at(21, days_ago=ago)
        outcome = player.log(active(30, at(12, days_ago=ago)))
    assert outcome.streak.current == outcome.streak.longest == 61
    assert sum(bonus for _, bonus in player.worth().values()) == 250 * (61 // 7)


def test_the_longest_streak_is_remembered_when_its_days_are_forgotten() -> None:
    player = Player(now=at(21, days_ago=30))
    for ago in range(30, 25, -1):
        player.now = at(21, days_ago=ago)
        player.log(active(30, at(12, days_ago=ago)))
    player.now = NOW
    streak = player.log(active(30)).streak
    assert (streak.current, streak.longest) == (1, 5)
    player.reload()
    assert player.log().streak == streak


def test_the_streak_of_a_day_not_over_is_that_of_yesterday() -> None:
    player = Player()
    player.log(*(active(30, at(12, days_ago=ago)) for ago in (1, 2)))
    outcome = player.log(active(10))
    assert (outcome.streak.current, outcome.streak.active_today) == (2, False)
    assert (outcome.streak.minutes_missing_today, outcome.streak.next_bonus_in_days) == (20, 5)
    player.now += timedelta(days=1)
    assert player.log().streak.current == 0


# --- Today, limits, review --------------------------------------------------------------------------------


def test_today_shows_what_was_done_and_what_the_cap_leaves() -> None:
    player = Player()
    today = player.log(steps(10_400), workout(40), active(10), active(25, at(9, days_ago=1))).today
    assert (today.day, today.steps, today.active_minutes, today.workouts) == (TODAY, 10_400, 50, 1)
    assert (today.points_earned, today.points_cap, today.points_remaining) == (340, 1_000, 660)
    assert (today.award.step_points, today.award.goal_points, today.award.workout_points) == (100, 100, 50)
    assert (today.award.minute_points, today.streak_bonus) == (90, 0)


def test_a_new_day_begins_empty() -> None:
    player = Player()
    player.log(steps(10_400))
    player.now += timedelta(hours=4)
    assert player.log().today.points_earned == 0


def test_a_day_that_turns_impossible_is_flagged_and_further_steps_are_refused() -> None:
    player = Player()
    first = player.log_one(steps(15_000, at(1), 600))
    flagged = player.log(steps(90_000, at(1), 600))
    assert first.flags == ()
    assert Doubt.DAY_STEPS in flagged.items[0].flags
    assert Doubt.DAY_STEPS in flagged.added[0].flags
    assert player.log_one(steps(10, at(2))).code == Refusal.DAY_STEPS_IMPOSSIBLE
    assert player.balance == 300


def test_a_sample_that_grows_is_not_held_against_itself() -> None:
    player = Player()
    for number in (60_000, 95_000, 100_000):
        outcome = player.log_one(steps(number, at(1), 1_100, external_id="today"))
        assert outcome.status is ItemStatus.ACCEPTED
        assert Doubt.DAY_STEPS not in outcome.flags


def test_which_of_two_impossible_samples_comes_first_makes_no_difference() -> None:
    samples = [steps(15_000, at(1), 600), steps(90_000, at(1), 600)]
    one, other = Player(), Player()
    one.log_each(samples)
    other.log_each(reversed(samples))
    assert one.balance == other.balance == 300


def test_two_trackers_with_many_steps_of_the_same_day_are_not_impossible() -> None:
    player = Player()
    for source in ("fitbit", "google_fit"):
        assert player.log_one(steps(60_000, at(1), 1_100, source=source)).status is ItemStatus.ACCEPTED
    assert player.balance == 300


def test_a_day_holds_a_limited_number_of_samples() -> None:
    player = Player()
    minute = timedelta(minutes=0.5)
    samples = [steps(10, at(1) + minute * index, 0.5) for index in range(SAMPLES_A_DAY_MAX)]
    player.log(*samples)
    assert player.log_one(steps(10, at(20))).code == Refusal.DAY_FULL
    assert player.log_one(replace(samples[0], metrics={"steps": 20})).status is ItemStatus.ACCEPTED
    assert player.log_one(steps(10, at(20, days_ago=1))).status is ItemStatus.ACCEPTED
    player.withdraw(samples[1])
    assert player.log_one(steps(10, at(20))).status is ItemStatus.ACCEPTED
    assert player.log_one(steps(10, at(20))).code == Refusal.DAY_FULL


@pytest.mark.parametrize(("minutes", "kinds"), [(100, []), (101, [ReviewKind.MANUAL_POINTS])])
def test_manual_entries_above_300_points_a_day_call_for_a_review(
    minutes: int, kinds: list[ReviewKind]
) -> None:
    player = Player()
    player.log(workout(60, at(18)), steps(12_000))
    by_hand = active(minutes, at(3), intensity=Intensity.VIGOROUS, source="manual")
    outcome = player.log(by_hand)
    assert [reason.kind for reason in outcome.reviews] == kinds
    assert all(reason.subject == "2026-07-15" for reason in outcome.reviews)
    assert player.log(steps(5_000)).reviews == []


def test_what_is_typed_in_is_the_evidence() -> None:
    by_hand = active(101, at(3), intensity=Intensity.VIGOROUS, source="manual")
    (reason,) = Player().log(by_hand, steps(12_000)).reviews
    assert reason.evidence == {
        "day": "2026-07-15",
        "detail": "Manual entries of 2026-07-15 came to 303 points; up to 300 are usual.",
        "points": 303,
        "limit": 300,
        "steps": 0,
        "minutes": 101,
        "workouts": 0,
    }


def test_a_day_that_goes_up_and_down_is_looked_at_once() -> None:
    player = Player()
    entry = active(120, at(3), intensity=Intensity.VIGOROUS, source="manual")
    assert len(player.log(entry).reviews) == 1
    player.withdraw(entry)
    assert player.log(entry).reviews == []
    yesterday = active(120, at(3, days_ago=1), intensity=Intensity.VIGOROUS, source="manual")
    assert [reason.subject for reason in player.log(yesterday).reviews] == ["2026-07-14"]


A_TIER = TierStats(mean=150, deviation=50, days=400, players=20)


def test_a_day_beyond_three_standard_deviations_calls_for_a_review_once() -> None:
    player = Player(facts=PlayerFacts(BORN, TIER, tier_stats=A_TIER))
    assert player.log(steps(20_000)).reviews == []
    (reason,) = player.log(active(30, at(12))).reviews
    assert reason.name == (ReviewKind.TIER_OUTLIER, "2026-07-15")
    assert reason.evidence["detail"] == ("2026-07-15 came to 330 points; days of F-30-39-INT have 150 ± 50.")
    assert (reason.evidence["limit"], reason.evidence["tier_players"]) == (300, 20)
    assert player.log(active(30, at(14))).reviews == []


@pytest.mark.parametrize(
    "few",
    [
        A_TIER._replace(mean=10, days=99),
        A_TIER._replace(mean=10, players=9),
        A_TIER._replace(mean=10, deviation=0),
    ],
    ids=["few days", "few players", "all alike"],
)
def test_a_tier_of_which_little_is_known_says_nothing_about_anybody(few: TierStats) -> None:
    player = Player(facts=PlayerFacts(BORN, TIER, tier_stats=few))
    assert player.log(steps(20_000)).reviews == []


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=50))
def test_what_is_known_of_a_tier_follows_from_whole_sums(points: list[int]) -> None:
    squares = sum(number**2 for number in points)
    stats = TierStats.of_sums(days=len(points), players=1, points=sum(points), squares=squares)
    assert stats.mean == pytest.approx(fmean(points))
    assert stats.deviation == pytest.approx(pstdev(points), abs=1e-6)


# --- Forgiveness ------------------------------------------------------------------------------------------


def spend_all(player: Player) -> None:
    player.balance = 0


def test_a_correction_after_the_points_were_spent_is_forgiven_and_never_earned_twice() -> None:
    player = Player()
    for _ in range(3):
        player.log(steps(20_000, external_id="today"))
        spend_all(player)
        outcome = player.log(steps(100, external_id="today"))
        assert outcome.balance == 0
        assert outcome.days[0].account.forgiven == 300
    assert sum(entry.amount for entry in player.ledger) == 300


# --- Days of other lengths --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)], ids=["spring", "autumn"]
)
def test_days_of_23_and_25_hours_hold_all_their_samples_and_no_others(day: date, hours: int) -> None:
    start = CALENDAR.start_of(day)
    assert CALENDAR.end_of(day) - start == timedelta(hours=hours)

    def samples() -> list[ActivityInput]:
        return [steps(100, start + timedelta(minutes=30 * index), 30) for index in range(-2, 2 * hours + 2)]

    player = Player(now=CALENDAR.end_of(day) + timedelta(hours=3))
    player.log(*samples())
    assert player.days[day].totals.steps == 200 * hours
    assert player.days[day - timedelta(days=1)].totals.steps == 200
    assert player.days[day + timedelta(days=1)].totals.steps == 200


def test_a_streak_passes_over_the_change_of_clocks() -> None:
    now = datetime(2026, 3, 11, 23, tzinfo=UTC)
    player = Player(now=now)
    player.log(*(active(30, at(12, days_ago=ago, today=date(2026, 3, 11))) for ago in range(7)))
    assert player.worth()[date(2026, 3, 11)] == (30, 250)

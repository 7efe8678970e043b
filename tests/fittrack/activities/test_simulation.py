"""Weeks in the life of a player: whatever happens, what is stored agrees with itself (DESIGN 4)."""

from collections import defaultdict
from datetime import date, timedelta

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from fittrack.activities.model import ActivityInput, Intensity, Withdrawal
from fittrack.activities.outcome import ItemStatus
from fittrack.activities.overlap import conflict
from fittrack.activities.processing import BatchItem
from fittrack.activities.sample import sample_of, totals_of
from fittrack.points.award import DayTotals, award
from fittrack.points.streak import run_lengths
from tests.fittrack.points.bonuses import streak_bonuses

from .builders import Player, active, steps, workout

SOURCES = st.sampled_from(["fitbit", "google_fit", "apple_health", "manual"])
INTENSITIES = st.sampled_from([None, *Intensity])

# Often within the same few hours, so that trackers overlap.
MINUTES_AGO = st.integers(61, 400) | st.integers(61, 7 * 24 * 60)


class PlayersLife(RuleBasedStateMachine):
    """A player with several trackers, careless of order, who spends, changes trackers and comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.player = Player()
        self.sent: list[ActivityInput] = []
        self.spent = 0

    def _activity(self, data: st.DataObject) -> ActivityInput:
        start = self.player.now - timedelta(
            minutes=data.draw(st.integers(61, 7 * 24 * 60), label="minutes ago")
        )
        minutes = data.draw(st.integers(1, 60), label="minutes")
        source, intensity = data.draw(SOURCES), data.draw(INTENSITIES)
        match data.draw(st.sampled_from("saw"), label="type"):
            case "s":
                number = data.draw(st.integers(0, 15_000), label="steps")
                activity = steps(number, start, minutes, source=source)
            case "a":
                activity = active(minutes, start, source=source, intensity=intensity)
            case _:
                activity = workout(minutes, start, source=source, intensity=intensity)
        extra = {"calories": 1.0} if data.draw(st.booleans(), label="more metrics") else {}
        return replace(activity, metrics={**activity.metrics, **extra})

    @rule(data=st.data(), count=st.integers(1, 6))
    def logs_activities(self, data: st.DataObject, count: int) -> None:
        batch = [self._activity(data) for _ in range(count)]
        before = self._worth()
        outcome = self.player.log(*batch)
        self.sent += batch
        assert {item.status for item in outcome.items} == {ItemStatus.ACCEPTED}
        assert sum(item.points for item in outcome.items) == self._worth() - before

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def repeats_revises_or_withdraws(self, data: st.DataObject) -> None:
        former = data.draw(st.sampled_from(self.sent), label="which")
        item: BatchItem = former
        match data.draw(st.sampled_from(["repeat", "move", "edit", "withdraw"]), label="how"):
            case "move":
                shift = timedelta(minutes=data.draw(st.integers(-600, 60), label="shift"))
                item = replace(former, start_time=former.start_time + shift, end_time=former.end_time + shift)
            case "edit":
                item = replace(former, metrics={**former.metrics, "steps": data.draw(st.integers(0, 15_000))})
            case "withdraw":
                assert former.external_id is not None
                item = Withdrawal(source=former.source, external_id=former.external_id)
        self.player.log(item)

    @rule(hours=st.integers(1, 60))
    def time_goes_by(self, hours: int) -> None:
        self.player.now += timedelta(hours=hours)

    @rule(points=st.integers(1, 2_000))
    def spends(self, points: int) -> None:
        paid = min(points, self.player.balance)
        self.player.balance -= paid
        self.spent += paid

    @rule(source=st.sampled_from([None, "fitbit", "google_fit"]))
    def chooses_a_primary_tracker(self, source: str | None) -> None:
        self.player.facts = self.player.facts._replace(primary_source=source)
        self.player.log()

    @rule()
    def the_state_is_loaded_anew(self) -> None:
        kept = {day: self.player.state.days.get(day) for day in self.player.days}
        streak = self.player.log().streak
        self.player.reload()
        assert self.player.log().streak == streak
        for day, former in kept.items():
            loaded = self.player.state.days.get(day)
            if former is not None and loaded is not None:
                assert (loaded.totals, loaded.award, loaded.run) == (former.totals, former.award, former.run)

    @invariant()
    def counted_activities_never_conflict(self) -> None:
        samples = [sample_of(activity) for activity in self.player.counted()]
        assert not any(conflict(one, other) for one in samples for other in samples)

    @invariant()
    def every_duplicate_names_an_activity_that_counts(self) -> None:
        counted = {activity.activity_id for activity in self.player.counted()}
        for activity in self.player.activities.values():
            assert activity.duplicate_of is None or activity.duplicate_of in counted

    @invariant()
    def each_day_is_worth_the_award_of_its_counted_activities(self) -> None:
        totals: dict[date, DayTotals] = defaultdict(DayTotals)
        for activity in self.player.counted():
            totals[activity.day] = totals[activity.day].plus(totals_of(sample_of(activity)))
        awards = {day: award(total) for day, total in totals.items()}
        active_days = [day for day, earned in awards.items() if earned.is_active_day]
        bonuses, runs = streak_bonuses(active_days), run_lengths(active_days)
        for day, record in self.player.days.items():
            points = awards[day].points if day in awards else 0
            assert (record.account.activity_points, record.account.streak_points) == (
                points,
                bonuses.get(day, 0),
            )
            assert record.run == runs.get(day, 0)
        assert set(awards) <= set(self.player.days)

    @invariant()
    def the_books_balance(self) -> None:
        accounts = [record.account for record in self.player.days.values()]
        booked = sum(account.booked for account in accounts)
        forgiven = sum(account.forgiven for account in accounts)
        assert booked - forgiven == self._worth()
        assert self.player.balance == booked - self.spent
        assert booked == sum(entry.amount for entry in self.player.ledger)
        assert self.player.balance >= 0
        assert all(entry.amount != 0 and entry.balance_after >= 0 for entry in self.player.ledger)

    def _worth(self) -> int:
        return sum(sum(parts) for parts in self.player.worth().values())


TestPlayersLife = PlayersLife.TestCase
TestPlayersLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

"""A player's recent days: what each is worth, and the run of active days it belongs to (SPEC 3)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from fittrack.points.award import DAILY_CAP, NO_ACTIVITY, NO_AWARD, DayAward, DayTotals, award
from fittrack.points.booking import DayAccount, DayDue
from fittrack.points.streak import Streak, StreakHistory, bonus_on, streak_as_of_today

_DAY: Final = timedelta(days=1)
_NOTHING_BOOKED: Final = DayAccount()


class Day:
    """One day of a player. `manual` are those of `totals` that were typed in; `run` is 0 when inactive."""

    __slots__ = ("account", "award", "manual", "run", "samples", "totals")

    def __init__(self, account: DayAccount = _NOTHING_BOOKED) -> None:
        self.totals: DayTotals = NO_ACTIVITY
        self.manual: DayTotals = NO_ACTIVITY
        self.award: DayAward = NO_AWARD
        self.run = 0
        self.samples = 0
        self.account = account

    @property
    def streak_bonus(self) -> int:
        return bonus_on(self.run)


class DayRecord(NamedTuple):
    """A day as it is stored: a projection of its activities and of its ledger entries."""

    day: date
    totals: DayTotals
    award: DayAward
    run: int
    """Its place in its unbroken run of active days, from 1; 0 when inactive."""
    account: DayAccount


class Today(NamedTuple):
    """A day as the player sees it. The streak bonus comes on top of the capped points."""

    day: date
    steps: int
    active_minutes: int
    workouts: int
    points_earned: int
    points_cap: int
    points_remaining: int
    award: DayAward
    streak_bonus: int


class Changes:
    """What a command did to the days so far."""

    __slots__ = ("points", "touched", "unassessed")

    def __init__(self) -> None:
        self.touched: set[date] = set()
        self.unassessed: set[date] = set()
        """Days whose totals changed since they were awarded."""
        self.points = 0
        """What the days are worth more than before, as far as they are assessed."""


class DayBook:
    """The days from `first` on, by date; days that are not there were idle."""

    __slots__ = ("_days", "_history", "first")

    def __init__(self, first: date, history: StreakHistory, accounts: Mapping[date, DayAccount]) -> None:
        """`history` is what lies before `first`; `accounts` are those of the days since."""
        self.first = first
        self._history = history
        self._days = {day: Day(account) for day, account in accounts.items() if day >= first}

    def get(self, day: date) -> Day | None:
        return self._days.get(day)

    def count(self, day: date, samples: int) -> None:
        """Note that `day` has `samples` more samples (fewer when negative), counted or not."""
        self._open(day).samples += samples

    def add(self, day: date, totals: DayTotals, *, manual: bool, changes: Changes) -> None:
        """Let `totals` count towards `day`."""
        book = self._touch(day, changes)
        book.totals = book.totals.plus(totals)
        if manual:
            book.manual = book.manual.plus(totals)

    def subtract(self, day: date, totals: DayTotals, *, manual: bool, changes: Changes) -> None:
        """Let `totals` count no longer."""
        book = self._touch(day, changes)
        book.totals = book.totals.minus(totals)
        if manual:
            book.manual = book.manual.minus(totals)

    def assess(self, changes: Changes) -> None:
        """Award anew the days whose totals changed, and the streaks of those that turned active or idle."""
        for day in changes.unassessed:
            book = self._days[day]
            former, book.award = book.award, award(book.totals)
            changes.points += book.award.points - former.points
            if book.award.is_active_day != former.is_active_day:
                self._recount_run(day, changes)
        changes.unassessed.clear()

    def dues(self, days: Iterable[date]) -> list[DayDue]:
        """What `days` are worth, for booking."""
        return [
            DayDue(day, book.award.points, book.streak_bonus, book.account)
            for day in days
            if (book := self._days.get(day)) is not None
        ]

    def settle(self, accounts: Mapping[date, DayAccount]) -> None:
        """Take over what was booked."""
        for day, account in accounts.items():
            self._open(day).account = account

    def records(self, days: Iterable[date]) -> list[DayRecord]:
        """`days` as they are to be stored, by date."""
        return [
            DayRecord(day, book.totals, book.award, book.run, book.account)
            for day in sorted(days)
            if (book := self._days.get(day)) is not None
        ]

    def forget_before(self, first: date) -> None:
        """Fold the days before `first` into the history."""
        while self.first < first:
            book = self._days.pop(self.first, None)
            self._history = self._history.after(book.run if book else 0)
            self.first += _DAY

    def today(self, day: date) -> Today:
        """`day` as the player sees it."""
        book = self._days.get(day)
        totals, earned, bonus = (
            (book.totals, book.award, book.streak_bonus) if book else (NO_ACTIVITY, NO_AWARD, 0)
        )
        return Today(
            day,
            totals.steps,
            earned.minutes,
            totals.workouts,
            earned.points,
            DAILY_CAP,
            earned.points_remaining,
            earned,
            bonus,
        )

    def streak(self, today: date) -> Streak:
        """The player's streak on `today`."""
        book = self._days.get(today)
        return streak_as_of_today(
            run_yesterday=self._run_on(today - _DAY),
            run_today=book.run if book else 0,
            longest=max(self._history.longest, max((book.run for book in self._days.values()), default=0)),
            minutes_today=book.award.minutes if book else 0,
        )

    def _touch(self, day: date, changes: Changes) -> Day:
        changes.touched.add(day)
        changes.unassessed.add(day)
        return self._open(day)

    def _open(self, day: date) -> Day:
        book = self._days.get(day)
        if book is None:
            assert day >= self.first, "a day that was forgotten cannot change"
            book = self._days[day] = Day()
        return book

    def _run_on(self, day: date) -> int:
        if day < self.first:
            return self._history.run if day == self.first - _DAY else 0
        book = self._days.get(day)
        return book.run if book else 0

    def _recount_run(self, day: date, changes: Changes) -> None:
        """Number `day` within its run, and the days after it as long as that changes anything."""
        run = self._run_on(day - _DAY)
        while (book := self._days.get(day)) is not None:
            run = run + 1 if book.award.is_active_day else 0
            if run == book.run:
                return
            changes.touched.add(day)
            changes.points += bonus_on(run) - bonus_on(book.run)
            book.run = run
            day += _DAY

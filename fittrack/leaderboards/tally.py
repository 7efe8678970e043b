"""What one player earned, as the player's actor keeps it: enough for the total on each board. Pure.

What ranks are the ledger's entries that carry a day: what activities earned, with their corrections and
streak bonuses. They count on the boards of that day and of the entry's tier, and in `OPEN`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from fittrack.leaderboards.ladder import Total
from fittrack.leaderboards.periods import PERIODS, BoardId, board_on, first_day
from fittrack.profiles.tiers import OPEN_TIER_CODE

DayAndTier = tuple[date, str]
K = TypeVar("K")


class Earned(NamedTuple):
    """A sum of entries: points, and when and where in the ledger the last of them stands."""

    points: int
    at: datetime
    seq: int

    def plus(self, other: "Earned") -> "Earned":
        """Both together. The order never matters."""
        return Earned(self.points + other.points, max(self.at, other.at), max(self.seq, other.seq))


class Entry(NamedTuple):
    """An entry of the ledger that ranks."""

    day: date
    tier_code: str
    earned: Earned


class Activity(NamedTuple):
    """Whether a day is an active one."""

    day: date
    is_active: bool


class Tally:
    """A player's sums: by day and tier from `since` on, by tier for all time; and the active days."""

    __slots__ = ("_active", "_active_before", "_by_day", "_by_tier", "_since")

    def __init__(
        self,
        since: date,
        *,
        by_day: Mapping[DayAndTier, Earned],
        by_tier: Mapping[str, Earned],
        active: Iterable[date],
    ) -> None:
        self._since = since
        self._by_day = dict(by_day)
        self._by_tier = dict(by_tier)
        every = set(active)
        self._active = {day for day in every if day >= since}
        self._active_before = len(every) - len(self._active)

    @property
    def tiers(self) -> Collection[str]:
        """Where the player ever earned."""
        return self._by_tier.keys()

    def book(self, entries: Iterable[Entry], days: Iterable[Activity]) -> None:
        """Further entries, and days that are active or not."""
        for entry in entries:
            _add(self._by_day, (entry.day, entry.tier_code), entry.earned)
            _add(self._by_tier, entry.tier_code, entry.earned)
        for day, is_active in days:
            (self._active.add if is_active else self._active.discard)(day)

    def forget_before(self, since: date) -> None:
        """No board that still counts needs the single days before `since`."""
        if since > self._since:
            self._since = since
            self._by_day = {key: earned for key, earned in self._by_day.items() if key[0] >= since}
            kept = {day for day in self._active if day >= since}
            self._active_before += len(self._active) - len(kept)
            self._active = kept

    def totals(self, days: Iterable[date], today: date) -> Iterator[tuple[BoardId, Total]]:
        """The totals on the boards on which any of `days` counts and which are not over."""
        firsts = {(period, first_day(period, day)) for day in days for period in PERIODS}
        for period, first in sorted(firsts):
            everybody = board_on(period, OPEN_TIER_CODE, first)
            after = everybody.after
            if after is not None and after <= today:
                continue
            active = self._active_days(first, after)
            tiers = self._tiers_of(first, after)
            for tier_code, earned in tiers.items():
                yield everybody._replace(tier_code=tier_code), _total(earned, active)
            if tiers:
                together = _sum(tiers.values())
                yield everybody, _total(together, active)

    def _tiers_of(self, first: date, after: date | None) -> dict[str, Earned]:
        if after is None:
            return self._by_tier
        tiers: dict[str, Earned] = {}
        for (day, tier_code), earned in self._by_day.items():
            if first <= day < after:
                _add(tiers, tier_code, earned)
        return tiers

    def _active_days(self, first: date, after: date | None) -> int:
        if after is None:
            return self._active_before + len(self._active)
        return sum(first <= day < after for day in self._active)


def since(first_open: date) -> date:
    """The first day that a tally needs by itself, when `first_open` is the first that may still change."""
    return min(first_day(period, first_open) for period in PERIODS if period != "alltime")


def _add(sums: dict[K, Earned], key: K, earned: Earned) -> None:
    known = sums.get(key)
    sums[key] = earned if known is None else known.plus(earned)


def _sum(parts: Iterable[Earned]) -> Earned:
    first, *others = parts
    for other in others:
        first = first.plus(other)
    return first


def _total(earned: Earned, active_days: int) -> Total:
    return Total(earned.points, earned.at, active_days, earned.seq)

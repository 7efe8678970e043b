"""Which days a board covers: the day, the week from Monday, the month, all time (SPEC 4). Pure.

Days are the platform's, so a board of a day may last 23 or 25 hours.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple, Self, cast, get_args

from protocol.shapes import Period

PERIODS: Final[tuple[Period, ...]] = get_args(Period)
ALL_TIME_FROM: Final = date(1970, 1, 1)
"""Where all time begins: before anybody's first day."""


class BoardId(NamedTuple):
    """One board: a period, the first of its days, a tier (or `OPEN`). A new period is a new board."""

    period: Period
    first: date
    tier_code: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The board that `str` writes so."""
        period, first, tier_code = text.split(":")
        return cls(cast(Period, period), date.fromisoformat(first), tier_code)

    @property
    def after(self) -> date | None:
        """The first day that no longer counts; none for all time."""
        match self.period:
            case "daily":
                return self.first + timedelta(days=1)
            case "weekly":
                return self.first + timedelta(days=7)
            case "monthly":
                return (self.first + timedelta(days=31)).replace(day=1)
            case "alltime":
                return None

    def __str__(self) -> str:
        return f"{self.period}:{self.first}:{self.tier_code}"


def first_day(period: Period, day: date) -> date:
    """The first day of the period in which `day` lies."""
    match period:
        case "daily":
            return day
        case "weekly":
            return day - timedelta(days=day.weekday())
        case "monthly":
            return day.replace(day=1)
        case "alltime":
            return ALL_TIME_FROM


def board_on(period: Period, tier_code: str, day: date) -> BoardId:
    """The board of the period in which `day` lies."""
    return BoardId(period, first_day(period, day), tier_code)


def boards_on(tier_code: str, day: date) -> Iterator[BoardId]:
    """The boards of a tier on which `day` counts: one of each period."""
    for period in PERIODS:
        yield board_on(period, tier_code, day)

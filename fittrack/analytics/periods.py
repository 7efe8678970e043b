"""Days, weeks and months of the platform, as reports divide time. Dates only: no zone, no clock."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

_DAY = timedelta(days=1)


class Period(StrEnum):
    """How long a line of a report is. Weeks begin on Monday, months on the first."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Span(NamedTuple):
    """Some days in a row, both included."""

    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Each of them."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + number * _DAY


def span_of(period: Period, day: date) -> Span:
    """The period in which `day` lies."""
    match period:
        case Period.DAY:
            return Span(day, day)
        case Period.WEEK:
            monday = day - timedelta(days=day.weekday())
            return Span(monday, monday + timedelta(days=6))
        case Period.MONTH:
            first = day.replace(day=1)
            return Span(first, (first + timedelta(days=31)).replace(day=1) - _DAY)


def spans(period: Period, window: Span) -> list[Span]:
    """The whole periods of which `window` has days, in order."""
    found = [span_of(period, window.first)]
    while found[-1].last < window.last:
        found.append(span_of(period, found[-1].last + _DAY))
    return found


def window_of(days: int, today: date) -> Span:
    """The last `days` days, today included."""
    return Span(today - timedelta(days=days - 1), today)


def whole(period: Period, window: Span) -> Span:
    """All days of the periods of which `window` has days."""
    return Span(span_of(period, window.first).first, span_of(period, window.last).last)


def before(period: Period, window: Span) -> Span:
    """As many periods, right before those that `window` is made of."""
    first = window.first
    for _ in spans(period, window):
        first = span_of(period, first - _DAY).first
    return Span(first, window.first - _DAY)

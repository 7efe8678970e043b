"""Counting days of the rollup again: the latest first, no more of them than asked for."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from fittrack.analytics import queries
from fittrack.analytics.counting import OVERLAP, STILL_MOVING_DAYS
from fittrack.analytics.measures import ACTIVITY, EVENTS, Figures
from fittrack.analytics.queries import Moments
from fittrack.db.handles import Connection
from fittrack.kit.calendar import PlatformCalendar

DAYS_DEFAULT: Final = 31
"""A month: some seconds of reading at 100,000 players, a day at a time."""


class Window(NamedTuple):
    """Which days are to be counted again: so many, before one of them (None: before what still changes)."""

    days: int = DAYS_DEFAULT
    before: date | None = None


class Recounted(NamedTuple):
    """A day as it is kept and as it is counted now."""

    day: date
    kept: Figures
    counted: Figures


def recount(conn: Connection, calendar: PlatformCalendar, window: Window) -> Iterator[Recounted]:
    """The days of `window` that the rollup is done with, each with what is settled of it.

    What the rollup is to count again is not compared: a late activity, or what became visible after its mark.
    """
    mark = queries.mark(conn).counted_until
    if mark is None:
        return
    since = mark - OVERLAP
    settled = calendar.day_of(since)
    moving = calendar.day_of(mark) - timedelta(days=STILL_MOVING_DAYS)
    booked = queries.days_booked_since(conn, since)
    before = settled if window.before is None else min(settled, window.before)
    over = sorted((day for day in queries.counted_days(conn) if day < before), reverse=True)
    for day in over[: window.days]:
        measures: tuple[str, ...] = EVENTS
        counted = queries.events(conn, Moments(calendar.start_of(day), calendar.end_of(day)))
        if day < moving and day not in booked:
            measures += ACTIVITY
            counted |= queries.activity(conn, day)
        kept = queries.everything_kept(conn, day)
        yield Recounted(day, {key: kept[key] for key in kept if key[0] in measures}, counted)

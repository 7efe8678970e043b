"""Which days are to be counted, and what is counted of them: read-only, on a thread."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from fittrack.analytics import queries
from fittrack.analytics.measures import ACTIVITY, ALL, EVENTS, Of
from fittrack.analytics.periods import Period, Span, span_of
from fittrack.analytics.queries import COUNTED, Mark, Moments, of_period
from fittrack.analytics.statements import Sheet, is_kept
from fittrack.db.handles import Connection
from fittrack.kit.calendar import PlatformCalendar

OVERLAP: Final = timedelta(minutes=10)
"""How much of what was counted is looked at again: what was written before the mark and became visible after
it. A unit is dated when it is made; seconds later it is committed, or never."""

STILL_MOVING_DAYS: Final = 8
"""Days that are counted anew each time: an activity may be a week late, and one that earns nothing leaves
no trace in the ledger by which its day would be found."""

LONG_PERIODS: Final = (Period.WEEK, Period.MONTH)


class Plan(NamedTuple):
    """What is to be counted, from which mark on."""

    mark: Mark
    days: dict[date, bool]
    """In order; whether what happened in the day is to be counted too, beside its activity."""
    periods: list[tuple[Period, Span]]
    """Weeks and months, as far as they are over by yesterday."""


def first_day(conn: Connection, calendar: PlatformCalendar) -> date | None:
    """The first day of which there is anything."""
    made, active = queries.first_instant(conn), queries.first_active_day(conn)
    found = [made.astimezone(calendar.zone).date()] if made is not None else []
    return min([*found, *([active] if active is not None else [])], default=None)


def plan(conn: Connection, today: date, calendar: PlatformCalendar) -> Plan:
    """What has changed since the rollup was last brought up to date, or was never counted."""
    mark, first, yesterday = queries.mark(conn), first_day(conn, calendar), today - timedelta(days=1)
    if first is None or first > yesterday:
        return Plan(mark, {}, [])
    everything = Span(first, yesterday)
    if mark.counted_until is None:
        days = dict.fromkeys(everything.days(), True)
    else:
        days = _changed(conn, mark.counted_until - OVERLAP, everything, calendar)
    return Plan(mark, days, _periods(days, everything))


def _changed(
    conn: Connection, since: datetime, everything: Span, calendar: PlatformCalendar
) -> dict[date, bool]:
    counted = queries.counted_days(conn)
    not_settled = since.astimezone(calendar.zone).date()
    moving = everything.last - timedelta(days=STILL_MOVING_DAYS - 1)
    booked = queries.days_booked_since(conn, since)
    return {
        day: day not in counted or day >= not_settled
        for day in everything.days()
        if day not in counted or day >= min(moving, not_settled) or day in booked
    }


def _periods(days: dict[date, bool], everything: Span) -> list[tuple[Period, Span]]:
    touched = {(period, span_of(period, day)) for period in LONG_PERIODS for day in days}
    return sorted((period, Span(span.first, min(span.last, everything.last))) for period, span in touched)


def count_day(conn: Connection, day: date, moments: Moments | None) -> Sheet | None:
    """What `day` comes to, with what happened in it where `moments` are given; None: it is kept already."""
    figures = {(COUNTED, ALL): 1, **queries.activity(conn, day)}
    measures: tuple[str, ...] = (COUNTED, *ACTIVITY)
    if moments is not None:
        figures |= queries.events(conn, moments)
        measures += EVENTS
    return _unless_kept(conn, Sheet(day, measures, figures))


def count_players(conn: Connection, period: Period, span: Span) -> Sheet | None:
    """How many players a week or month had so far, each once; None: it is kept already."""
    counted, players = of_period(COUNTED, period), of_period(Of.PLAYERS, period)
    figures = {(counted, ALL): span.last.toordinal()}
    figures |= {
        (players, dimension): count for dimension, count in queries.players(conn, span).items() if count
    }
    # A month that begins on a Monday has its week's figures under the same day: the names differ.
    return _unless_kept(conn, Sheet(span_of(period, span.first).first, (counted, players), figures))


def _unless_kept(conn: Connection, sheet: Sheet) -> Sheet | None:
    return None if is_kept(conn, sheet) else sheet

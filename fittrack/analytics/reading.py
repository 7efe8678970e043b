"""Lines of a report: from the rollup, and counted at this moment what the rollup has not."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import NamedTuple

from fittrack.analytics import queries
from fittrack.analytics.counting import first_day
from fittrack.analytics.measures import ACTIVITY, ALL, Of
from fittrack.analytics.periods import Period, Span, spans
from fittrack.analytics.queries import Moments
from fittrack.db.handles import Connection
from fittrack.kit.calendar import PlatformCalendar

_DAY = timedelta(days=1)


class Ask(NamedTuple):
    """What a report is to show."""

    measures: tuple[Of, ...]
    period: Period
    window: Span
    today: date
    calendar: PlatformCalendar
    dimension: str = ALL


class Line(NamedTuple):
    """One period of a report."""

    span: Span
    amounts: Counter[str]


class Lines(NamedTuple):
    """All periods in order, none left out; and up to when the days before today are counted."""

    lines: list[Line]
    counted_until: datetime | None


def read_lines(conn: Connection, ask: Ask) -> Lines:
    """What `ask` asks for, of the whole periods of which its window has days, in one snapshot."""
    found = spans(ask.period, ask.window)
    whole = Span(found[0].first, min(found[-1].last, ask.today))
    by_day = amounts_by_day(conn, ask, whole)
    lines = [Line(span, _sum(by_day, span)) for span in found]
    if Of.PLAYERS in ask.measures and ask.period is not Period.DAY:
        players = players_of(conn, ask, found)
        for line in lines:
            line.amounts[Of.PLAYERS] = players[line.span]  # whoever comes on two days is one player
    return Lines(lines, queries.mark(conn).counted_until)


def amounts_by_day(conn: Connection, ask: Ask, span: Span) -> dict[date, Counter[str]]:
    """The amounts of each day of `span` on which anything was."""
    kept = queries.kept(conn, span, ask.measures, ask.dimension)
    found = {day: Counter(amounts) for day, amounts in kept.items()}
    first = first_day(conn, ask.calendar)
    for day in span.days():
        if day not in found and first is not None and first <= day <= ask.today:
            found[day] = _count(conn, ask, day)
    return found


def players_of(conn: Connection, ask: Ask, whole: list[Span]) -> dict[Span, int]:
    """How many players weeks or months had up to today, each once."""
    kept = queries.kept_players(conn, ask.period, [span.first for span in whole], ask.dimension)
    first = first_day(conn, ask.calendar) or ask.today
    found = {}
    for span in whole:
        last = min(span.last, ask.today)
        through, count = kept.get(span.first, (span.first - _DAY, 0))
        if through < last and first <= last:
            counted = Span(span.first, through) if through >= span.first else None
            count += queries.further_players(conn, Span(through + _DAY, last), counted, ask.dimension)
        found[span] = count
    return found


def points_outstanding(conn: Connection, ask: Ask, by_day: dict[date, Counter[str]]) -> int:
    """What players have to spend: all that was ever booked. `by_day` is what was read already."""
    first, counted = first_day(conn, ask.calendar), queries.counted_days(conn)
    if first is None:
        return 0
    total = queries.kept_sum(conn, Of.NET_POINTS)
    for day in Span(first, ask.today).days():
        if day not in counted:
            total += (by_day[day] if day in by_day else _count(conn, ask, day))[Of.NET_POINTS]
    return total - queries.points_of_deleted(conn)


def _count(conn: Connection, ask: Ask, day: date) -> Counter[str]:
    """What the rollup does not hold, counted now."""
    amounts: Counter[str] = Counter()
    if any(measure in ACTIVITY for measure in ask.measures):
        figures = queries.activity(conn, day)
        amounts.update({measure: figures.get((measure, ask.dimension), 0) for measure in ACTIVITY})
    if any(measure not in ACTIVITY for measure in ask.measures):
        moments = Moments(ask.calendar.start_of(day), ask.calendar.end_of(day))
        amounts.update({measure: amount for (measure, _), amount in queries.events(conn, moments).items()})
    return amounts


def _sum(by_day: dict[date, Counter[str]], span: Span) -> Counter[str]:
    total: Counter[str] = Counter()
    for day in span.days():
        total.update(by_day.get(day, {}))
    return total

"""From counted lines to what admins are shown: each report in one snapshot."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from fittrack.analytics import queries, schemas
from fittrack.analytics.measures import ALL, Of
from fittrack.analytics.periods import Period, Span, before, span_of, whole, window_of
from fittrack.analytics.reading import (
    Ask,
    Line,
    Lines,
    amounts_by_day,
    players_of,
    points_outstanding,
    read_lines,
)
from fittrack.db.handles import Connection
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.money import dollars_of, usd
from fittrack.profiles.tiers import OPEN_TIER_CODE
from protocol.shapes import instant

_REGISTRATIONS = (Of.REGISTRATIONS, Of.VERIFIED, Of.DELETED)
_ACTIVITY = (Of.ACTIVE_DAYS, Of.STEPS, Of.MINUTES, Of.WORKOUTS, Of.POINTS_EARNED)
_DRAWINGS = (
    *(Of.DRAWINGS, Of.TICKETS, Of.ENTRANTS, Of.WINNERS, Of.PRIZE_CENTS, Of.DRAWINGS_CANCELLED),
    *(Of.PURCHASES, Of.POINTS_SPENT, Of.POINTS_REFUNDED),
)

Amounts = Counter[str]


class Moment(NamedTuple):
    """When a report is asked for, in which zone days are."""

    now: datetime
    today: date
    calendar: PlatformCalendar


def registrations(
    conn: Connection, query: schemas.ReportQuery, moment: Moment
) -> schemas.RegistrationsReport:
    """`GET admin/analytics/registrations`."""
    found = _lines(conn, query, moment, _REGISTRATIONS)
    return schemas.RegistrationsReport(
        **_frame(query, found, moment),
        totals=schemas.Registrations(**_registrations(_total(found))),
        items=[
            schemas.RegistrationsLine(**_dates(line), **_registrations(line.amounts)) for line in found.lines
        ],
    )


def activity(conn: Connection, query: schemas.ActivityQuery, moment: Moment) -> schemas.ActivityReport:
    """`GET admin/analytics/activity`."""
    dimension = ALL if query.tier == OPEN_TIER_CODE else query.tier
    found = _lines(conn, query, moment, (Of.PLAYERS, *_ACTIVITY), dimension)
    return schemas.ActivityReport(
        **_frame(query, found, moment),
        tier=query.tier,
        totals=schemas.Activity(**_activity(_total(found))),
        items=[
            schemas.ActivityLine(
                **_dates(line), **_activity(line.amounts), active_players=line.amounts[Of.PLAYERS]
            )
            for line in found.lines
        ],
    )


def drawings(conn: Connection, query: schemas.ReportQuery, moment: Moment) -> schemas.DrawingsReport:
    """`GET admin/analytics/drawings`."""
    found = _lines(conn, query, moment, _DRAWINGS)
    return schemas.DrawingsReport(
        **_frame(query, found, moment),
        totals=schemas.Drawings(**_drawings(_total(found))),
        items=[schemas.DrawingsLine(**_dates(line), **_drawings(line.amounts)) for line in found.lines],
    )


def overview(conn: Connection, query: schemas.ReportQuery, moment: Moment) -> schemas.Overview:
    """`GET admin/analytics/overview`."""
    window = whole(query.period, window_of(query.days, moment.today))
    former = before(query.period, window)
    both = Span(former.first, min(window.last, moment.today))
    measures = (Of.PLAYERS, Of.NET_POINTS, *_REGISTRATIONS, *_ACTIVITY, *_DRAWINGS)
    ask = Ask(measures, Period.DAY, both, moment.today, moment.calendar)
    by_day = amounts_by_day(conn, ask, both)
    mark = queries.mark(conn)
    return schemas.Overview(
        days=query.days,
        period=query.period,
        since=window.first.isoformat(),
        until=window.last.isoformat(),
        as_of=instant(moment.now),
        counted_until=None if mark.counted_until is None else instant(mark.counted_until),
        accounts=_accounts(queries.accounts(conn)),
        active_players=schemas.ActivePlayers(
            today=by_day.get(moment.today, Counter())[Of.PLAYERS],
            this_week=_players(conn, ask, Period.WEEK),
            this_month=_players(conn, ask, Period.MONTH),
        ),
        points_outstanding=points_outstanding(conn, ask, by_day),
        drawings_by_status=queries.drawings_by_status(conn),
        fulfillments_by_status=queries.fulfillments_by_status(conn),
        open_reviews=queries.open_reviews(conn),
        window=_window(by_day, window),
        former_window=_window(by_day, former),
    )


def _lines(
    conn: Connection,
    query: schemas.ReportQuery,
    moment: Moment,
    measures: tuple[Of, ...],
    dimension: str = ALL,
) -> Lines:
    window = window_of(query.days, moment.today)
    ask = Ask(measures, query.period, window, moment.today, moment.calendar, dimension)
    return read_lines(conn, ask)


def _frame(query: schemas.ReportQuery, found: Lines, moment: Moment) -> dict[str, Any]:
    """What every report says of itself."""
    until = found.counted_until
    return {
        "period": query.period,
        "since": found.lines[0].span.first.isoformat(),
        "until": found.lines[-1].span.last.isoformat(),
        "as_of": instant(moment.now),
        "counted_until": None if until is None else instant(until),
    }


def _dates(line: Line) -> dict[str, Any]:
    return {"period_start": line.span.first.isoformat(), "period_end": line.span.last.isoformat()}


def _total(found: Lines) -> Amounts:
    return _sum(line.amounts for line in found.lines)


def _sum(amounts: Iterable[Amounts]) -> Amounts:
    total: Amounts = Counter()
    for each in amounts:
        total.update(each)
    return total


def _registrations(amounts: Amounts) -> dict[str, Any]:
    return {str(measure): amounts[measure] for measure in _REGISTRATIONS}


def _activity(amounts: Amounts) -> dict[str, Any]:
    return {
        "active_days": amounts[Of.ACTIVE_DAYS],
        "steps": amounts[Of.STEPS],
        "active_minutes": amounts[Of.MINUTES],
        "workouts": amounts[Of.WORKOUTS],
        "points_earned": amounts[Of.POINTS_EARNED],
    }


def _drawings(amounts: Amounts) -> dict[str, Any]:
    return {
        "drawings": amounts[Of.DRAWINGS],
        "tickets": amounts[Of.TICKETS],
        "entrants": amounts[Of.ENTRANTS],
        "winners": amounts[Of.WINNERS],
        "prize_value_usd": usd(dollars_of(amounts[Of.PRIZE_CENTS])),
        "cancelled": amounts[Of.DRAWINGS_CANCELLED],
        "purchases": amounts[Of.PURCHASES],
        "points_spent": amounts[Of.POINTS_SPENT],
        "points_refunded": amounts[Of.POINTS_REFUNDED],
    }


def _window(by_day: dict[date, Amounts], span: Span) -> schemas.Window:
    amounts = _sum(by_day[day] for day in span.days() if day in by_day)
    return schemas.Window(
        registrations=schemas.Registrations(**_registrations(amounts)),
        activity=schemas.Activity(**_activity(amounts)),
        drawings=schemas.Drawings(**_drawings(amounts)),
    )


def _players(conn: Connection, ask: Ask, period: Period) -> int:
    current = span_of(period, ask.today)
    return players_of(conn, ask._replace(period=period), [current])[current]


def _accounts(counts: dict[tuple[str, str], int]) -> schemas.Accounts:
    def players(status: str) -> int:
        return sum(count for (role, its), count in counts.items() if its == status and role != "admin")

    return schemas.Accounts(
        total=sum(count for (_, status), count in counts.items() if status != "deleted"),
        active=players("active"),
        pending=players("pending"),
        suspended=players("suspended"),
        banned=players("banned"),
        deleted=players("deleted"),
        premium=sum(c for (role, status), c in counts.items() if role == "premium" and status != "deleted"),
        admins=sum(c for (role, status), c in counts.items() if role == "admin" and status != "deleted"),
    )

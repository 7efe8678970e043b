"""Counting: rows in, figures out. The same queries count for the rollup and for what is not in it yet."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, select

from fittrack.analytics.measures import ACTIVITY, ALL, Figures, Of
from fittrack.analytics.periods import Period, Span
from fittrack.db.tables.accounts import users
from fittrack.db.tables.activities import user_days
from fittrack.db.tables.analytics import daily_figures, rollup_marks
from fittrack.db.tables.drawings import drawings, fulfillments, prizes, winners
from fittrack.db.tables.logs import ledger
from fittrack.db.tables.operations import account_reviews

SUBJECT: Final = "daily_figures"
"""The mark that says up to when the rollup has counted."""

COUNTED: Final = "counted"
"""The measure of a day that is in the rollup, of a week or month through which day it is, as an ordinal."""

_PURCHASE, _REFUND, _ADJUSTMENT = "drawing", "refund", "adjustment"
"""What a ledger entry that is no award refers to."""

_BY_REFERENCE: Final = {
    _PURCHASE: (Of.POINTS_SPENT, -1),
    _REFUND: (Of.POINTS_REFUNDED, 1),
    _ADJUSTMENT: (Of.POINTS_ADJUSTED, 1),
}


class Moments(NamedTuple):
    """From when to before when, in UTC."""

    since: datetime
    until: datetime


class Mark(NamedTuple):
    """Up to when the rollup has counted; None: it has not begun."""

    counted_until: datetime | None


# --- Counting a day ---------------------------------------------------------------------------------------


def activity(conn: Connection, day: date) -> Figures:
    """What players did on `day` and earned for it, for everybody and by tier."""
    figures: Figures = {}
    sums = conn.execute(
        select(
            user_days.c.tier_code,
            func.count(),
            func.sum(case((user_days.c.run > 0, 1), else_=0)),
            func.sum(user_days.c.steps),
            func.sum(user_days.c.minutes),
            func.sum(user_days.c.workouts),
        )
        .where(user_days.c.day == day)
        .group_by(user_days.c.tier_code)
    )
    for tier_code, *amounts in sums:
        for measure, amount in zip(ACTIVITY, amounts, strict=False):
            _add(figures, measure, tier_code, amount)
    earned = conn.execute(
        select(ledger.c.tier_code, func.sum(ledger.c.amount))
        .where(ledger.c.day == day.isoformat())
        .group_by(ledger.c.tier_code)
    )
    for tier_code, points in earned:
        _add(figures, Of.POINTS_EARNED, tier_code, points)
    return _without_zeros(figures)


def events(conn: Connection, moments: Moments) -> Figures:
    """What happened between two instants."""
    drawn = _between(drawings.c.completed_at, moments)
    held, tickets, entrants = conn.execute(
        select(func.count(), func.sum(drawings.c.total_tickets), func.sum(drawings.c.entrants)).where(drawn)
    ).one()
    won, cents = conn.execute(
        select(func.count(), func.sum(prizes.c.value_cents))
        .select_from(drawings)
        # Who takes a forfeited prize later is not counted again.
        .join(
            winners,
            and_(
                winners.c.drawing_id == drawings.c.drawing_id, winners.c.created_at == drawings.c.completed_at
            ),
        )
        .join(prizes, prizes.c.prize_id == winners.c.prize_id)
        .where(drawn)
    ).one()
    figures: Figures = {
        (Of.REGISTRATIONS, ALL): _count(conn, _between(users.c.created_at, moments)),
        (Of.VERIFIED, ALL): _count(conn, _between(users.c.email_verified_at, moments)),
        (Of.DELETED, ALL): _count(conn, _between(users.c.deleted_at, moments)),
        (Of.DRAWINGS, ALL): held,
        (Of.DRAWINGS_CANCELLED, ALL): _count(conn, _between(drawings.c.cancelled_at, moments)),
        (Of.TICKETS, ALL): int(tickets or 0),
        (Of.ENTRANTS, ALL): int(entrants or 0),
        (Of.WINNERS, ALL): won,
        (Of.PRIZE_CENTS, ALL): int(cents or 0),
        **_bookings(conn, moments),
    }
    return _without_zeros(figures)


def _bookings(conn: Connection, moments: Moments) -> Figures:
    figures: Figures = {}
    sums = conn.execute(
        select(ledger.c.reference_type, func.count(), func.sum(ledger.c.amount))
        .where(_between(ledger.c.created_at, moments))
        .group_by(ledger.c.reference_type)
    )
    for reference_type, entries, points in sums:
        _put(figures, Of.NET_POINTS, ALL, points)
        if reference_type in _BY_REFERENCE:
            measure, sign = _BY_REFERENCE[reference_type]
            _put(figures, measure, ALL, sign * points)
        if reference_type == _PURCHASE:
            _put(figures, Of.PURCHASES, ALL, entries)
    return figures


def players(conn: Connection, span: Span) -> dict[str, int]:
    """How many players logged something of a day of `span`, each once, for everybody and by tier."""
    within = user_days.c.day.between(span.first, span.last)
    distinct = func.count(user_days.c.user_id.distinct())
    total = conn.execute(select(distinct).where(within)).scalar_one()
    by_tier = conn.execute(
        select(user_days.c.tier_code, distinct).where(within).group_by(user_days.c.tier_code)
    )
    return {ALL: total, **{row.tier_code: row[1] for row in by_tier}}


def further_players(conn: Connection, span: Span, counted: Span | None, dimension: str) -> int:
    """How many players of `span` are not among those of `counted`."""
    here, there = user_days.alias("here"), user_days.alias("there")
    sought: list[ColumnElement[bool]] = [here.c.day.between(span.first, span.last)]
    same: list[ColumnElement[bool]] = [there.c.user_id == here.c.user_id]
    if dimension != ALL:
        sought.append(here.c.tier_code == dimension)
        same.append(there.c.tier_code == dimension)
    if counted is not None:
        sought.append(~exists().where(*same, there.c.day.between(counted.first, counted.last)))
    return int(conn.execute(select(func.count(here.c.user_id.distinct())).where(*sought)).scalar_one())


# --- What is in the rollup --------------------------------------------------------------------------------


def mark(conn: Connection) -> Mark:
    """Up to when it has counted."""
    return Mark(
        conn.execute(
            select(rollup_marks.c.counted_until).where(rollup_marks.c.subject == SUBJECT)
        ).scalar_one_or_none()
    )


def kept(
    conn: Connection, span: Span, measures: Collection[str], dimension: str
) -> dict[date, dict[str, int]]:
    """The amounts of the days of `span` that are counted, by measure."""
    rows = conn.execute(
        select(daily_figures.c.day, daily_figures.c.measure, daily_figures.c.amount).where(
            daily_figures.c.day.between(span.first, span.last),
            daily_figures.c.measure.in_([COUNTED, *measures]),
            daily_figures.c.dimension.in_([ALL] if dimension == ALL else [ALL, dimension]),
            (daily_figures.c.measure == COUNTED) | (daily_figures.c.dimension == dimension),
        )
    )
    found: dict[date, dict[str, int]] = {}
    for day, measure, amount in rows:
        found.setdefault(day, {})[measure] = amount
    return {day: amounts for day, amounts in found.items() if COUNTED in amounts}


def kept_players(
    conn: Connection, period: Period, starts: Iterable[date], dimension: str
) -> dict[date, tuple[date, int]]:
    """Of weeks or months: through which day their players are counted, and how many these are."""
    rows = conn.execute(
        select(daily_figures.c.day, daily_figures.c.measure, daily_figures.c.amount).where(
            daily_figures.c.day.in_(list(starts)),
            ((daily_figures.c.measure == of_period(COUNTED, period)) & (daily_figures.c.dimension == ALL))
            | (
                (daily_figures.c.measure == of_period(Of.PLAYERS, period))
                & (daily_figures.c.dimension == dimension)
            ),
        )
    )
    through: dict[date, date] = {}
    counts: dict[date, int] = {}
    for day, measure, amount in rows:
        if measure == of_period(COUNTED, period):
            through[day] = date.fromordinal(amount)
        else:
            counts[day] = amount
    return {start: (last, counts.get(start, 0)) for start, last in through.items()}


def everything_kept(conn: Connection, day: date) -> Figures:
    """All that the rollup holds under a day."""
    rows = conn.execute(
        select(daily_figures.c.measure, daily_figures.c.dimension, daily_figures.c.amount).where(
            daily_figures.c.day == day
        )
    )
    return {(measure, dimension): amount for measure, dimension, amount in rows}


def counted_days(conn: Connection) -> set[date]:
    """The days that are in the rollup."""
    rows = conn.execute(select(daily_figures.c.day).where(daily_figures.c.measure == COUNTED))
    return set(rows.scalars())


def kept_sum(conn: Connection, measure: str) -> int:
    """The sum of a measure over all days that are counted."""
    total = conn.execute(
        select(func.sum(daily_figures.c.amount)).where(
            daily_figures.c.measure == measure, daily_figures.c.dimension == ALL
        )
    ).scalar_one()
    return int(total or 0)


def of_period(measure: str, period: Period) -> str:
    """The name of a measure of weeks or months, kept under their first day."""
    return measure if period is Period.DAY else f"{measure}.{period}"


# --- Which days there are ---------------------------------------------------------------------------------


def first_instant(conn: Connection) -> datetime | None:
    """When the first account was made."""
    first: datetime | None = conn.execute(select(func.min(users.c.created_at))).scalar_one()
    return first


def first_active_day(conn: Connection) -> date | None:
    """The first day of which somebody logged something."""
    first: date | None = conn.execute(select(func.min(user_days.c.day))).scalar_one()
    return first


def days_booked_since(conn: Connection, since: datetime) -> set[date]:
    """The days for which something was booked at or after an instant."""
    rows = conn.execute(
        select(ledger.c.day).where(ledger.c.created_at >= since, ledger.c.day.is_not(None)).distinct()
    )
    return {date.fromisoformat(row.day) for row in rows}


# --- How things stand -------------------------------------------------------------------------------------


def accounts(conn: Connection) -> dict[tuple[str, str], int]:
    """Accounts by role and status."""
    rows = conn.execute(
        select(users.c.role, users.c.status, func.count()).group_by(users.c.role, users.c.status)
    )
    return {(role, status): count for role, status, count in rows}


def points_of_deleted(conn: Connection) -> int:
    """What nobody can spend any more: the last balance of each deleted account.

    Written so that nobody can begin with the ledger, which has millions of rows.
    """
    latest = ledger.alias("latest")
    last_seq = (
        select(func.max(latest.c.seq))
        .where(latest.c.user_id == users.c.user_id)
        .correlate(users)
        .scalar_subquery()
    )
    balance = (
        select(ledger.c.balance_after)
        .where(ledger.c.user_id == users.c.user_id, ledger.c.seq == last_seq)
        .correlate(users)
        .scalar_subquery()
    )
    total = conn.execute(select(func.sum(balance)).where(users.c.deleted_at.is_not(None))).scalar_one()
    return int(total or 0)


def drawings_by_status(conn: Connection) -> dict[str, int]:
    """Drawings by status."""
    return _by(conn, drawings.c.status)


def fulfillments_by_status(conn: Connection) -> dict[str, int]:
    """Prizes on their way to winners, by status."""
    return _by(conn, fulfillments.c.status)


def open_reviews(conn: Connection) -> int:
    """Accounts that wait for somebody to look at them."""
    return _count(conn, account_reviews.c.status == "open")


def _by(conn: Connection, column: Any) -> dict[str, int]:
    rows = conn.execute(select(column, func.count()).group_by(column))
    return {row[0]: row[1] for row in rows}


def _between(column: Any, moments: Moments) -> ColumnElement[bool]:
    return and_(column >= moments.since, column < moments.until)


def _count(conn: Connection, condition: ColumnElement[bool]) -> int:
    return int(conn.execute(select(func.count()).where(condition)).scalar_one())


def _add(figures: Figures, measure: str, tier_code: str | None, amount: int | None) -> None:
    _put(figures, measure, ALL, amount)
    if tier_code is not None:
        _put(figures, measure, tier_code, amount)


def _put(figures: Figures, measure: str, dimension: str, amount: int | None) -> None:
    key = (measure, dimension)
    figures[key] = figures.get(key, 0) + int(amount or 0)


def _without_zeros(figures: Figures) -> Figures:
    return {key: amount for key, amount in figures.items() if amount}

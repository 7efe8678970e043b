"""What the checks read of players.

They are read in ranges of their ids that leave no gap, so that rows of nobody are found as well.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, and_, case, func, select

from fittrack.activities.model import Activity
from fittrack.activities.queries import read_activity
from fittrack.check.days import DayRow
from fittrack.check.reviews import ReviewFacts
from fittrack.check.tickets import EntryRow, Payment
from fittrack.db.tables.accounts import users
from fittrack.db.tables.activities import activities, user_days
from fittrack.db.tables.drawings import drawings
from fittrack.db.tables.logs import drawing_log, effect_receipts, effects, ledger, user_log
from fittrack.db.tables.operations import account_reviews, review_appeals
from fittrack.drawings.effects import REFUND
from fittrack.drawings.entry_queries import PURCHASE
from fittrack.drawings.model import DrawingStatus

T = TypeVar("T")

TO_BE_OWED = drawing_log.c.rev > drawings.c.refunds_owed_rev
"""Of a purchase: its drawing was cancelled, and has not come to it yet."""


class IdRange(NamedTuple):
    """Ids of players or drawings after `after` up to and including `up_to`; None: without bound."""

    after: UUID | None
    up_to: UUID | None

    def covers(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that `column` lies in the range."""
        bounds: list[ColumnElement[bool]] = [column.is_not(None)]
        if self.after is not None:
            bounds.append(column > self.after)
        if self.up_to is not None:
            bounds.append(column <= self.up_to)
        return and_(*bounds)


def id_ranges(conn: Connection, key: Column[Any], size: int) -> Iterator[IdRange]:
    """Ranges of about `size` of a table's keys, which together cover every id."""
    after: UUID | None = None
    while True:
        ids = conn.execute(
            select(key).where(IdRange(after, None).covers(key)).order_by(key).limit(size)
        ).scalars()
        up_to = max(ids, default=None)
        yield IdRange(after, up_to)
        if up_to is None:
            return
        after = up_to


def entries(conn: Connection, players: IdRange) -> dict[UUID, list[EntryRow]]:
    """Entries of each player, with what became of them."""
    owed, applied = effects.alias("owed"), effect_receipts.alias("applied")
    is_refund = (owed.c.kind == REFUND) & (owed.c.subject_id == drawing_log.c.unit_id)
    was_refunded = (applied.c.kind == REFUND) & (applied.c.subject_id == drawing_log.c.unit_id)
    statement = (
        select(
            drawing_log.c.user_id,
            drawing_log.c.drawing_id,
            drawing_log.c.unit_id,
            drawing_log.c.kind,
            drawing_log.c.ticket_count,
            drawings.c.ticket_cost_points,
            drawings.c.status,
            owed.c.user_id.label("owed_to"),
            applied.c.user_id.label("applied_to"),
            case((TO_BE_OWED, 1), else_=0).label("to_be_owed"),
        )
        .outerjoin(drawings, drawings.c.drawing_id == drawing_log.c.drawing_id)
        .outerjoin(owed, is_refund & (owed.c.user_id == drawing_log.c.user_id))
        .outerjoin(applied, was_refunded & (applied.c.user_id == drawing_log.c.user_id))
        .where(players.covers(drawing_log.c.user_id), drawing_log.c.ticket_count.is_not(None))
    )
    return _listed(conn, statement, _entry)


def _entry(row: Row[Any]) -> EntryRow:
    return EntryRow(
        drawing_id=row.drawing_id,
        unit_id=row.unit_id,
        kind=row.kind,
        tickets=row.ticket_count,
        price=row.ticket_cost_points,
        cancelled=row.status == DrawingStatus.CANCELLED,
        refund_owed=row.owed_to is not None or (row.kind == PURCHASE and row.to_be_owed == 1),
        refund_applied=row.applied_to is not None,
    )


def spends(conn: Connection, players: IdRange) -> dict[UUID, list[Payment]]:
    """What each player spent."""
    return _payments(conn, players, ledger.c.transaction_type == "spend")


def refunds(conn: Connection, players: IdRange) -> dict[UUID, list[Payment]]:
    """What each player got back."""
    return _payments(conn, players, ledger.c.reference_type == REFUND)


def _payments(conn: Connection, players: IdRange, which: ColumnElement[bool]) -> dict[UUID, list[Payment]]:
    statement = select(
        ledger.c.user_id, ledger.c.seq, ledger.c.transaction_id, ledger.c.amount, ledger.c.reference_id
    ).where(players.covers(ledger.c.user_id), which)
    return _listed(conn, statement, lambda row: Payment._make(row[1:]))


def purchases(conn: Connection, players: IdRange) -> dict[UUID, list[UUID]]:
    """The units of each player's own log that bought something."""
    statement = select(user_log.c.user_id, user_log.c.unit_id).where(
        players.covers(user_log.c.user_id), user_log.c.kind == PURCHASE
    )
    return _listed(conn, statement, lambda row: row.unit_id)


def accepted(conn: Connection, players: IdRange) -> dict[UUID, list[Activity]]:
    """Activities of each player."""
    return _listed(conn, select(activities).where(players.covers(activities.c.user_id)), read_activity)


def stored_days(conn: Connection, players: IdRange) -> dict[UUID, list[DayRow]]:
    """What is stored of each player's days."""
    statement = select(user_days).where(players.covers(user_days.c.user_id))
    return _listed(conn, statement, _day)


def _day(row: Row[Any]) -> DayRow:
    return DayRow(
        day=row.day,
        steps=row.steps,
        minutes=row.minutes,
        workouts=row.workouts,
        run=row.run,
        award=row.award_points,
        streak_bonus=row.streak_points,
        booked=row.booked_points,
        forgiven=row.forgiven_points,
    )


def booked(conn: Connection, players: IdRange) -> dict[UUID, dict[date, int]]:
    """What each player's ledger holds for each day, in points."""
    statement = (
        select(ledger.c.user_id, ledger.c.day, func.sum(ledger.c.amount).label("points"))
        .where(players.covers(ledger.c.user_id), ledger.c.day.is_not(None))
        .group_by(ledger.c.user_id, ledger.c.day)
    )
    found = _listed(conn, statement, lambda row: (date.fromisoformat(row.day), int(row.points)))
    return {user_id: dict(days) for user_id, days in found.items()}


def reviews(conn: Connection, players: IdRange) -> dict[UUID, list[ReviewFacts]]:
    """Reviews of each player, with what was appealed."""
    statement = (
        select(
            account_reviews.c.user_id,
            account_reviews.c.review_id,
            account_reviews.c.status,
            account_reviews.c.resolved_at,
            review_appeals.c.user_id.label("appealed_by"),
            review_appeals.c.answered_at,
            review_appeals.c.answer,
        )
        .outerjoin(review_appeals, review_appeals.c.review_id == account_reviews.c.review_id)
        .where(players.covers(account_reviews.c.user_id))
    )
    return _listed(conn, statement, lambda row: ReviewFacts._make(row[1:]))


def under_review(conn: Connection, players: IdRange) -> set[UUID]:
    """Those of whom it is said that they are under review."""
    said = select(users.c.user_id).where(players.covers(users.c.user_id), users.c.under_review == 1)
    return set(conn.execute(said).scalars())


def erased(conn: Connection, players: IdRange) -> set[UUID]:
    """Those who deleted their accounts: their activities are gone, their ledgers stay (SPEC 1)."""
    statement = select(users.c.user_id).where(
        players.covers(users.c.user_id), users.c.deleted_at.is_not(None)
    )
    return set(conn.execute(statement).scalars())


def _listed(conn: Connection, statement: Select[Any], read: Callable[[Row[Any]], T]) -> dict[UUID, list[T]]:
    found: dict[UUID, list[T]] = {}
    for row in conn.execute(statement):
        found.setdefault(row.user_id, []).append(read(row))
    return found

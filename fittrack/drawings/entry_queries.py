"""Reading entries: what was bought, what came without purchase, and which ticket numbers they are."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from fittrack.db import effect_queries
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.drawings import drawings
from fittrack.db.tables.logs import drawing_log
from fittrack.db.tables.prizes import free_entries
from fittrack.drawings.effects import REFUND_NOTICE, refund_notice_id
from fittrack.drawings.stored import StoredEntry
from fittrack.kit.ids import DrawingId, UserId

PURCHASE = "purchase"
FREE_ENTRY = "free_entry"

REFUNDS_PER_UNIT = 500
"""Entries that are owed back together, with a notice for each at most: some milliseconds of the writer."""

ENTRIES_PER_FETCH = 20_000
"""Rows taken from the cursor at a time: a million entries never stand in memory as rows."""


class Bought(NamedTuple):
    """An entry that was paid for."""

    rev: int
    receipt: UUID
    user_id: UUID


class Refunds(NamedTuple):
    """A part of what a cancelled drawing owes back."""

    bought: list[Bought]
    """In the order of its log."""
    untold: dict[UUID, UUID]
    """Who bought these and is owed no notice yet, by the notice's subject."""

    @property
    def up_to(self) -> int | None:
        """The place in the log up to which all is owed with this; None: there is nothing behind it."""
        return self.bought[-1].rev if len(self.bought) == REFUNDS_PER_UNIT else None


def refunds(conn: Connection, drawing_id: DrawingId, after: int) -> Refunds:
    """What is to be owed back of the entries behind a place in the log, the next ones."""
    entry = drawing_log.c
    rows = conn.execute(
        select(entry.rev, entry.unit_id, entry.user_id)
        .where(entry.drawing_id == drawing_id, entry.rev > after, entry.kind == PURCHASE)
        .order_by(entry.rev)
        .limit(REFUNDS_PER_UNIT)
    )
    bought = [Bought(*row) for row in rows]
    buyers = {refund_notice_id(drawing_id, each.user_id): each.user_id for each in bought}
    told = effect_queries.known(conn, REFUND_NOTICE, list(buyers))
    return Refunds(bought, {subject: buyer for subject, buyer in buyers.items() if subject not in told})


def first_tickets(
    conn: Connection, drawing_ids: Collection[DrawingId], receipts: Collection[UUID]
) -> dict[UUID, int]:
    """The first ticket number of entries of these drawings, as far as sales are closed (FAIRNESS 2)."""
    entry = drawing_log.c
    before_and_own = func.sum(entry.ticket_count).over(partition_by=entry.drawing_id, order_by=entry.rev)
    numbered = (
        select(entry.unit_id, (before_and_own - entry.ticket_count + 1).label("first_ticket"))
        .join(drawings, drawings.c.drawing_id == entry.drawing_id)
        .where(
            entry.drawing_id.in_(drawing_ids),
            entry.ticket_count.is_not(None),
            drawings.c.root.is_not(None),
        )
        .subquery()
    )
    rows = conn.execute(select(numbered).where(numbered.c.unit_id.in_(receipts)))
    return {row.unit_id: int(row.first_ticket) for row in rows}


def holdings(conn: Connection, drawing_id: DrawingId) -> dict[UUID, int]:
    """Tickets of each holder."""
    rows = conn.execute(
        select(drawing_log.c.user_id, func.sum(drawing_log.c.ticket_count))
        .where(drawing_log.c.drawing_id == drawing_id, drawing_log.c.ticket_count.is_not(None))
        .group_by(drawing_log.c.user_id)
    )
    return {user_id: int(tickets) for user_id, tickets in rows}


def entries(conn: Connection, drawing_id: DrawingId) -> Iterator[StoredEntry]:
    """All entries in the order of the drawing's log, which is the order of their ticket numbers."""
    rows = conn.execution_options(yield_per=ENTRIES_PER_FETCH).execute(
        select(
            drawing_log.c.unit_id,
            drawing_log.c.user_id,
            drawing_log.c.ticket_count,
            drawing_log.c.kind,
            drawing_log.c.created_at,
        )
        .where(drawing_log.c.drawing_id == drawing_id, drawing_log.c.ticket_count.is_not(None))
        .order_by(drawing_log.c.rev)
    )
    for unit_id, user_id, ticket_count, kind, created_at in rows:
        yield StoredEntry(unit_id, UserId(user_id), ticket_count, kind, created_at)


def tickets_of_entry(conn: Connection, drawing_id: DrawingId, receipt: UUID) -> int:
    """How many tickets an entry holds."""
    tickets: int = conn.execute(
        select(drawing_log.c.ticket_count).where(
            drawing_log.c.drawing_id == drawing_id, drawing_log.c.unit_id == receipt
        )
    ).scalar_one()
    return tickets


def tickets_bought(conn: Connection, drawing_id: DrawingId, user_id: UserId) -> int:
    """How many tickets a player paid for."""
    tickets: int = conn.execute(
        select(func.coalesce(func.sum(drawing_log.c.ticket_count), 0)).where(
            drawing_log.c.drawing_id == drawing_id,
            drawing_log.c.user_id == user_id,
            drawing_log.c.kind == PURCHASE,
        )
    ).scalar_one()
    return tickets


def tickets_of(conn: Connection, user_id: UserId, drawing_ids: Sequence[DrawingId]) -> dict[DrawingId, int]:
    """Tickets that a player holds in each of the given drawings (a page of them at most)."""
    rows = conn.execute(
        select(drawing_log.c.drawing_id, func.sum(drawing_log.c.ticket_count))
        .where(drawing_log.c.user_id == user_id, drawing_log.c.drawing_id.in_(drawing_ids))
        .group_by(drawing_log.c.drawing_id)
    )
    return {DrawingId(drawing_id): int(tickets) for drawing_id, tickets in rows}


def find_entries(
    conn: Connection, *, user_id: UserId | None, drawing_id: DrawingId | None, offset: int, limit: int
) -> tuple[list[tuple[DrawingId, StoredEntry]], int]:
    """A page of entries, the latest first, of a player, of a drawing or of both."""
    matching = (
        select(drawing_log, drawings.c.rules_version)
        .join(drawings, drawings.c.drawing_id == drawing_log.c.drawing_id)
        .where(drawing_log.c.ticket_count.is_not(None))
    )
    if user_id is not None:
        matching = matching.where(drawing_log.c.user_id == user_id)
    if drawing_id is not None:
        matching = matching.where(drawing_log.c.drawing_id == drawing_id)
    total = conn.execute(select(func.count()).select_from(matching.subquery())).scalar_one()
    rows = conn.execute(
        matching.order_by(drawing_log.c.created_at.desc(), drawing_log.c.unit_id.desc())
        .offset(offset)
        .limit(limit)
    )
    found = [
        (
            DrawingId(row.drawing_id),
            StoredEntry(
                row.unit_id,
                UserId(row.user_id),
                row.ticket_count,
                row.kind,
                row.created_at,
                row.rules_version,
            ),
        )
        for row in rows
    ]
    return found, total


def free_tickets_of(conn: Connection, drawing_id: DrawingId, user_id: UserId) -> int:
    """Tickets that a person has in a drawing without purchase."""
    had = select(func.sum(free_entries.c.ticket_count)).where(
        free_entries.c.drawing_id == drawing_id, free_entries.c.user_id == user_id
    )
    return int(conn.execute(had).scalar_one() or 0)


def drawing_of_evidence(conn: Connection, evidence: str) -> DrawingId | None:
    """The drawing of the entry that a piece of evidence made."""
    found = conn.execute(
        select(free_entries.c.drawing_id).where(free_entries.c.evidence_key == evidence)
    ).scalar_one_or_none()
    return None if found is None else DrawingId(found)


def find_free_entries(
    conn: Connection, drawing_id: DrawingId, *, offset: int, limit: int
) -> tuple[list[Row[Any]], int]:
    """A page of a drawing's free entries, the latest first, and how many there are."""
    entry = free_entries.c
    total = conn.execute(
        select(func.count()).select_from(free_entries).where(entry.drawing_id == drawing_id)
    ).scalar_one()
    rows = conn.execute(
        select(free_entries, profiles.c.display_name)
        .outerjoin(profiles, profiles.c.user_id == entry.user_id)
        .where(entry.drawing_id == drawing_id)
        .order_by(entry.created_at.desc(), entry.unit_id.desc())
        .offset(offset)
        .limit(limit)
    )
    return list(rows), total


def user_with_email(conn: Connection, email_key: str) -> UserId | None:
    """Whose email this is, as emails are compared."""
    found = conn.execute(select(users.c.user_id).where(users.c.email_key == email_key)).scalar_one_or_none()
    return None if found is None else UserId(found)

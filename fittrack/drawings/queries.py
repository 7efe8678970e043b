"""Reading drawings: rows in, typed values out. What units write is in `statements`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from fittrack.db.chunks import in_chunks
from fittrack.db.tables.accounts import users
from fittrack.db.tables.drawings import alternates, drawings
from fittrack.db.tables.operations import audit_log
from fittrack.db.tables.prizes import official_rules
from fittrack.drawings.countdown import COUNTING_DOWN
from fittrack.drawings.model import Drawing, DrawingStatus, DrawingType, Eligibility, Prize, UserType
from fittrack.drawings.prize_queries import prizes_of
from fittrack.drawings.records import ACTIONS
from fittrack.drawings.stored import Closing, SealedCommitment, StoredDrawing, TakenBeacon
from fittrack.kit import standing
from fittrack.kit.ids import DrawingId, UserId
from fittrack.kit.standing import Role

RECORDED_WITHIN = timedelta(seconds=10)
"""An action is recorded in the unit that does it, at a look at the clock of its own."""


def load(conn: Connection, drawing_id: DrawingId) -> StoredDrawing | None:
    """One drawing with its prizes."""
    row = conn.execute(select(drawings).where(drawings.c.drawing_id == drawing_id)).one_or_none()
    return None if row is None else _stored(row, prizes_of(conn, [drawing_id]).get(drawing_id, ()))


def find(
    conn: Connection,
    *,
    statuses: Sequence[DrawingStatus],
    drawing_type: DrawingType | None,
    user_types: Sequence[UserType],
    offset: int,
    limit: int,
) -> tuple[list[StoredDrawing], int]:
    """A page of drawings, the latest drawing time first, and how many there are."""
    matching = _matching(statuses, drawing_type, user_types)
    total = conn.execute(select(func.count()).select_from(matching.subquery())).scalar_one()
    rows = conn.execute(
        matching.order_by(drawings.c.drawing_time.desc(), drawings.c.drawing_id).offset(offset).limit(limit)
    ).all()
    held = prizes_of(conn, [row.drawing_id for row in rows])
    return [_stored(row, held.get(row.drawing_id, ())) for row in rows], total


def _matching(
    statuses: Sequence[DrawingStatus], drawing_type: DrawingType | None, user_types: Sequence[UserType]
) -> Select[Any]:
    matching = select(drawings).where(drawings.c.status.in_(statuses), drawings.c.user_type.in_(user_types))
    return matching if drawing_type is None else matching.where(drawings.c.drawing_type == drawing_type)


def due(conn: Connection, now: datetime, limit: int) -> list[DrawingId]:
    """Drawings upon which the clock must act by `now`, or that owe back more. The longest overdue first.

    An index finds either: those that are cancelled are few.
    """
    owes = and_(drawings.c.status == DrawingStatus.CANCELLED, drawings.c.refunds_owed_rev.is_not(None))
    rows = conn.execute(
        select(drawings.c.drawing_id)
        .where(or_(drawings.c.next_due_at <= now, owes))
        .order_by(func.coalesce(drawings.c.next_due_at, drawings.c.cancelled_at))
        .limit(limit)
    )
    return [DrawingId(row.drawing_id) for row in rows]


def changed_since(conn: Connection, since: datetime) -> list[StoredDrawing]:
    """Drawings of whose life the channels were told something from `since` on. Drawings are few."""
    drawn_again = select(alternates.c.drawing_id).where(alternates.c.created_at >= since)
    instants = (
        drawings.c.scheduled_at,
        drawings.c.opened_at,
        drawings.c.closed_at,
        drawings.c.completed_at,
        drawings.c.cancelled_at,
    )
    changed = or_(*(instant >= since for instant in instants), drawings.c.drawing_id.in_(drawn_again))
    rows = conn.execute(select(drawings).where(changed).order_by(drawings.c.drawing_id)).all()
    held: dict[DrawingId, tuple[Prize, ...]] = {}
    for chunk in in_chunks([DrawingId(row.drawing_id) for row in rows]):
        held |= prizes_of(conn, chunk)
    return [_stored(row, held.get(row.drawing_id, ())) for row in rows]


def drawn_again_at(conn: Connection, drawing_id: DrawingId) -> datetime | None:
    """When a prize of it last went to somebody else."""
    latest = select(func.max(alternates.c.created_at)).where(alternates.c.drawing_id == drawing_id)
    found: datetime | None = conn.execute(latest).scalar_one()
    return found


def why_cancelled(conn: Connection, drawing_id: DrawingId, cancelled_at: datetime) -> str:
    """The reason that was given, as long as it is kept."""
    given = (
        select(audit_log.c.reason)
        .where(
            audit_log.c.created_at.between(cancelled_at, cancelled_at + RECORDED_WITHIN),
            audit_log.c.action == ACTIONS["cancelled"],
            audit_log.c.subject_id == str(drawing_id),
        )
        .order_by(audit_log.c.created_at)
    )
    return conn.execute(given).scalars().first() or ""


def counting_down(conn: Connection) -> list[DrawingId]:
    """Drawings whose channels tick."""
    rows = conn.execute(select(drawings.c.drawing_id).where(drawings.c.status.in_(sorted(COUNTING_DOWN))))
    return [DrawingId(row.drawing_id) for row in rows]


def is_premium(conn: Connection, user_id: UserId, now: datetime) -> bool:
    """Whether the premium role of a player holds at `now`."""
    row = conn.execute(
        select(users.c.role, users.c.premium_expires_at).where(users.c.user_id == user_id)
    ).one()
    return standing.is_premium(Role(row.role), row.premium_expires_at, now)


def rules_text(conn: Connection, drawing_id: DrawingId, version: int) -> Row[Any] | None:
    """A version of a drawing's official rules."""
    rules = official_rules.c
    return conn.execute(
        select(official_rules).where(rules.drawing_id == drawing_id, rules.rules_version == version)
    ).one_or_none()


def _stored(row: Row[Any], held: tuple[Prize, ...]) -> StoredDrawing:
    return StoredDrawing(
        drawing=_drawing(row, held),
        created_at=row.created_at,
        commitment=_commitment(row),
        closing=_closing(row),
        beacon=None if row.beacon is None else msgspec.json.decode(row.beacon, type=TakenBeacon),
        scheduled_at=row.scheduled_at,
        opened_at=row.opened_at,
        completed_at=row.completed_at,
        cancelled_at=row.cancelled_at,
        refunds_owed_rev=row.refunds_owed_rev,
    )


def _drawing(row: Row[Any], held: tuple[Prize, ...]) -> Drawing:
    return Drawing(
        drawing_id=DrawingId(row.drawing_id),
        drawing_type=DrawingType(row.drawing_type),
        name=row.name,
        description=row.description,
        ticket_cost_points=row.ticket_cost_points,
        sales_open=row.sales_open,
        ticket_sales_close=row.ticket_sales_close,
        drawing_time=row.drawing_time,
        eligibility=Eligibility(
            user_type=UserType(row.user_type), min_account_age_days=row.min_account_age_days
        ),
        auto_execute=row.auto_execute,
        free_tickets_per_person=row.free_tickets_per_person or 0,
        status=DrawingStatus(row.status),
        prizes=held,
        commit=row.seed_commit,
        rules_version=row.rules_version,
    )


def _commitment(row: Row[Any]) -> SealedCommitment | None:
    if row.seed_commit is None:
        return None
    return SealedCommitment(
        sealed_seed=row.sealed_seed,
        sealed_drawing_key=row.sealed_drawing_key,
        seed_commit=row.seed_commit,
        rules=row.rules,
    )


def _closing(row: Row[Any]) -> Closing | None:
    if row.root is None:
        return None
    return Closing(
        closed_at=row.closed_at,
        total_tickets=row.total_tickets,
        entrants=row.entrants,
        root=row.root,
        seed=row.seed,
    )

"""Effects: what one actor's unit owes a player, until the player's own unit applies it (DESIGN 3)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import Connection, Delete, Table, delete, select

from fittrack.db.tables.logs import effect_receipts, effects
from fittrack.kit.ids import UserId


class Effect(NamedTuple):
    """One effect that waits to be applied."""

    kind: str
    subject_id: UUID
    user_id: UserId
    payload: bytes


def waiting(conn: Connection, limit: int) -> list[Effect]:
    """The oldest effects that are not applied yet."""
    rows = conn.execute(
        select(effects.c.kind, effects.c.subject_id, effects.c.user_id, effects.c.payload)
        .order_by(effects.c.created_at, effects.c.subject_id)
        .limit(limit)
    )
    return [Effect(row.kind, row.subject_id, UserId(row.user_id), row.payload) for row in rows]


def was_applied(conn: Connection, kind: str, subject_id: UUID) -> bool:
    """Whether an effect was applied, however long ago."""
    applied = effect_receipts.c
    found = select(applied.subject_id).where(applied.kind == kind, applied.subject_id == subject_id)
    return conn.execute(found).first() is not None


def known(conn: Connection, kind: str, subject_ids: Collection[UUID]) -> set[UUID]:
    """Of these subjects (as many as fit an `IN` list) those whose effect waits or was applied."""
    found: set[UUID] = set()
    for table in (effects, effect_receipts):
        these = (table.c.kind == kind, table.c.subject_id.in_(subject_ids))
        found |= set(conn.execute(select(table.c.subject_id).where(*these)).scalars())
    return found


def settle(kind: str, subject_id: UUID) -> Delete:
    """The effect no longer waits."""
    return delete(effects).where(effects.c.kind == kind, effects.c.subject_id == subject_id)


def receipt(
    kind: str, subject_id: UUID, user_id: UserId, applied_at: datetime
) -> tuple[Table, tuple[Any, ...]]:
    """The row whose primary key lets an effect happen only once."""
    return effect_receipts, (kind, subject_id, user_id, applied_at)


def transaction_id(kind: str, subject_id: UUID) -> UUID:
    """The id of what an effect books: it follows from the effect, however often it is tried."""
    return uuid5(subject_id, kind)

"""Tokens of ended connections, until their provider was told."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from fittrack.db.row_queries import take_due
from fittrack.db.tables.partners import tracker_revocations
from fittrack.kit.ids import ConnectionId


class Revocation(NamedTuple):
    """Tokens whose provider is still to be told."""

    connection_id: ConnectionId
    provider: str
    sealed_access: bytes | None
    sealed_refresh: bytes | None
    attempts: int
    created_at: datetime


def claim_revocations(conn: Connection, now: datetime, until: datetime, limit: int) -> list[Revocation]:
    """Revocations that are due: ours until `until`, unless another node takes them at the same time."""
    columns = tracker_revocations.c
    rows = conn.execute(
        select(
            columns.connection_id,
            columns.provider,
            columns.sealed_access_token,
            columns.sealed_refresh_token,
            columns.attempts,
            columns.created_at,
        )
        .where(columns.next_due_at <= now)
        .order_by(columns.next_due_at)
        .limit(limit)
    ).all()
    return [Revocation(*row) for row in take_due(conn, tracker_revocations, rows, now=now, until=until)]


def postpone_revocation(conn: Connection, connection_id: ConnectionId, at: datetime) -> None:
    """Try again then."""
    conn.execute(
        update(tracker_revocations)
        .where(tracker_revocations.c.connection_id == connection_id)
        .values(next_due_at=at)
    )


def forget_revocation(conn: Connection, connection_id: ConnectionId) -> None:
    """The provider knows, or will never hear of it."""
    conn.execute(delete(tracker_revocations).where(tracker_revocations.c.connection_id == connection_id))

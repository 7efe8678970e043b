"""Connections, as their players see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from fittrack.db.tables.partners import tracker_connections
from fittrack.kit.ids import ConnectionId, UserId

_C = tracker_connections.c


class StoredConnection(NamedTuple):
    """A connection as its player sees it."""

    connection_id: ConnectionId
    user_id: UserId
    provider: str
    is_primary: bool
    sync_status: str
    sync_error: str | None
    sync_cursor: bytes | None
    last_sync_at: datetime | None
    next_due_at: datetime | None
    created_at: datetime
    account_key: bytes | None = None
    not_before: datetime | None = None


_STORED: tuple[Any, ...] = (
    _C.connection_id,
    _C.user_id,
    _C.provider,
    _C.is_primary,
    _C.sync_status,
    _C.sync_error,
    _C.sync_cursor,
    _C.last_sync_at,
    _C.next_due_at,
    _C.created_at,
    _C.account_key,
    _C.not_before,
)


def of_player(
    conn: Connection, user_id: UserId, *, offset: int = 0, limit: int = 100
) -> tuple[list[StoredConnection], int]:
    """A page of somebody's connections, the oldest first, and how many there are."""
    total = conn.execute(select(func.count()).where(_C.user_id == user_id)).scalar_one()
    rows = conn.execute(
        select(*_STORED)
        .where(_C.user_id == user_id)
        .order_by(_C.created_at, _C.connection_id)
        .offset(offset)
        .limit(limit)
    )
    return [StoredConnection(*row) for row in rows], total


def find(conn: Connection, user_id: UserId, names: Sequence[str]) -> StoredConnection | None:
    """Somebody's connection under one of these names."""
    row = conn.execute(select(*_STORED).where(_C.user_id == user_id, _C.provider.in_(names))).one_or_none()
    return None if row is None else StoredConnection(*row)


def find_by_account(conn: Connection, account_key: bytes) -> StoredConnection | None:
    """The connection of an account at a service, whoever's it is."""
    row = conn.execute(select(*_STORED).where(_C.account_key == account_key)).one_or_none()
    return None if row is None else StoredConnection(*row)

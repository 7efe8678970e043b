"""Connections as their players see them."""

from typing import cast

from fittrack.connections import schemas
from fittrack.connections.queries import StoredConnection
from fittrack.connections.rules import SyncStatus, read_cursor
from protocol.shapes import instant


def shown(connection: StoredConnection, service: str, *, off: str | None = None) -> schemas.Connection:
    """A connection. `off` says in a sentence that its provider is switched off."""
    due, status, error = connection.next_due_at, connection.sync_status, connection.sync_error
    if status == SyncStatus.RECONNECT:
        due = None
    elif off is not None:
        due, status, error = None, SyncStatus.DELAYED, off
    if due is not None:  # what goes before others is due since long
        due = max(due, connection.last_sync_at or connection.created_at)
    return schemas.Connection(
        connection_id=connection.connection_id,
        provider=connection.provider,
        service=service,
        is_primary=connection.is_primary,
        sync_status=cast(schemas.SyncStatus, status),
        sync_error=error,
        last_sync_at=None if connection.last_sync_at is None else instant(connection.last_sync_at),
        next_sync_at=None if due is None else instant(due),
        anchor=read_cursor(connection.sync_cursor).anchor,
        created_at=instant(connection.created_at),
    )

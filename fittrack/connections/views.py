"""Connections as their players see them."""

from typing import cast

from fittrack.connections import schemas
from fittrack.connections.queries import Known
from fittrack.connections.rules import SyncStatus, read_cursor
from protocol.shapes import instant


def shown(known: Known, service: str, *, off: str | None = None) -> schemas.Connection:
    """A connection. `off` says in a sentence that its provider is switched off."""
    due, status, error = known.next_due_at, known.sync_status, known.sync_error
    if status == SyncStatus.RECONNECT:
        due = None
    elif off is not None:
        due, status, error = None, SyncStatus.DELAYED, off
    if due is not None:  # what goes before others is due since long
        due = max(due, known.last_sync_at or known.created_at)
    return schemas.Connection(
        connection_id=known.connection_id,
        provider=known.provider,
        service=service,
        is_primary=known.is_primary,
        sync_status=cast(schemas.SyncStatus, status),
        sync_error=error,
        last_sync_at=None if known.last_sync_at is None else instant(known.last_sync_at),
        next_sync_at=None if due is None else instant(due),
        anchor=read_cursor(known.sync_cursor).anchor,
        created_at=instant(known.created_at),
    )

"""Connections as their players see them."""

from typing import cast

from fittrack.connections import schemas
from fittrack.connections.queries import Known
from fittrack.connections.rules import SyncStatus, read_cursor
from protocol.shapes import instant


def shown(known: Known, service: str) -> schemas.Connection:
    """A connection."""
    due = None if known.sync_status == SyncStatus.RECONNECT else known.next_due_at
    return schemas.Connection(
        connection_id=known.connection_id,
        provider=known.provider,
        service=service,
        is_primary=known.is_primary,
        sync_status=cast(schemas.SyncStatus, known.sync_status),
        sync_error=known.sync_error,
        last_sync_at=None if known.last_sync_at is None else instant(known.last_sync_at),
        next_sync_at=None if due is None else instant(due),
        anchor=read_cursor(known.sync_cursor).anchor,
        created_at=instant(known.created_at),
    )

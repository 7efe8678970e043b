"""SQL of the server's own table: answers kept under idempotency keys."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, insert, select

from fittrack.db.tables.operations import idempotency
from fittrack.server.idempotency import Kept

KEPT_FOR: Final = timedelta(days=7)  # SPEC 10


def find_kept(conn: Connection, scope_id: UUID, key: UUID) -> tuple[bytes, Kept] | None:
    """The request hash and the answer kept under `key`, if there are any."""
    columns = idempotency.c
    row = conn.execute(
        select(columns.request_hash, columns.status_code, columns.answer).where(
            columns.scope_id == scope_id, columns.idem_key == key
        )
    ).one_or_none()
    return None if row is None else (row[0], Kept(row[1], row[2], replayed=True))


def keep(
    conn: Connection, scope_id: UUID, key: UUID, *, request_hash: bytes, kept: Kept, now: datetime
) -> None:
    """Keep an answer under `key`."""
    conn.execute(
        insert(idempotency).values(
            scope_id=scope_id,
            idem_key=key,
            request_hash=request_hash,
            status_code=kept.status,
            answer=kept.body,
            created_at=now,
        )
    )

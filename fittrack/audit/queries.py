"""Reading the audit log."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from fittrack.audit.chain import Facts, Head
from fittrack.audit.schemas import Position, Record
from fittrack.audit.verification import SealedRow, Waiting
from fittrack.db.clauses import matching
from fittrack.db.tables.accounts import users
from fittrack.db.tables.operations import audit_log
from protocol.shapes import instant

ROWS_AT_ONCE: Final = 1_000
"""Sealed rows in memory while the chain is read: with their states, some megabytes."""

_FACTS: Final = (
    audit_log.c.audit_id,
    audit_log.c.created_at,
    audit_log.c.actor_id,
    audit_log.c.action,
    audit_log.c.subject_type,
    audit_log.c.subject_id,
    audit_log.c.request_id,
    audit_log.c.ip_commit,
    audit_log.c.content_commit,
)
"""In the order of `Facts`."""

_LINK: Final = (audit_log.c.chain_seq, audit_log.c.prev_hash, audit_log.c.row_hash)

_PERSONAL: Final = (
    audit_log.c.ip_salt,
    audit_log.c.ip_address,
    audit_log.c.content_salt,
    audit_log.c.before_state,
    audit_log.c.after_state,
    audit_log.c.reason,
)
"""In the order of `SealedRow`, behind the link."""


class Sought(NamedTuple):
    """What a list of records is narrowed to; `since` is included, `until` is not."""

    actor_id: UUID | None = None
    action: str | None = None
    subject_type: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def head(conn: Connection) -> Head:
    """The end of the chain."""
    found = _last(conn, audit_log.c.chain_seq, audit_log.c.row_hash)
    return Head() if found is None else Head(*found)


def head_with_instant(conn: Connection) -> tuple[Head, datetime | None]:
    """The end of the chain, and when its row was written."""
    found = _last(conn, audit_log.c.chain_seq, audit_log.c.row_hash, audit_log.c.created_at)
    return (Head(), None) if found is None else (Head(found.chain_seq, found.row_hash), found.created_at)


def _last(conn: Connection, *columns: Any) -> "Row[Any] | None":
    sealed = select(*columns).where(audit_log.c.chain_seq.is_not(None))
    return conn.execute(sealed.order_by(audit_log.c.chain_seq.desc()).limit(1)).one_or_none()


def unsealed(conn: Connection, limit: int) -> list[Facts]:
    """Rows that wait to be sealed, the oldest first."""
    waiting = select(*_FACTS).where(audit_log.c.chain_seq.is_(None))
    ordered = waiting.order_by(audit_log.c.created_at, audit_log.c.audit_id).limit(limit)
    return [Facts(*row) for row in conn.execute(ordered)]


def any_unsealed(conn: Connection) -> bool:
    """Whether a row waits to be sealed."""
    waiting = select(audit_log.c.audit_id).where(audit_log.c.chain_seq.is_(None)).limit(1)
    return conn.execute(waiting).first() is not None


def waiting(conn: Connection) -> Waiting:
    """How many rows wait to be sealed, and since when."""
    rows, since = conn.execute(
        select(func.count(), func.min(audit_log.c.created_at)).where(audit_log.c.chain_seq.is_(None))
    ).one()
    return Waiting(rows, since)


def sealed_rows(conn: Connection) -> Iterator[SealedRow]:
    """Every sealed row in the order of the chain, read bit by bit."""
    last = 0
    while True:
        following = select(*_FACTS, *_LINK, *_PERSONAL).where(audit_log.c.chain_seq > last)
        rows = conn.execute(following.order_by(audit_log.c.chain_seq).limit(ROWS_AT_ONCE)).all()
        for row in rows:
            yield SealedRow(Facts(*row[: len(_FACTS)]), *row[len(_FACTS) :])
        if len(rows) < ROWS_AT_ONCE:
            return
        last = rows[-1].chain_seq


def page(
    conn: Connection, sought: Sought, *, after: Position | None, offset: int, limit: int
) -> tuple[list[Record], int]:
    """A page of records, the latest first, by offset or after a position; and how many there are."""
    matching = _matching(sought)
    total = conn.execute(select(func.count()).select_from(audit_log).where(*matching)).scalar_one()
    if after is not None:
        earlier = audit_log.c.created_at < after.created_at
        same = and_(audit_log.c.created_at == after.created_at, audit_log.c.audit_id < after.audit_id)
        matching.append(or_(earlier, same))
    found = (
        _records()
        .where(*matching)
        .order_by(audit_log.c.created_at.desc(), audit_log.c.audit_id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [_record(row) for row in conn.execute(found)], total


def _matching(sought: Sought) -> list[ColumnElement[bool]]:
    wanted = (
        (audit_log.c.actor_id, sought.actor_id),
        (audit_log.c.action, sought.action),
        (audit_log.c.subject_type, sought.subject_type),
        (audit_log.c.subject_id, sought.subject_id),
    )
    return matching(wanted, at=audit_log.c.created_at, since=sought.since, until=sought.until)


def _records() -> Select[Any]:
    return select(audit_log, users.c.email.label("actor_email")).outerjoin(
        users, users.c.user_id == audit_log.c.actor_id
    )


def _record(row: "Row[Any]") -> Record:
    return Record(
        audit_id=row.audit_id,
        created_at=instant(row.created_at),
        actor_id=row.actor_id,
        actor_email=row.actor_email,
        action=row.action,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        before=None if row.before_state is None else msgspec.json.decode(row.before_state),
        after=None if row.after_state is None else msgspec.json.decode(row.after_state),
        reason=row.reason,
        request_id=row.request_id,
        address=row.ip_address,
        content_erased=row.content_commit is not None and row.content_salt is None,
        address_erased=row.ip_commit is not None and row.ip_salt is None,
        chain_seq=row.chain_seq,
        row_hash=None if row.row_hash is None else row.row_hash.hex(),
    )

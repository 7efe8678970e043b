"""Writing the audit log: recording outside of actors' units, sealing, erasing what is personal."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, update

from fittrack.audit import queries
from fittrack.audit.action import Action
from fittrack.audit.chain import Head, follow
from fittrack.audit.recording import audit_row
from fittrack.db.tables.operations import audit_log
from fittrack.kit.origin import Origin

SEALED_AT_ONCE_MAX: Final = 200
"""Rows sealed in one transaction: some milliseconds of the writer's time."""

_SEAL: Final = (
    update(audit_log)
    .where(audit_log.c.audit_id == bindparam("sealed_id"), audit_log.c.chain_seq.is_(None))
    .values(chain_seq=bindparam("new_seq"), prev_hash=bindparam("new_prev"), row_hash=bindparam("new_link"))
)


class SealedElsewhere(Exception):  # noqa: N818 - it is a fact about the rows
    """Another sealer was quicker: nothing was stored."""


class Sealed(NamedTuple):
    """How many rows were sealed, and the head since."""

    rows: int
    head: Head


def record(conn: Connection, action: Action, origin: Origin, now: datetime) -> None:
    """Record `action` in the transaction under way."""
    table, values = audit_row(action, origin, now)
    columns = (column.name for column in table.columns)
    conn.execute(insert(table).values(dict(zip(columns, values, strict=True))))


def seal(conn: Connection, limit: int = SEALED_AT_ONCE_MAX) -> Sealed:
    """Seal up to `limit` of the rows that wait, in the order of their instants, behind the head.

    Another sealer cannot take the same place: `chain_seq` is unique, and only a row without one is sealed.
    Raises `SealedElsewhere`, or IntegrityError from the database, when one was quicker.
    """
    head = queries.head(conn)
    links: list[dict[str, object]] = []
    for facts in queries.unsealed(conn, limit):
        following = follow(head, facts)
        links.append(
            {
                "sealed_id": facts.audit_id,
                "new_seq": following.seq,
                "new_prev": head.link,
                "new_link": following.link,
            }
        )
        head = following
    if links and conn.execute(_SEAL, links).rowcount != len(links):
        raise SealedElsewhere
    return Sealed(len(links), head)


def erase_addresses(conn: Connection, before: datetime) -> int:
    """Erase the addresses of what was recorded before `before`; returns how many."""
    statement = (
        update(audit_log)
        .where(audit_log.c.created_at < before, audit_log.c.ip_salt.is_not(None))
        .values(ip_address=None, ip_salt=None)
    )
    return conn.execute(statement).rowcount


def erase_subject(conn: Connection, subject_type: str, subject_id: UUID | str) -> int:
    """Erase states and reasons of all that was done to a subject, e.g. a user; returns how many rows."""
    statement = (
        update(audit_log)
        .where(
            audit_log.c.subject_type == subject_type,
            audit_log.c.subject_id == str(subject_id),
            audit_log.c.content_salt.is_not(None),
        )
        .values(before_state=None, after_state=None, reason=None, content_salt=None)
    )
    return conn.execute(statement).rowcount

"""Writing the audit log: recording outside of actors' units, and sealing."""

from datetime import datetime
from typing import Final, NamedTuple

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

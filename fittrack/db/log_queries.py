"""Reading either log: its head, the keys it remembers, the answer that was given under one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Connection, Table, select, update

from fittrack.db.journal import Head
from fittrack.db.tables.logs import user_log

KEY_LIFETIME = timedelta(days=7)
"""How long a key keeps its answer (PROTOCOL, Commands); the row stays, key and answer are erased."""


class GivenAnswer(NamedTuple):
    """What a unit answered, as stored: `kind` tells answers from refusals."""

    kind: str
    request_hash: bytes | None
    answer: bytes | None
    created_at: datetime


def head(conn: Connection, log: Table, entity_id: UUID) -> Head:
    """The last unit of a log; an empty head when there is none."""
    row = conn.execute(
        select(log.c.rev, log.c.unit_id).where(_owner(log) == entity_id).order_by(log.c.rev.desc()).limit(1)
    ).one_or_none()
    return Head() if row is None else Head(row.rev, row.unit_id)


def probe(conn: Connection) -> None:
    """Whether the database answers, and has its tables."""
    conn.execute(select(user_log.c.rev).limit(1))


def recent_keys(conn: Connection, log: Table, entity_id: UUID, since: datetime) -> dict[UUID, int]:
    """The keys used since that instant, with the `rev` of their unit.

    The log is read backwards until it is older: its length does not matter.
    """
    oldest = conn.execute(
        select(log.c.rev)
        .where(_owner(log) == entity_id, log.c.created_at < since)
        .order_by(log.c.rev.desc())
        .limit(1)
    ).scalar_one_or_none()
    rows = conn.execute(
        select(log.c.idem_key, log.c.rev).where(
            _owner(log) == entity_id, log.c.rev > (oldest or 0), log.c.idem_key.is_not(None)
        )
    )
    return {key: rev for key, rev in rows if key is not None}


def answer_at(conn: Connection, log: Table, entity_id: UUID, rev: int) -> GivenAnswer:
    """The answer of the unit at `rev`."""
    row = conn.execute(
        select(log.c.kind, log.c.request_hash, log.c.answer, log.c.created_at).where(
            _owner(log) == entity_id, log.c.rev == rev
        )
    ).one()
    return GivenAnswer(row.kind, row.request_hash, row.answer, row.created_at)


def next_owners(conn: Connection, owners: Column[Any], after: UUID | None, limit: int) -> list[UUID]:
    """The ids that follow `after` in a table of owners of logs, in order."""
    statement = select(owners).order_by(owners).limit(limit)
    if after is not None:
        statement = statement.where(owners > after)
    return list(conn.execute(statement).scalars())


def forget_keys(conn: Connection, log: Table, owners: Sequence[UUID], before: datetime) -> None:
    """Erase keys and answers of units older than `before`; the rows stay."""
    conn.execute(
        update(log)
        .where(_owner(log).in_(owners), log.c.created_at < before, log.c.idem_key.is_not(None))
        .values(idem_key=None, request_hash=None, answer=None)
    )


def _owner(log: Table) -> Column[UUID]:
    owner: Column[UUID] = next(iter(log.primary_key.columns))
    return owner

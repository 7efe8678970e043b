"""Reading either log: its head, the keys it remembers, the answer that was given under one."""

from datetime import datetime, timedelta
from functools import cache
from itertools import takewhile
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    bindparam,
    case,
    func,
    select,
    update,
)

from fittrack.db.journal import Head
from fittrack.db.tables.logs import user_log

KEY_LIFETIME = timedelta(days=7)
"""How long a key keeps its answer (PROTOCOL, Commands); the row stays, key and answer are erased."""


FORGOTTEN: Final = {"idem_key": None, "request_hash": None, "answer": None}
"""The columns of a unit whose key is no longer kept."""


class OldUnits(NamedTuple):
    """Units of players that follow each other by their ids."""

    last: UUID
    keyed: bool
    """Whether any has a key."""


class GivenAnswer(NamedTuple):
    """What a unit answered, as stored: `kind` tells answers from refusals."""

    kind: str
    request_hash: bytes | None
    answer: bytes | None
    created_at: datetime


def head(conn: Connection, log: Table, entity_id: UUID) -> Head:
    """The last unit of a log; an empty head when there is none."""
    row = conn.execute(_head_of(log), {"owner": entity_id}).one_or_none()
    return Head() if row is None else Head(row.rev, row.unit_id)


def probe(conn: Connection) -> None:
    """Whether the database answers, and has its tables."""
    conn.execute(select(user_log.c.rev).limit(1))


def recent_keys(conn: Connection, log: Table, entity_id: UUID, since: datetime) -> dict[UUID, int]:
    """The keys used since that instant, with the `rev` of their unit.

    The log is read backwards until it is older: its length does not matter.
    """
    rows = conn.execute(_keys_of(log), {"owner": entity_id, "since": since})
    return {row.idem_key: row.rev for row in rows}


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


def old_units(conn: Connection, after: UUID, before: datetime, limit: int) -> OldUnits | None:
    """The players' units that follow the id `after`, as far as they are older than `before`; None: none are.

    Ids grow with time, so that nobody reads again what was read before.
    """
    unit = user_log.c
    rows = conn.execute(
        select(unit.unit_id, unit.created_at, case((unit.idem_key.is_not(None), 1), else_=0).label("keyed"))
        .where(unit.unit_id > after)
        .order_by(unit.unit_id)
        .limit(limit)
    ).all()
    old = list(takewhile(lambda row: row.created_at < before, rows))
    return OldUnits(old[-1].unit_id, any(row.keyed for row in old)) if old else None


def forget_keys(conn: Connection, after: UUID, up_to: UUID) -> None:
    """Erase keys and answers of the players' units from one id to another; the rows stay."""
    unit = user_log.c
    these = (unit.unit_id > after, unit.unit_id <= up_to, unit.idem_key.is_not(None))
    conn.execute(update(user_log).where(*these).values(FORGOTTEN))


@cache
def _head_of(log: Table) -> Select[Any]:
    return (
        select(log.c.rev, log.c.unit_id)
        .where(_owner(log) == bindparam("owner"))
        .order_by(log.c.rev.desc())
        .limit(1)
    )


@cache
def _keys_of(log: Table) -> Select[Any]:
    older = log.alias("older")
    last_older = (
        select(older.c.rev)
        .where(_owner(older) == bindparam("owner"), older.c.created_at < bindparam("since"))
        .order_by(older.c.rev.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(log.c.idem_key, log.c.rev).where(
        _owner(log) == bindparam("owner"),
        log.c.rev > func.coalesce(last_older, 0),
        log.c.idem_key.is_not(None),
    )


def _owner(log: FromClause) -> ColumnElement[UUID]:
    owner: ColumnElement[UUID] = next(iter(log.primary_key))
    return owner

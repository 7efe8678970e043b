"""Reading and writing second factors. What must happen once is decided by a key or a count of rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from fittrack.db.row_queries import insert_unless_there, put
from fittrack.db.tables.sessions import mfa_recovery_codes as recovery
from fittrack.db.tables.sessions import mfa_secrets as factors
from fittrack.db.tables.sessions import mfa_used_codes as used
from fittrack.kit.ids import UserId


class Factor(NamedTuple):
    """An account's second factor. `sealed_secret` is in force since `confirmed_at`; `sealed_candidate` was
    enrolled at `updated_at` and waits for its first code. All are empty for who never enrolled.
    """

    sealed_secret: bytes | None = None
    sealed_candidate: bytes | None = None
    confirmed_at: datetime | None = None
    updated_at: datetime | None = None


def find(conn: Connection, user_id: UserId) -> Factor:
    """The account's second factor."""
    row = conn.execute(
        select(*(factors.c[name] for name in Factor._fields)).where(factors.c.user_id == user_id)
    ).one_or_none()
    return Factor() if row is None else Factor(*row)


def keep_candidate(conn: Connection, user_id: UserId, sealed: bytes, now: datetime) -> None:
    """A secret waits for its first code, in the place of any other that did."""
    put(conn, factors, {"user_id": user_id}, {"sealed_candidate": sealed, "updated_at": now})


def put_in_force(conn: Connection, user_id: UserId, enrolled_at: datetime, now: datetime) -> bool:
    """The secret that was enrolled then replaces the former one. False: it no longer waits."""
    waiting = (
        factors.c.user_id == user_id,
        factors.c.updated_at == enrolled_at,
        factors.c.sealed_candidate.is_not(None),
    )
    confirmed = {"sealed_secret": factors.c.sealed_candidate, "sealed_candidate": None, "confirmed_at": now}
    if not conn.execute(update(factors).where(*waiting).values(confirmed)).rowcount:
        return False
    conn.execute(delete(used).where(used.c.user_id == user_id))  # they were codes of the former secret
    return True


def use_step(conn: Connection, user_id: UserId, step: int, now: datetime) -> bool:
    """The code of that step is used up. False: it was already, here or on another node."""
    conn.execute(delete(used).where(used.c.user_id == user_id, used.c.time_step < step - STEPS_KEPT))
    return insert_unless_there(conn, used, {"user_id": user_id, "time_step": step, "used_at": now})


STEPS_KEPT = 20
"""Ten minutes of codes: far more than are ever taken, should a node's clock be behind."""


def use_recovery_code(conn: Connection, user_id: UserId, code_hash: bytes, now: datetime) -> bool:
    """The recovery code is used up. False: there is no such one left."""
    unused = (
        recovery.c.user_id == user_id,
        recovery.c.code_hash == code_hash,
        recovery.c.used_at.is_(None),
    )
    return conn.execute(update(recovery).where(*unused).values(used_at=now)).rowcount == 1


def replace_recovery_codes(
    conn: Connection, user_id: UserId, code_hashes: Iterable[bytes], now: datetime
) -> None:
    """These recovery codes work from now on, and none of the former."""
    conn.execute(delete(recovery).where(recovery.c.user_id == user_id))
    conn.execute(
        insert(recovery),
        [{"user_id": user_id, "code_hash": each, "used_at": None, "created_at": now} for each in code_hashes],
    )


def recovery_codes_left(conn: Connection, user_id: UserId) -> int:
    """How many recovery codes were not used yet."""
    unused = select(func.count()).where(recovery.c.user_id == user_id, recovery.c.used_at.is_(None))
    return int(conn.execute(unused).scalar_one())


def erase(conn: Connection, user_id: UserId) -> None:
    """The account has no second factor any more."""
    for table in (used, recovery, factors):
        conn.execute(delete(table).where(table.c.user_id == user_id))

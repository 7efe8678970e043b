"""What an error of Oracle says by its number: whose fault it is, and whether the database is there at all."""

from typing import Any, Final

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError

_UNAVAILABLE: Final = frozenset(
    {
        "DPY-4005",  # the pool had no connection in time
        "DPY-4011",  # the connection was lost
        "DPY-4024",  # a call took too long and was broken off
        "ORA-00018",  # too many sessions
        "ORA-00020",  # too many processes
        "ORA-00028",  # the session was killed
        "ORA-00054",  # a lock was not to be had in time
        "ORA-00060",  # a deadlock
        "ORA-00257",  # the archiver is stuck
        "ORA-01013",  # a call was broken off
        "ORA-01536",  # no quota
        "ORA-01555",  # a snapshot is too old
        "ORA-01631",  # no space of one kind or another: up to 1691, and 30036
        "ORA-01652",
        "ORA-01653",
        "ORA-01654",
        "ORA-01688",
        "ORA-01691",
        "ORA-02391",  # too many sessions of the user
        "ORA-02396",  # idle for too long
        "ORA-02399",  # connected for too long
        "ORA-12801",  # a parallel worker failed
        "ORA-16000",  # read-only
        "ORA-30006",  # a lock was not to be had in time
        "ORA-30036",
    }
)
"""Errors that the driver calls a plain DatabaseError, but that no other statement would fare better with."""

_RAISED_BY_TRIGGERS: Final = range(20_000, 21_000)


def number_of(error: DBAPIError) -> str:
    """The number that the driver gives it: `ORA-01653`, `DPY-4011`; empty for what has none."""
    detail: Any = error.orig.args[0] if error.orig is not None and error.orig.args else None
    number = getattr(detail, "full_code", "")
    return number if isinstance(number, str) else ""


def is_unavailable(error: DBAPIError) -> bool:
    """Whether the database cannot serve anybody now, or not in time; else the statement is at fault."""
    return (
        error.connection_invalidated
        or isinstance(error, OperationalError | InternalError | InterfaceError)
        or number_of(error) in _UNAVAILABLE
    )


def is_refusal(error: DBAPIError) -> bool:
    """Whether a constraint refused it, or a trigger that guards what no constraint can say."""
    prefix, _, number = number_of(error).partition("-")
    return isinstance(error, IntegrityError) or (prefix == "ORA" and int(number) in _RAISED_BY_TRIGGERS)

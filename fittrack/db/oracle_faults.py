"""What an error of Oracle says by its number: whose fault it is, and whether the database is there at all."""

import re
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError

_UNAVAILABLE: Final = frozenset(
    {
        "DPY-4005",  # the pool had no connection in time
        "DPY-4011",  # the connection was lost
        "DPY-4024",  # a call took too long and was broken off
        # Sessions: no further one, or this one was ended.
        "ORA-00018",  # too many sessions
        "ORA-00020",  # too many processes
        "ORA-00028",  # the session was killed
        "ORA-01013",  # a call was broken off
        "ORA-02391",  # too many sessions of the user
        "ORA-02396",  # idle for too long
        "ORA-02399",  # connected for too long
        "ORA-03136",  # not signed in in time
        # Nobody signs in, or not this user: what is asked for is as good as before.
        "ORA-01005",  # no password
        "ORA-01017",  # user or password is wrong
        "ORA-01035",  # open for administrators alone
        "ORA-01045",  # the user may not connect
        "ORA-28000",  # the user is locked
        "ORA-28001",  # the password has expired
        # A database that moves to another machine, is opened, or has become the standby.
        "ORA-01109",  # it is not open
        "ORA-01219",  # it is not open yet
        "ORA-12514",  # the listener does not know the service
        "ORA-12757",  # the instance does not know the service now
        "ORA-16456",  # a switchover is on its way
        # What others hold.
        "ORA-00054",  # a lock was not to be had in time
        "ORA-00060",  # a deadlock
        "ORA-01555",  # a snapshot is too old
        "ORA-04021",  # a definition that somebody changes was not to be had in time
        "ORA-12801",  # a parallel worker failed
        "ORA-30006",  # a lock was not to be had in time
        # No space of one kind or another.
        "ORA-00257",  # the archiver is stuck
        "ORA-01536",  # the quota is used up
        "ORA-01950",  # no quota
        "ORA-12954",  # all of the 12 GB that Free may hold
        "ORA-30036",  # undo
        "ORA-65114",  # all that the pluggable database may hold
        *(f"ORA-{number:05}" for number in (1630, 1631, 1632, *range(1650, 1660), *range(1680, 1694))),
        # No memory.
        "ORA-04030",  # of a process
        "ORA-04031",  # shared by all
        "ORA-04036",  # of all processes together
        # Files that cannot be read or written now.
        "ORA-00376",  # a data file is offline
        "ORA-01114",  # a block could not be written
        "ORA-01115",  # a block could not be read
        "ORA-01578",  # a block is corrupt
        "ORA-16000",  # read-only
        "ORA-28365",  # the keystore of encrypted tablespaces is closed
    }
)
"""Errors that the driver calls a plain DatabaseError, but that no other statement would fare better with.

In the two ranges each number is a segment of one kind or another that cannot be extended."""

_RAISED_BY_TRIGGERS: Final = range(20_000, 21_000)

_VALUES: Final = re.compile(r"\nORA-033\d\d:.*|\nORA-\d+: \(ORA-.*", re.DOTALL)
"""What 23ai adds to an error where ERROR_MESSAGE_DETAILS is on, which it is unless somebody says otherwise:
`ORA-03301: (ORA-00001 details) row with column values (EMAIL:…) already exists`. A value may have lines."""


def number_of(error: DBAPIError) -> str:
    """The number that the driver gives it: `ORA-01653`, `DPY-4011`; empty for what has none."""
    detail: Any = error.orig.args[0] if error.orig is not None and error.orig.args else None
    number = getattr(detail, "full_code", "")
    return number if isinstance(number, str) else ""


def is_deadlock(error: DBAPIError) -> bool:
    """Whether the database chose this transaction to break a circle of those that wait for each other."""
    return number_of(error) == "ORA-00060"


def number_behind(error: BaseException) -> str:
    """The number of what `error` was raised from, as above."""
    return number_of(error.__cause__) if isinstance(error.__cause__, DBAPIError) else ""


def is_unavailable(error: DBAPIError) -> bool:
    """Whether the database cannot serve anybody now, or not in time; else the statement is at fault."""
    return (
        error.connection_invalidated
        or isinstance(error, OperationalError | InternalError | InterfaceError)
        or number_of(error) in _UNAVAILABLE
    )


def leave_out_values(error: DBAPIError) -> None:
    """Take the values of rows out of an error's text: they are people's; errors go to logs and screens."""
    detail: Any = error.orig.args[0] if error.orig is not None and error.orig.args else None
    message = getattr(detail, "message", None)
    if isinstance(message, str):
        detail.message = _VALUES.sub("", message)
    error.args = tuple(_VALUES.sub("", arg) if isinstance(arg, str) else arg for arg in error.args)


def is_refusal(error: DBAPIError) -> bool:
    """Whether a constraint refused it, or a trigger that guards what no constraint can say."""
    prefix, _, number = number_of(error).partition("-")
    return isinstance(error, IntegrityError) or (prefix == "ORA" and int(number) in _RAISED_BY_TRIGGERS)

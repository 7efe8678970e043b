"""What is done a second time, because all that went wrong was that the first was undone."""

from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from fittrack.db import oracle_faults

log = structlog.get_logger(__name__)
T = TypeVar("T")


def once_more(
    attempt: Callable[[], T],
    may_be_repeated: Callable[[Exception], bool],
    undo: Callable[[], None] = lambda: None,
    *,
    what: str,
) -> T:
    """What `attempt` returns, at its second time where the first failed so that it `may_be_repeated`."""
    try:
        return attempt()
    except Exception as error:
        if not may_be_repeated(error):
            raise
        log.warning("a transaction is written again", what=what, error=str(error))
        undo()
    return attempt()


def was_only_undone(error: Exception) -> bool:
    """Whether the transaction is gone with its connection, or was chosen to break a circle."""
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or oracle_faults.is_deadlock(error)
    )


def transaction(engine: Engine, work: Callable[[Connection], T], *, what: str) -> T:
    """`work` in a transaction of its own, twice if need be.

    For work that finds out by itself what is left to do: a connection that is lost at the COMMIT does not say
    whether it was one.
    """

    def attempt() -> T:
        with engine.begin() as connection:
            return work(connection)

    return once_more(attempt, was_only_undone, what=what)

"""Savepoints, named by how deep they stand.

SQLAlchemy numbers those of a connection: on one that stays open each would be a text of its own, parsed by
the database and kept in the driver's cache of statements, from which it drives what is used again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import InvalidRequestError

_DEPTH: Final = "fittrack_savepoints"
"""Where a connection keeps how many savepoints are open."""


@contextmanager
def savepoint(conn: Connection) -> Iterator[Callable[[], None]]:
    """What fails within, for whatever reason, undoes no more than itself; so does a call of what is given.

    Raises InvalidRequestError for what ends the transaction within.
    """
    kept = conn.info
    outside = kept.get(_DEPTH, 0)
    name = f"depth_{outside + 1}"
    conn.dialect.do_savepoint(conn, name)
    transaction = conn.get_transaction()

    def undo() -> None:
        conn.dialect.do_rollback_to_savepoint(conn, name)

    kept[_DEPTH] = outside + 1
    try:
        yield undo
    except BaseException:
        if conn.get_transaction() is transaction and not conn.invalidated:
            undo()
            conn.dialect.do_release_savepoint(conn, name)
        raise
    finally:
        kept[_DEPTH] = outside
    if conn.get_transaction() is not transaction:
        raise InvalidRequestError("the transaction was ended under a savepoint of it")
    conn.dialect.do_release_savepoint(conn, name)

"""Statements that Oracle commits one by one: where one fails, those before it are done."""

from collections.abc import Iterable

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from fittrack.db.half_done import MigrationError, reason_of, shown


def run(connection: Connection, steps: Iterable[tuple[str, str]], *, how_to_go_on: str) -> list[str]:
    """Run each statement behind its name; returns the names.

    Raises `MigrationError`, which says what failed and what was done.
    """
    done: list[str] = []
    for name, statement in steps:
        try:
            connection.exec_driver_sql(statement)
        except DBAPIError as error:
            before = f"Done before it: {', '.join(done)}." if done else "Nothing was done before it."
            raise MigrationError(
                f"{name}: it failed at “{shown(statement)}”: {reason_of(error)}. {before} {how_to_go_on}"
            ) from error
        done.append(name)
    return done

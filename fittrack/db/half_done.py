"""Revisions that began and did not end, as can be on Oracle, which commits each statement that defines."""

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from fittrack.db import revisions

STATEMENT_SHOWN_MAX: Final = 100
"""Characters of a statement: enough to find it in the script."""

_TABLE: Final = re.compile(r"^CREATE TABLE (\w+)", re.MULTILINE)
_OF_ALEMBIC: Final = "alembic_version"


def is_begun(connection: Connection, revision: str) -> bool:
    """Whether tables of `revision`, which the schema is not at, are there all the same."""
    former = revisions.before(revision)
    made = _tables(former, revision) - {_OF_ALEMBIC}
    if former is not None:
        made -= _tables(None, former)
    return any(map(inspect(connection).has_table, sorted(made)))


def sentence(revision: str) -> str:
    """What is to be said of one that `is_begun`."""
    return f"Revision {revision} is half done: some of its tables are there."


def remedy(revision: str) -> str:
    """How the rest of it is done."""
    former = revisions.before(revision)
    written_by = "fittrack migrate --sql" + (f" --from {former}" if former else "")
    return (
        f"Run the rest by hand, as the owner: in what `{written_by}` writes, from the first statement that "
        "is not done yet. Or drop what the schema holds, where nothing is of value, and migrate anew."
    )


def failure(revision: str, done: Sequence[str], error: DBAPIError) -> str:
    """What to say when `revision` failed, after those that are `done`."""
    statement = " ".join((error.statement or "").split())
    if len(statement) > STATEMENT_SHOWN_MAX:
        statement = statement[:STATEMENT_SHOWN_MAX] + "…"
    applied = f"Applied before it: {', '.join(done)}." if done else "Nothing was applied before it."
    reason = str(error.orig).splitlines()[0]
    return (
        f"revision {revision} failed at “{statement}”: {reason}. {applied} What stands before that statement "
        f"in the revision is done: Oracle commits each. Mend the cause first. {remedy(revision)}"
    )


def _tables(start: str | None, end: str) -> set[str]:
    return set(_TABLE.findall(revisions.sql("oracle", start, end)))

"""Revisions that began and did not end, as can be on Oracle, which commits each statement that defines."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from fittrack.db import oracle_faults, revisions, schema_parts

STATEMENT_SHOWN_MAX: Final = 100
"""Characters of a statement: enough to find it in the script."""

_DROPPED: Final = re.compile(r"^DROP TABLE (\w+)", re.MULTILINE)

_LOCKED: Final = (
    "others changed rows of the table and did not commit in time; a DBA finds the session that stands still "
    "by V$LOCKED_OBJECT, and ends it"
)

SHOWN_MAX: Final = 3
"""Names in a sentence: enough to see which revision it is."""


class MigrationError(Exception):
    """A statement failed on Oracle: which, what was done before it, and how to go on."""


class Begun(NamedTuple):
    """A revision that began and did not end: what of it is done, and what is left to do."""

    revision: str
    done: list[str]
    left: list[str]

    @property
    def sentence(self) -> str:
        """What is to be said of it."""
        left = f"; to be done: {some(self.left)}" if self.left else ", and not written down"
        return f"Revision {self.revision} is half done. Done: {some(self.done)}{left}."


def begun(connection: Connection, revision: str) -> Begun | None:
    """What there is of `revision`, although the schema is not at it; None: nothing."""
    former = revisions.before(revision)
    before, after, now = schema_parts.at(former), schema_parts.at(revision), schema_parts.live(connection)
    made, unmade = after.names - before.names, before.names - after.names
    # A table that is made anew has the same columns before and after, and none in between.
    gone = set(_DROPPED.findall(revisions.sql("oracle", former, revision))) - now.tables
    undone, kept = before.told(unmade - now.names, after), before.told(unmade & now.names, after)
    done = after.told(made & now.names, before) | _without(_beside(gone, undone) | gone)
    left = _beside(gone, after.told(made - now.names, before)) | _without(kept) | (gone & after.tables)
    if not done:
        return None
    return Begun(revision, sorted(done, key=_tables_first), sorted(left - done, key=_tables_first))


def _tables_first(name: str) -> tuple[bool, bool, str]:
    """Whoever reads a few names knows most by tables, then by columns."""
    return "index " in name, "." in name, name


def _beside(tables: set[str], names: set[str]) -> set[str]:
    """Those of `names` that are no columns of `tables`, which are told of whole."""
    return {name for name in names if name.partition(".")[0] not in tables}


def _without(names: set[str]) -> set[str]:
    return {f"without {name}" for name in names}


def some(names: Sequence[str]) -> str:
    """The first few of some names, and how many more."""
    more = len(names) - SHOWN_MAX
    return ", ".join(names[:SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")


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
    statement = shown(error.statement or "")
    applied = f"Applied before it: {', '.join(done)}." if done else "Nothing was applied before it."
    return (
        f"revision {revision} failed at “{statement}”: {reason_of(error)}. {applied} What stands before that "
        "statement in the revision is done: Oracle commits each; so is the statement itself, if a former run "
        f"did it (“already exists”, “does not exist”). Mend the cause first. {remedy(revision)}"
    )


def uncompiled(found: Sequence[str]) -> str:
    """What to say of triggers and views that are there and do not compile."""
    return f"It was made, and does not compile: {some(found)}. Whatever uses it fails (ORA-04098)."


def reason_of(error: DBAPIError) -> str:
    """What the driver says, on one line, and what it means where its words do not tell."""
    said = str(error.orig).splitlines()[0]
    return f"{said} ({_LOCKED})" if oracle_faults.number_of(error) == "ORA-00054" else said


def shown(statement: str) -> str:
    """The beginning of a statement, on one line."""
    text = " ".join(statement.split())
    return text if len(text) <= STATEMENT_SHOWN_MAX else text[:STATEMENT_SHOWN_MAX] + "…"

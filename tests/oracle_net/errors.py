"""Errors as Oracle numbers them, and which of them SQLite's are."""

import re
from collections.abc import Callable

import apsw

BUSY = 54
"""ORA-00054: resource busy and acquire with NOWAIT specified or timeout expired."""
NO_DATA_FOUND = 1403
"""Not a failure: the end of a fetch."""
READ_ONLY = 1456
PERSONAL = "what is\nsomebody's own"
"""In place of a value that was there already: 23ai tells it where ERROR_MESSAGE_DETAILS is on."""
CANCELLED = 1013
LENGTH_CHECK, NUMBER_CHECK = "~LENGTH", "~NUMBER"
"""How the checks begin that stand for a column's type."""


class OraError(Exception):
    """What the client is told. `position`: the offset in the statement."""

    def __init__(self, code: int, text: str, position: int = 0) -> None:
        super().__init__(f"ORA-{code:05d}: {text}")
        self.code, self.position = code, position


NamedBy = Callable[[str, tuple[str, ...]], str]
"""The name of the unique constraint on columns of a table."""


def oracle_error(
    error: apsw.Error, *, owner: str, updates: bool, deletes: bool, named_by: NamedBy
) -> OraError:
    """The error of Oracle that says what SQLite's says. `updates`, `deletes`: what the statement did."""
    text = str(error)
    constraint = _of_constraint(text, owner, updates=updates, deletes=deletes, named_by=named_by)
    if constraint is not None:
        return constraint
    if found := re.search(r"ORA-(\d+) (.*)", text):  # a trigger's own
        return OraError(int(found[1]), found[2])
    if found := re.search(r"no such table: (?:main\.)?\"?([\w~]+)", text):
        return OraError(942, f'table or view "{owner}"."{found[1]}" does not exist')
    if found := re.search(r"no such column: \"?([^\s\"]+)|has no column named (\S+)", text):
        return OraError(904, f'"{found[1] or found[2]}": invalid identifier')
    if found := re.search(r"no such function: (\S+)", text):
        return OraError(904, f'"{found[1]}": invalid identifier')
    if found := re.search(r"no such trigger: (\S+)", text):
        return OraError(4080, f"trigger '{found[1]}' does not exist")
    if "already exists" in text:
        return OraError(955, "name is already used by an existing object")
    if isinstance(error, apsw.BusyError):
        return OraError(BUSY, "resource busy and acquire with NOWAIT specified or timeout expired")
    if isinstance(error, apsw.InterruptError):
        return OraError(CANCELLED, "User requested cancel of current operation.")
    if isinstance(error, apsw.FullError):
        return OraError(1653, f"unable to extend table {owner}")
    return OraError(900, f"invalid SQL statement: {text}")


def _of_constraint(
    text: str, owner: str, *, updates: bool, deletes: bool, named_by: NamedBy
) -> OraError | None:
    if found := re.search(r"(?:UNIQUE|PRIMARY KEY) constraint failed: (.*)", text):
        columns = [column.rpartition(".")[2] for column in found[1].split(", ")]
        table = found[1].split(".")[0]
        name = named_by(table, tuple(columns))
        return OraError(
            1,
            f"unique constraint ({owner}.{name}) violated on table {owner}.{table}"
            f" columns ({', '.join(columns)})"
            "\nORA-03301: (ORA-00001 details) row with column values"
            f" ({columns[0]}:{PERSONAL}) already exists",
        )
    if found := re.search(r"NOT NULL constraint failed: (\w+)\.(\w+)", text):
        column = f'("{owner}"."{found[1]}"."{found[2]}")'
        if updates:
            return OraError(1407, f"cannot update {column} to NULL")
        return OraError(1400, f"cannot insert NULL into {column}")
    if found := re.search(r"CHECK constraint failed: (\S+)", text):
        return _of_check(found[1], owner)
    if "FOREIGN KEY constraint failed" in text:
        # SQLite does not say which: Oracle would.
        code, what = (2292, "child record found") if deletes else (2291, "parent key not found")
        return OraError(code, f"integrity constraint ({owner}.FOREIGN_KEY) violated - {what}")
    return None


def _of_check(name: str, owner: str) -> OraError:
    if name.startswith(LENGTH_CHECK):
        _, _, table, column = name.split("~")
        return OraError(12899, f'value too large for column "{owner}"."{table}"."{column}"')
    if name.startswith(NUMBER_CHECK):
        return OraError(1438, "value larger than specified precision allowed for this column")
    return OraError(2290, f"check constraint ({owner}.{name}) violated")

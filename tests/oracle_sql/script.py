"""A script of DDL as a whole: what is there at its end, and what its statements make of each other."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.oracle_sql import ddl
from tests.oracle_sql.statement import Statement

KEY_BYTES_MAX = 6_398
"""An index's key in blocks of 8 KiB (ORA-01450)."""

_DIRECTIVE = re.compile(
    r"^(WHENEVER|SET (DEFINE|SQLBLANKLINES)|ALTER SESSION|PROMPT|REM|--).*$", re.MULTILINE
)
_SIZES = {"TIMESTAMP": 11, "DATE": 7, "INTEGER": 22, "NUMBER": 22, "BINARY_DOUBLE": 8}
_LARGE = frozenset({"BLOB", "CLOB", "JSON"})


def statements_in(script: str) -> list[str]:
    """What stands between the lines with a slash; directives of SQL*Plus are none."""
    return [
        text
        for part in re.split(r"^/$", script, flags=re.MULTILINE)
        if (text := _DIRECTIVE.sub("", part).strip())
    ]


@dataclass
class Made:
    """What a script leaves behind: names, and the columns of tables with their sizes in bytes."""

    tables: dict[str, dict[str, int | None]] = field(default_factory=dict)
    constraints: dict[str, str] = field(default_factory=dict)
    indexes: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def run(statements: Iterable[str]) -> Made:
    """Follow a script of CREATE, ALTER and DROP for tables and indexes."""
    made = Made()
    for sql in statements:
        _step(Statement(sql), made)
    return made


def _step(s: Statement, made: Made) -> None:
    if ddl.is_table(s):
        table = s.word(s.words.index("(") - 1).lower()
        made.tables[table] = {s.word(start).lower(): _bytes(s, start) for start, _ in ddl.columns(s)}
        _constraints(s, table, made)
    elif s.word(0) == "ALTER" and s.word(1) == "TABLE":
        _alter(s, s.word(2).lower(), made)
    elif s.word(0) == "CREATE" and "INDEX" in s.words[1:3]:
        at = s.words.index("INDEX")
        columns = tuple(" ".join(s.words[a:b]).lower() for a, b in s.parts(s.words.index("(")))
        _index(s.word(at + 1).lower(), s.word(at + 3).lower(), columns, made)
    elif s.words[:2] == ["DROP", "TABLE"]:
        _drop_table(s.word(2).lower(), made)
    elif s.words[:2] == ["DROP", "INDEX"] and made.indexes.pop(s.word(2).lower(), None) is None:
        made.faults.append(f"there is no index {s.word(2).lower()} to drop (ORA-01418)")


def _alter(s: Statement, table: str, made: Made) -> None:
    if table not in made.tables:
        made.faults.append(f"there is no table {table} to alter (ORA-00942)")
        return
    for start, _ in ddl.columns(s):
        if s.word(3) == "ADD":
            made.tables[table][s.word(start).lower()] = _bytes(s, start)
    if s.words[3:5] == ["DROP", "COLUMN"]:
        made.tables[table].pop(s.word(5).lower(), None)
    if s.words[3:5] == ["DROP", "CONSTRAINT"]:
        name = s.word(5).lower()
        if made.constraints.pop(name, None) is None:
            made.faults.append(f"there is no constraint {name} to drop (ORA-02443)")
        made.indexes.pop(name, None)
    if s.word(3) == "ADD":
        _constraints(s, table, made)


def _constraints(s: Statement, table: str, made: Made) -> None:
    for at in s.places("CONSTRAINT"):
        name = s.word(at + 1).lower()
        if s.words[max(0, at - 1) : at] == ["DROP"]:
            continue
        if name in made.constraints:
            made.faults.append(f"the constraint {name} exists already (ORA-02264)")
        made.constraints[name] = table
        if s.word(at + 2) in ("PRIMARY", "UNIQUE"):
            opening = s.words.index("(", at)
            _index(name, table, tuple(s.word(a).lower() for a, _ in s.parts(opening)), made)


def _index(name: str, table: str, columns: tuple[str, ...], made: Made) -> None:
    if (table, columns) in made.indexes.values():
        made.faults.append(f"{name}: {table} ({', '.join(columns)}) is indexed already (ORA-01408)")
    made.indexes[name] = (table, columns)
    sizes = made.tables.get(table, {})
    large = [column for column in columns if column in sizes and sizes[column] is None]
    if large:
        made.faults.append(f"{name}: {', '.join(large)} cannot be indexed, being large (ORA-02327)")
    size = sum(sizes.get(column) or 0 for column in columns)
    if size > KEY_BYTES_MAX:
        made.faults.append(f"{name}: a key of {size:,} bytes is longer than {KEY_BYTES_MAX:,} (ORA-01450)")


def _drop_table(table: str, made: Made) -> None:
    if made.tables.pop(table, None) is None:
        made.faults.append(f"there is no table {table} to drop (ORA-00942)")
    made.constraints = {name: of for name, of in made.constraints.items() if of != table}
    made.indexes = {name: held for name, held in made.indexes.items() if held[0] != table}


def _bytes(s: Statement, column: int) -> int | None:
    """How many bytes a value takes at most; None: too many for an index."""
    name = s.word(column + 1)
    if name in _LARGE:
        return None
    if s.word(column + 2) == "(":
        token = s.token(column + 3)
        size = int(token.text) if token and token.text.isdigit() else 22
        return size * ddl.BYTES_OF_A_CHARACTER if s.word(column + 4) == "CHAR" else size
    return _SIZES.get(name, 22)

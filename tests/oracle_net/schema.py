"""A user's tables as Oracle knows them, and as SQLite is told to make them."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.oracle_net.errors import LENGTH_CHECK, NUMBER_CHECK, OraError
from tests.oracle_net.faults import Faults
from tests.oracle_net.messages import Column as Described
from tests.oracle_net.values import Kind
from tests.oracle_net.waiting import Waiting

AFFINITY = {
    Kind.VARCHAR: "TEXT",
    Kind.CHAR: "TEXT",
    Kind.CLOB: "TEXT",
    Kind.RAW: "BLOB",
    Kind.BLOB: "BLOB",
    Kind.DATE: "TEXT",
    Kind.TIMESTAMP: "TEXT",
    Kind.TIMESTAMP_TZ: "TEXT",
    Kind.NUMBER: "NUMERIC",
    Kind.BINARY_DOUBLE: "REAL",
}
_TYPES = {
    "VARCHAR2": Kind.VARCHAR,
    "CHAR": Kind.CHAR,
    "CLOB": Kind.CLOB,
    "RAW": Kind.RAW,
    "BLOB": Kind.BLOB,
    "DATE": Kind.DATE,
    "TIMESTAMP": Kind.TIMESTAMP,
    "NUMBER": Kind.NUMBER,
    "INTEGER": Kind.NUMBER,
    "SMALLINT": Kind.NUMBER,
    "FLOAT": Kind.NUMBER,
    "BINARY_DOUBLE": Kind.BINARY_DOUBLE,
}
_NEEDS_SIZE = ("VARCHAR2", "RAW")
_SIZED = re.compile(r"(\w+)\s*(?:\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?(CHAR|BYTE)?\s*\))?\s*(.*)", re.IGNORECASE)
ANY_SCALE = -127
"""The scale of a NUMBER that was declared without one."""
INTEGER_DIGITS = 38


class ColumnType(NamedTuple):
    """A declared type. `size` counts characters, bytes, or the digits of a NUMBER."""

    kind: Kind
    size: int = 0
    scale: int = 0
    in_bytes: bool = False

    def check(self, column: str) -> tuple[str, str] | None:
        """What SQLite does not check by itself, and how the name of that check begins."""
        if self.kind is Kind.NUMBER:
            digits = self.size - self.scale
            return (NUMBER_CHECK, f'abs("{column}") < 1e{digits}') if 0 < digits < INTEGER_DIGITS else None
        if not self.size:
            return None
        measure = "octet_length" if self.in_bytes else "length"
        return LENGTH_CHECK, f'{measure}("{column}") <= {self.size}'


def column_type(text: str) -> tuple[ColumnType, str]:
    """The type that `text` begins with, and what stands behind it."""
    found = _SIZED.match(text)
    if found is None or found[1].upper() not in _TYPES:
        raise OraError(902, f"invalid datatype in {text!r}")
    name, size, scale, unit, rest = found[1].upper(), int(found[2] or 0), found[3], found[4], found[5]
    kind = _TYPES[name]
    if name in _NEEDS_SIZE and not size:
        raise OraError(906, "missing left parenthesis")
    if kind is Kind.TIMESTAMP:
        if zoned := re.match(r"WITH TIME ZONE\s*", rest, re.IGNORECASE):
            return ColumnType(Kind.TIMESTAMP_TZ), rest[zoned.end() :]
        return ColumnType(kind), rest
    if kind is Kind.NUMBER:
        whole = name in ("INTEGER", "SMALLINT")
        return ColumnType(kind, INTEGER_DIGITS if whole else size, int(scale or 0)), rest
    in_bytes = kind in (Kind.VARCHAR, Kind.CHAR) and (unit or "BYTE").upper() == "BYTE"
    return ColumnType(kind, size, in_bytes=in_bytes), rest


@dataclass
class Column:
    """One column of a table."""

    name: str
    type: ColumnType
    default: str | None = None
    required: bool = False

    def described(self, name: str) -> Described:
        """What a query tells of it, under the name that it has there."""
        kind, size, scale, _ = self.type
        if kind is Kind.NUMBER:
            return Described(name, kind, precision=size, scale=scale if size else ANY_SCALE)
        return Described(name, kind, size)


@dataclass
class Constraint:
    """A constraint with a name. `text` is what SQLite is told; `columns` are those of a key."""

    name: str
    text: str
    columns: tuple[str, ...] = ()
    is_primary: bool = False


@dataclass
class Table:
    """A table; names in capitals, as Oracle keeps them."""

    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, Constraint] = field(default_factory=dict)

    def sqlite(self, name: str) -> str:
        """The statement that makes it in SQLite, under `name`."""
        keys = {column for each in self.constraints.values() if each.is_primary for column in each.columns}
        parts = [self._column(column, required=column.name in keys) for column in self.columns.values()]
        parts += [f'CONSTRAINT "{each.name}" {each.text}' for each in self.constraints.values()]
        return f'CREATE TABLE "{name}" ({", ".join(parts)})'

    def _column(self, column: Column, *, required: bool) -> str:
        text = f'"{column.name}" {AFFINITY[column.type.kind]}'
        if column.required or required:
            text += " NOT NULL"
        if column.default is not None:
            text += f" DEFAULT ({column.default})"
        check = column.type.check(column.name)
        if check is not None:
            text += f' CONSTRAINT "{check[0]}~{self.name}~{column.name}" CHECK ({check[1]})'
        return text


@dataclass
class Schema:
    """All that belongs to a user."""

    user: str
    file: Path
    tables: dict[str, Table] = field(default_factory=dict)
    unique_indexes: dict[str, Constraint] = field(default_factory=dict)
    """By name, with the table's name as their text."""
    faults: Faults = field(default_factory=Faults)
    waiting: Waiting = field(default_factory=Waiting)
    prepared: dict[str, Any] = field(default_factory=dict)
    """Statements as they were translated; by a definition nothing is. Schemas that are alike share it."""

    def become_like(self, other: "Schema") -> None:
        """Have the definitions of a schema of which the file is a copy."""
        self.tables, self.unique_indexes = dict(other.tables), dict(other.unique_indexes)
        self.prepared = other.prepared

    def name_of_unique(self, table: str, columns: tuple[str, ...]) -> str:
        """The constraint or index that makes the columns unique."""
        found = self.tables.get(table)
        of_table = list(found.constraints.values()) if found else []
        of_indexes = [each for each in self.unique_indexes.values() if each.text == table]
        return next((each.name for each in of_table + of_indexes if each.columns == columns), "SYS_C000001")

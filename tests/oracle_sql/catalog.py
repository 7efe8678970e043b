"""The tables and columns that statements may name, and what the columns hold."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tests.oracle_sql.words import words

_WRITTEN: Final = re.compile(
    r"(\w+)\s*(?:\(\s*(\d+)\s*,?\s*(\d+)?[^)]*?(CHAR)?\s*\))?(.*)", re.IGNORECASE | re.DOTALL
)
_KINDS: Final = {
    **dict.fromkeys(words("VARCHAR2 NVARCHAR2 CHAR"), "text"),
    **dict.fromkeys(words("NUMBER INTEGER SMALLINT FLOAT NUMERIC BINARY_DOUBLE BINARY_FLOAT"), "number"),
    **dict.fromkeys(words("DATE TIMESTAMP"), "time"),
    "RAW": "raw",
}
LARGE: Final = frozenset(["CLOB", "BLOB", "JSON"])


class ColumnType(NamedTuple):
    """A type as a table declares it."""

    name: str
    size: int | None = None
    in_characters: bool = False
    with_zone: bool = False
    scale: int | None = None
    """Of a NUMBER: how many of its digits are fractions."""

    @property
    def kind(self) -> str:
        """What compares with each other: text, number, time, raw; a large type is by itself."""
        return _KINDS.get(self.name, self.name)


def column_type(written: str) -> ColumnType:
    """The type that is written so: `VARCHAR2(40 CHAR)`, `TIMESTAMP(6) WITH TIME ZONE`."""
    found = _WRITTEN.match(written)
    assert found is not None, f"{written!r} is no type"
    name, size, scale, characters, rest = found.groups()
    zoned = rest.split()[:3] == ["WITH", "TIME", "ZONE"]
    fractions = int(scale or 0) if name.upper() == "NUMBER" and size else None
    return ColumnType(name.upper(), int(size) if size else None, characters is not None, zoned, fractions)


@dataclass(frozen=True, eq=False)
class Catalog:
    """Names in capitals, as Oracle keeps those that are not quoted."""

    tables: Mapping[str, Mapping[str, ColumnType]]
    keys: Mapping[str, Sequence[frozenset[str]]] = field(default_factory=dict)
    """The columns of each table that together are of one row: of its primary and unique keys."""

    @classmethod
    def of(
        cls, tables: Mapping[str, Mapping[str, str]], keys: Mapping[str, Sequence[Collection[str]]]
    ) -> "Catalog":
        """From names and types as they are written."""
        return cls(
            {
                name.upper(): {column.upper(): column_type(written) for column, written in columns.items()}
                for name, columns in tables.items()
            },
            {
                name.upper(): [frozenset(column.upper() for column in key) for key in held]
                for name, held in keys.items()
            },
        )

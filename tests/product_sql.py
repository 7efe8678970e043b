"""The product's own schema, as the lint of Oracle's SQL wants to know it, and what its user may do there."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint

from fittrack.db.oracle.grants import HISTORY, rights
from fittrack.db.tables import metadata
from tests.oracle_sql import ORACLE, Catalog


def _keys(table: Table) -> Iterator[list[str]]:
    """The columns of a table's primary key, and of all that is unique by columns alone."""
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            yield [column.name for column in constraint.columns]
    for index in table.indexes:
        if index.unique and all(isinstance(each, Column) for each in index.expressions):
            yield [column.name for column in index.columns]


CATALOG: Final = Catalog.of(
    {
        **{
            table.name: {column.name: column.type.compile(dialect=ORACLE) for column in table.columns}
            for table in metadata.sorted_tables
        },
        "alembic_version": {"version_num": "VARCHAR2(32 CHAR)"},
    },
    keys={table.name: [*_keys(table)] for table in metadata.sorted_tables},
)

_CHANGES: Final = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE)\s+(?:INTO\s+|FROM\s+)?(\w+)", re.IGNORECASE)


def beyond_rights(statements: Iterable[str]) -> list[str]:
    """Changes that the application's own user could not make. The schema's history is the owner's."""
    found = set()
    for sql in statements:
        if change := _CHANGES.match(sql):
            verb, table = change[1].upper(), change[2].lower()
            needed = {"INSERT", "UPDATE"} if verb == "MERGE" else {verb}
            if table != HISTORY and (lacking := needed - set(rights(table))):
                found.add(f"{', '.join(sorted(lacking))} on {table} is not granted (ORA-01031)")
    return sorted(found)

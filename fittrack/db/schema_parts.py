"""The columns and indexes of a schema: as they are, and as each revision leaves them."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from alembic import command
from sqlalchemy import Connection, create_engine, text

from fittrack.db import revisions
from fittrack.db.oracle.grants import HISTORY
from fittrack.db.tables import metadata

_LIVE: Final = {
    "sqlite": (
        text(
            'SELECT m.name, c.name, NOT c."notnull" FROM sqlite_master m JOIN pragma_table_info(m.name) c '
            "WHERE m.type = 'table'"
        ),
        text("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"),
    ),
    "oracle": (
        # Those of the tables that the user may look at, whoever owns them.
        text(
            "SELECT table_name, column_name, DECODE(nullable, 'Y', 1, 0) FROM all_tab_columns "
            "WHERE owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')"
        ),
        text("SELECT index_name FROM all_indexes WHERE owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')"),
    ),
}


@dataclass(frozen=True)
class Parts:
    """`table.column` with whether it may be NULL, and the names of indexes."""

    columns: dict[str, bool]
    indexes: frozenset[str]

    @property
    def names(self) -> set[str]:
        """All of them, as they are told of."""
        return {*self.tables, *self.columns, *(f"index {name}" for name in self.indexes)}

    @property
    def tables(self) -> set[str]:
        return {_table_of(column) for column in self.columns}

    def told(self, names: set[str], beside: "Parts") -> set[str]:
        """Some of its `names`; for those of a table that `beside` has not at all, the table's alone."""
        whole = self.tables - beside.tables
        return {_table_of(name) if _table_of(name) in whole else name for name in names}


def _table_of(name: str) -> str:
    return name.partition(".")[0]


def live(connection: Connection) -> Parts:
    """Those that are there, also such as are no part of the product; but for Alembic's own."""
    columns, indexes = (connection.execute(asked) for asked in _LIVE[connection.dialect.name])
    return Parts(
        {
            f"{table}.{column}".lower(): bool(may_be_null)
            for table, column, may_be_null in columns
            if table.lower() != HISTORY
        },
        frozenset(name.lower() for (name,) in indexes),
    )


@cache
def newest(dialect: str) -> Parts:
    """What this version needs on `dialect`: an index may be one database's alone."""
    columns = {f"{t.name}.{c.name}": bool(c.nullable) for t in metadata.sorted_tables for c in t.columns}
    indexes = (str(index.name) for table in metadata.sorted_tables for index in table.indexes)
    script = revisions.sql(dialect, None, "head")
    return Parts(columns, frozenset(name for name in indexes if f"INDEX {name} ON " in script))


@cache
def at(revision: str | None) -> Parts:
    """What `revision` leaves behind; None: nothing. An empty database in memory is migrated to it."""
    if revision is None:
        return Parts({}, frozenset())
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        config = revisions.config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        found = live(connection)
    engine.dispose()
    return found

"""Definitions: tables, what is altered of them, indexes, and triggers that refuse."""

import re
from collections.abc import Callable

import apsw

from tests.oracle_net import rewrite
from tests.oracle_net.errors import OraError
from tests.oracle_net.schema import Column, Constraint, Schema, Table, column_type
from tests.oracle_net.statement import enclosed, split
from tests.oracle_net.types import look_at_keys

_CONSTRAINT = re.compile(r'CONSTRAINT\s+("[^"]+"|[\w$#]+)\s+(.*)', re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(r'("[^"]+"|[\w$#]+)\s+(.*)', re.DOTALL)
_COLUMN_ENDS = re.compile(r"\s*(?:DEFAULT\s+(.*?))?\s*(NOT\s+NULL|NULL)?\s*", re.IGNORECASE | re.DOTALL)
_KEY = re.compile(r"(PRIMARY\s+KEY|UNIQUE)\s*\((.*)\)", re.IGNORECASE | re.DOTALL)
_CHECK = re.compile(r"CHECK\s*\((.*)\)", re.IGNORECASE | re.DOTALL)
_REFERENCE = re.compile(
    r"FOREIGN\s+KEY\s*\(([^)]*)\)\s*REFERENCES\s+(\S+)\s*\(([^)]*)\)(\s+ON\s+DELETE\s+CASCADE)?",
    re.IGNORECASE | re.DOTALL,
)
_TRIGGER = re.compile(
    r"CREATE\s+(?:OR\s+REPLACE\s+)?TRIGGER\s+(\w+)\s+BEFORE\s+(UPDATE|DELETE)\s+ON\s+(\w+)"
    r"(?:\s+FOR\s+EACH\s+ROW)?(?:\s+WHEN\s*\((.*?)\))?\s*BEGIN\s+(.*)END;\s*",
    re.IGNORECASE | re.DOTALL,
)
_REFUSAL = re.compile(r"RAISE_APPLICATION_ERROR\s*\(\s*-(\d+)\s*,\s*'([^']*)'\s*\)", re.IGNORECASE)
_UNKNOWN = re.compile(r"\w+;\s*")
"""A body that calls what nobody declared."""
_WATCHED = re.compile(r"UPDATING\s*\('(\w+)'\)", re.IGNORECASE)

_VERBS = ("ALTER", "COMMENT", "CREATE", "DROP", "GRANT", "REVOKE", "SET", "TRUNCATE")
_WHAT_GOES_WITH_A_TABLE = (
    "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL"
)


class Definitions:
    """Changes a schema: SQLite's and ours of it."""

    def __init__(self, schema: Schema, connection: apsw.Connection) -> None:
        self._schema, self._connection = schema, connection
        self._forms: list[tuple[re.Pattern[str], Callable[[re.Match[str]], None]]] = [
            (_form(r"CREATE TABLE (\S+?)\s*(\(.*)"), self._create_table),
            (_form(r"DROP TABLE (\S+)( CASCADE CONSTRAINTS)?( PURGE)?"), self._drop_table),
            (_form(r"ALTER TABLE (\S+) ADD CONSTRAINT (.*)"), self._add_constraint),
            (_form(r"ALTER TABLE (\S+) ADD (.*)"), self._add_column),
            (_form(r"ALTER TABLE (\S+) DROP CONSTRAINT (\S+)"), self._drop_constraint),
            (_form(r"ALTER TABLE (\S+) DROP COLUMN (\S+)"), self._drop_column),
            (_form(r"ALTER TABLE (\S+) MODIFY (.*)"), self._modify),
            (_form(r"CREATE (UNIQUE )?INDEX (\S+) ON (\S+?)\s*\((.*)\)"), self._create_index),
            (_form(r"DROP INDEX (\S+)"), self._drop_index),
            (_TRIGGER, self._create_trigger),
            (_form(r"DROP TRIGGER (\S+)"), self._drop_trigger),
            (_form(r"(?:GRANT|REVOKE|COMMENT ON) .*"), lambda _found: None),
        ]

    def run(self, sql: str) -> None:
        """Do what a statement defines. Raises ORA-03001 for a form that nobody needed so far."""
        for form, define in self._forms:
            if found := form.fullmatch(sql.strip()):
                look_at_keys(sql, self._schema)
                define(found)
                self._schema.prepared = {}
                return
        if sql.split(None, 1)[0].upper() not in _VERBS:
            raise OraError(900, "invalid SQL statement")
        raise OraError(3001, f"unimplemented feature: {sql[:60]}")

    def _create_table(self, found: re.Match[str]) -> None:
        name = named(found[1])
        if name in self._schema.tables:
            raise OraError(955, "name is already used by an existing object")
        _, body, _options = enclosed(found[2])  # how rows lie on the disk is of no interest here
        table = Table(name)
        for part in split(body):
            if constraint := _CONSTRAINT.fullmatch(part):
                _add(table, constraint)
            else:
                column = _column(part)
                table.columns[column.name] = column
        self._connection.execute(table.sqlite(name))
        self._schema.tables[name] = table

    def _drop_table(self, found: re.Match[str]) -> None:
        name = named(found[1])
        self._table(name)
        refers = f'REFERENCES "{name}"'
        others = [table for table in self._schema.tables.values() if table.name != name]
        if not found[2] and any(refers in each.text for t in others for each in t.constraints.values()):
            raise OraError(2449, "unique/primary keys in table referenced by foreign keys")
        self._loosely(lambda: self._connection.execute(f'DROP TABLE "{name}"'))
        del self._schema.tables[name]

    def _add_constraint(self, found: re.Match[str]) -> None:
        constraint = _CONSTRAINT.fullmatch(f"CONSTRAINT {found[2]}")
        if constraint is None:
            raise OraError(904, ": invalid identifier")
        self._rebuild(named(found[1]), lambda table: _add(table, constraint))

    def _drop_constraint(self, found: re.Match[str]) -> None:
        name = named(found[2])

        def drop(table: Table) -> None:
            if table.constraints.pop(name, None) is None:
                raise OraError(2443, "Cannot drop constraint - nonexistent constraint")

        self._rebuild(named(found[1]), drop)

    def _add_column(self, found: re.Match[str]) -> None:
        column = _column(_without_parentheses(found[2]))

        def add(table: Table) -> None:
            if column.name in table.columns:
                raise OraError(1430, "column being added already exists in table")
            table.columns[column.name] = column

        self._rebuild(named(found[1]), add)

    def _drop_column(self, found: re.Match[str]) -> None:
        name = named(found[2])

        def drop(table: Table) -> None:
            if table.columns.pop(name, None) is None:
                raise OraError(904, f'"{name}": invalid identifier')

        self._rebuild(named(found[1]), drop)

    def _modify(self, found: re.Match[str]) -> None:
        parts = _COLUMN.fullmatch(_without_parentheses(found[2]))
        if parts is None:
            raise OraError(904, ": invalid identifier")

        def modify(table: Table) -> None:
            column = table.columns.get(named(parts[1]))
            if column is None:
                raise OraError(904, f'"{named(parts[1])}": invalid identifier')
            rest = parts[2]
            if not _COLUMN_ENDS.fullmatch(rest):
                column.type, rest = column_type(rest)
            _finish(column, rest)

        self._rebuild(named(found[1]), modify)

    def _create_index(self, found: re.Match[str]) -> None:
        unique, name, table = found[1], named(found[2]), named(found[3])
        self._table(table)
        columns = [re.sub(r"\s+(ASC|DESC)$", "", part, flags=re.IGNORECASE) for part in split(found[4])]
        listed = ", ".join(map(rewrite.value, columns))
        self._connection.execute(f'CREATE {unique or ""}INDEX "{name}" ON "{table}" ({listed})')
        if unique:
            names = tuple(map(named, columns))
            self._schema.unique_indexes[name] = Constraint(name, table, names)

    def _drop_index(self, found: re.Match[str]) -> None:
        name = named(found[1])
        self._connection.execute(f'DROP INDEX "{name}"')
        self._schema.unique_indexes.pop(name, None)

    def _create_trigger(self, found: re.Match[str]) -> None:
        """One that refuses: for each row, or whenever the statement touches one."""
        name, deed, table, when, body = found.groups()
        refusal = _REFUSAL.search(body)
        if _UNKNOWN.fullmatch(body):
            self._store_uncompiled(name.upper(), deed, table.upper())
            return
        if refusal is None:
            raise OraError(3001, "unimplemented feature: a trigger that does not refuse")
        columns = [f'"{column.upper()}"' for column in _WATCHED.findall(body)]
        watched = f" OF {', '.join(columns)}" if columns else ""
        condition = f" WHEN {rewrite.expression(when)}" if when else ""
        self._connection.execute(
            f'CREATE TRIGGER "{name.upper()}" BEFORE {deed}{watched} ON "{table.upper()}"{condition}'
            f" BEGIN SELECT RAISE(ABORT, 'ORA-{refusal[1]} {refusal[2]}'); END"
        )

    def _store_uncompiled(self, name: str, deed: str, table: str) -> None:
        """Oracle makes it, tells of a success, and refuses what it watches."""
        refuses = f"SELECT RAISE(ABORT, 'ORA-4098 trigger ''{name}'' is invalid and failed re-validation')"
        self._connection.execute(f'CREATE TRIGGER "{name}" BEFORE {deed} ON "{table}" BEGIN {refuses}; END')

    def _drop_trigger(self, found: re.Match[str]) -> None:
        self._connection.execute(f'DROP TRIGGER "{named(found[1])}"')

    def _table(self, name: str) -> Table:
        table = self._schema.tables.get(name)
        if table is None:
            raise OraError(942, f'table or view "{self._schema.user}"."{name}" does not exist')
        return table

    def _rebuild(self, name: str, change: Callable[[Table], None]) -> None:
        """SQLite alters little: the table is made anew, filled, and put in the former one's place."""
        former = self._table(name)
        table = Table(
            name,
            {key: Column(c.name, c.type, c.default, c.required) for key, c in former.columns.items()},
            dict(former.constraints),
        )
        change(table)
        kept = ", ".join(f'"{column}"' for column in table.columns if column in former.columns)
        again = [sql for (sql,) in self._connection.execute(_WHAT_GOES_WITH_A_TABLE, (name,))]

        def swap() -> None:
            with self._connection:
                self._connection.execute(table.sqlite("~new"))
                self._connection.execute(f'INSERT INTO "~new" ({kept}) SELECT {kept} FROM "{name}"')  # noqa: S608
                self._connection.execute(f'DROP TABLE "{name}"')
                self._connection.execute(f'ALTER TABLE "~new" RENAME TO "{name}"')
                for sql in again:
                    self._connection.execute(sql)

        self._loosely(swap)
        self._schema.tables[name] = table

    def _loosely(self, step: Callable[[], object]) -> None:
        """Without a look at foreign keys, which name a table that is away for a moment."""
        self._connection.pragma("foreign_keys", False)
        self._connection.pragma("legacy_alter_table", True)
        try:
            step()
        finally:
            self._connection.pragma("legacy_alter_table", False)
            self._connection.pragma("foreign_keys", True)


def named(name: str) -> str:
    """A name as Oracle keeps it: in capitals, unless it is quoted."""
    name = name.rpartition(".")[2]
    return name[1:-1] if name.startswith('"') else name.upper()


def _form(text: str) -> re.Pattern[str]:
    return re.compile(text.replace(" ", r"\s+"), re.IGNORECASE | re.DOTALL)


def _without_parentheses(text: str) -> str:
    return text[1:-1].strip() if text.startswith("(") else text


def _column(text: str) -> Column:
    parts = _COLUMN.fullmatch(text)
    if parts is None:
        raise OraError(904, f"{text}: invalid identifier")
    kind, rest = column_type(parts[2])
    column = Column(named(parts[1]), kind)
    _finish(column, rest)
    return column


def _finish(column: Column, text: str) -> None:
    """Take a default, and whether there must be a value."""
    ends = _COLUMN_ENDS.fullmatch(text)
    if ends is None:
        raise OraError(3001, f"unimplemented feature: a column that is {text}")
    if ends[1] is not None:
        column.default = rewrite.value(ends[1])
    if ends[2] is not None:
        column.required = ends[2].upper().startswith("NOT")


def _add(table: Table, found: re.Match[str]) -> None:
    name, text = named(found[1]), found[2].strip()
    if key := _KEY.fullmatch(text):
        columns = tuple(map(named, split(key[2])))
        is_primary = key[1].upper().startswith("PRIMARY")
        words = "PRIMARY KEY" if is_primary else "UNIQUE"
        constraint = Constraint(name, f"{words} ({_listed(columns)})", columns, is_primary)
    elif check := _CHECK.fullmatch(text):
        constraint = Constraint(name, f"CHECK ({rewrite.expression(check[1])})")
    elif reference := _REFERENCE.fullmatch(text):
        columns, others = (tuple(map(named, split(reference[at]))) for at in (1, 3))
        target = named(reference[2])
        constraint = Constraint(
            name,
            f'FOREIGN KEY ({_listed(columns)}) REFERENCES "{target}" ({_listed(others)}){reference[4] or ""}',
        )
    else:
        raise OraError(3001, f"unimplemented feature: CONSTRAINT {name} {text[:40]}")
    if name in table.constraints:
        raise OraError(2264, "name already used by an existing constraint")
    table.constraints[name] = constraint


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)

"""The schema holds on both databases: it compiles, and what Oracle refuses is not in it."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Index, MetaData, Table, UniqueConstraint, create_engine, event, make_url
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeEngine

from fittrack.admin.queries import transactions
from fittrack.admin.schemas import TransactionsQuery
from fittrack.db.tables import metadata
from tests.oracle_sql.words import RESERVED

ORACLE_IDENTIFIER_BYTES_MAX = 128
TABLES = [pytest.param(table, id=table.name) for table in metadata.sorted_tables]
DIALECTS = [pytest.param(make_url(f"{name}://").get_dialect()(), id=name) for name in ("sqlite", "oracle")]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("table", TABLES)
def test_every_table_and_index_compiles(table: Table, dialect: Dialect) -> None:
    assert str(CreateTable(table).compile(dialect=dialect))
    for index in table.indexes:
        assert str(CreateIndex(index).compile(dialect=dialect))


def test_sqlite_accepts_the_whole_schema_as_strict_tables() -> None:
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(":memory:", check_same_thread=False))
    with engine.begin() as connection:
        metadata.create_all(connection)
        made = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
    assert {name for name, text in made if "STRICT" not in text} == set()
    assert {name for name, _ in made} == set(metadata.tables)


def test_adjustments_are_found_without_reading_every_entry() -> None:
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(":memory:", check_same_thread=False))
    asked: list[tuple[str, Any]] = []
    with engine.begin() as connection:
        metadata.create_all(connection)
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        transactions(connection, TransactionsQuery(reference_type="adjustment"), None)
        [(statement, values)] = asked
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert [step for *_, step in plan] == ["SCAN ledger USING INDEX ix_ledger_adjustments"]


@pytest.mark.parametrize("table", TABLES)
def test_no_name_is_a_reserved_word_or_too_long_for_oracle(table: Table) -> None:
    for name in names_in(table):
        assert name.upper() not in RESERVED
        assert len(name.encode()) <= ORACLE_IDENTIFIER_BYTES_MAX


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_a_type_that_is_alike_in_both_databases(table: Table) -> None:
    for column in table.columns:
        assert is_portable(column.type), f"{table.name}.{column.name} is a {column.type!r}"


@pytest.mark.parametrize("table", TABLES)
def test_no_two_indexes_cover_the_same_columns(table: Table) -> None:
    lists = list(indexed_columns(table))
    assert len(lists) == len(set(lists)), (
        "Oracle refuses a second index on the same list of columns (ORA-01408)"
    )


UNITS_STAY = "units neither go nor change their ids, and each index is paid by each unit"
NEEDS_NO_INDEX = {"user_log": UNITS_STAY, "drawing_log": UNITS_STAY}
"""Tables whose foreign key has a parent that is always there."""


@pytest.mark.parametrize("table", TABLES)
def test_every_foreign_key_begins_an_index(table: Table) -> None:
    """Without one, who deletes a parent reads the whole child table, and on Oracle locks it."""
    indexed = [[column.name for column in columns] for columns in indexed_columns(table)]
    without = [
        key.column_keys
        for key in table.foreign_key_constraints
        if not any(set(columns[: len(key.columns)]) == set(key.column_keys) for columns in indexed)
    ]
    assert bool(without) is (table.name in NEEDS_NO_INDEX), without


def test_index_and_constraint_names_are_unique_in_the_schema() -> None:
    names = [str(index.name) for index in indexes_of(metadata)]
    names += [str(c.name) for table in metadata.sorted_tables for c in table.constraints]
    assert len(names) == len(set(names))


def names_in(table: Table) -> Iterator[str]:
    yield table.name
    yield from (column.name for column in table.columns)
    yield from (str(index.name) for index in table.indexes)
    yield from (str(constraint.name) for constraint in table.constraints)


def is_portable(kind: TypeEngine[object]) -> bool:
    return type(kind).__module__ == "fittrack.db.types" or type(kind).__name__ == "Integer"


def indexes_of(schema: MetaData) -> Iterator[Index]:
    for table in schema.sorted_tables:
        yield from table.indexes


def indexed_columns(table: Table) -> Iterator[tuple[Column[object], ...]]:
    yield tuple(table.primary_key.columns)
    for index in table.indexes:
        yield tuple(table.columns[column.name] for column in index.columns)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield tuple(constraint.columns)

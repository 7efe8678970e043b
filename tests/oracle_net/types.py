"""What types of columns forbid: the lint of Oracle's SQL knows it, and the server refuses it likewise."""

import re
from collections.abc import Iterable, Set

from sqlglot import exp

from tests.oracle_net.errors import OraError
from tests.oracle_net.schema import Column, Schema
from tests.oracle_net.values import Kind
from tests.oracle_sql import ddl, values
from tests.oracle_sql.catalog import Catalog, ColumnType
from tests.oracle_sql.statement import Statement
from tests.oracle_sql.tree import Tree

_DECLARED = {Kind.VARCHAR: "VARCHAR2", Kind.TIMESTAMP_TZ: "TIMESTAMP"}
_NUMBER = re.compile(r"ORA-(\d+)")


def look_at(asked: Tree, schema: Schema) -> None:
    """Raises what a query or a change of data is refused with."""
    names = {table.name.upper() for table in asked.every(exp.Table)}
    _refuse(values.faults_of(asked, _catalog(schema, names)))


def look_at_keys(sql: str, schema: Schema) -> None:
    """Raises what a definition of a table or an index is refused with."""
    statement = Statement(sql)
    _refuse(ddl.keys(statement, _catalog(schema, set(statement.words))))


def _refuse(faults: Iterable[str]) -> None:
    for fault in faults:
        number = _NUMBER.search(fault)
        assert number is not None, "each fault of a value has a number"
        raise OraError(int(number[1]), fault)


def _catalog(schema: Schema, names: Set[str]) -> Catalog:
    return Catalog(
        {
            name: {column.name: _column_type(column) for column in schema.tables[name].columns.values()}
            for name in names & schema.tables.keys()
        }
    )


def _column_type(column: Column) -> ColumnType:
    kind, size, _, in_bytes = column.type
    return ColumnType(
        _DECLARED.get(kind, kind.name), size or None, not in_bytes, with_zone=kind is Kind.TIMESTAMP_TZ
    )

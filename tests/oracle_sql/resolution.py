"""Whether the tables and columns that a statement names are there, where it names them."""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.kinds import QUERIES_AND_CHANGES, Kind, Kinds, tables_of
from tests.oracle_sql.tree import Tree
from tests.oracle_sql.words import PSEUDO_COLUMNS

Sources = Mapping[str, Mapping[str, Kind]]


def unknown_tables(tree: Tree, _kinds: Kinds, catalog: Catalog) -> Iterator[str]:
    queries = {cte.alias.upper() for cte in tree.every(exp.CTE)}
    for table in tree.every(exp.Table):
        name = table.name.upper()
        if not name or table.find_ancestor(exp.Lock):  # FOR UPDATE OF names columns
            continue
        if name not in queries and name != "DUAL" and name not in catalog.tables:
            yield f"there is no table {table.name} (ORA-00942)"


def unknown_columns(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    for column in tree.every(exp.Column):
        is_part_of_json = column.args.get("db") is not None
        if isinstance(column.this, exp.Star) or is_part_of_json or column.name.upper() in PSEUDO_COLUMNS:
            continue
        yield from _named_table(column, kinds) if column.table else _named_alone(column, kinds)


def _named_table(column: exp.Column, kinds: Kinds) -> Iterator[str]:
    name, table = column.name.upper(), column.table.upper()
    for sources, _ in _visible(column, kinds):
        if table in sources:
            if sources[table] and name not in sources[table]:
                yield f"{column.table} has no column {column.name} (ORA-00904)"
            return
    yield f"{column.table} is neither a table that is seen here nor an alias (ORA-00904)"


def _named_alone(column: exp.Column, kinds: Kinds) -> Iterator[str]:
    name = column.name.upper()
    for sources, made in _visible(column, kinds):
        if name in made or any(name in columns or not columns for columns in sources.values()):
            return
    yield f"there is no column {column.name} (ORA-00904)"


def _visible(column: exp.Column, kinds: Kinds) -> Iterator[tuple[Sources, set[str]]]:
    """The tables that a column may be of, and what was named by SELECT, from within outwards.

    A query in FROM or WITH does not see the tables beside it, nor does what is inserted see the table.
    """
    last, below = column, column
    while (scope := below.parent) is not None:
        if isinstance(scope, exp.SetOperation) and below.arg_key == "order":
            yield {}, {name for name, _ in kinds.selected(scope)}
            return
        if isinstance(scope, QUERIES_AND_CHANGES) and not _is_beside(last, below, scope):
            yield kinds.sources_of(scope), _made(scope, below)
        last, below = below, scope


def _is_beside(inner: exp.Expr, part: exp.Expr, scope: exp.Expr) -> bool:
    """Whether a column, which is in `inner` of a `part` of `scope`, does not see the tables of `scope`."""
    if isinstance(part, exp.From | exp.Join):
        return isinstance(inner, exp.Subquery) and not isinstance(inner.this, exp.Table)
    if isinstance(scope, exp.Insert):
        return part.arg_key == "expression"
    return isinstance(part, exp.With) or part.arg_key == "using"


def _made(scope: exp.Expr, part: exp.Expr) -> set[str]:
    """What SELECT names, where that may be asked for."""
    if not isinstance(scope, exp.Select) or not isinstance(part, exp.Order | exp.Group | exp.Having):
        return set()
    return {column.alias.upper() for column in scope.expressions if column.alias}


def inserted_names(tree: Tree, _kinds: Kinds, catalog: Catalog) -> Iterator[str]:
    for schema in tree.every(exp.Schema):
        columns = catalog.tables.get(schema.this.name.upper(), {})
        for identifier in schema.expressions:
            if identifier.name.upper() not in columns:
                yield f"{schema.this.name} has no column {identifier.name} (ORA-00904)"


def locked_names(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    """FOR UPDATE OF names columns, not tables."""
    for lock in tree.every(exp.Lock):
        sources = kinds.sources_of(lock.parent) if lock.parent else {}
        for named in lock.expressions:
            of = [sources.get(named.db.upper(), {})] if named.db else list(sources.values())
            if all(of) and not any(named.name.upper() in columns for columns in of):
                yield f"FOR UPDATE OF {named.name}: there is no such column (ORA-00904)"


def names_twice(tree: Tree, _kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    for select in tree.every(exp.Select):
        names = [table.alias_or_name.upper() for table in tables_of(select)]
        for name in sorted({name for name in names if name and names.count(name) > 1}):
            yield f"two tables are named {name.lower()} in one query (ORA-00918)"


def paths_into_json(tree: Tree, _kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    """`t.payload.a` begins with an alias: a table's own name does not do."""
    aliases = {table.alias.upper() for table in tree.every(exp.Table, exp.Subquery) if table.alias}
    for column in tree.every(exp.Column):
        is_path = column.args.get("db") is not None
        if is_path and column.parts[0].name.upper() not in aliases:
            yield f"{column.sql('oracle')}: a path into JSON begins with an alias (ORA-00904)"


RULES = (
    unknown_columns,
    inserted_names,
    locked_names,
    names_twice,
    paths_into_json,
)

"""A query in place of a value has one row at most: SQLite takes the first, Oracle fails (ORA-01427)."""

from collections.abc import Iterator

from sqlglot import exp

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.kinds import Kinds, tables_of
from tests.oracle_sql.tree import Tree, written

_PLACES_OF_ROWS = (
    *(exp.From, exp.Join, exp.Lateral, exp.CTE, exp.SetOperation, exp.Subquery),
    *(exp.In, exp.Exists, exp.Any, exp.All, exp.Insert, exp.Merge),
)


def one_row(tree: Tree, kinds: Kinds, catalog: Catalog) -> Iterator[str]:
    for subquery in tree.every(exp.Subquery):
        place = subquery.parent
        if place is None or isinstance(place, _PLACES_OF_ROWS):
            continue
        query = subquery.unnest()
        if not isinstance(query, exp.Select) or not _has_one_row(query, kinds, catalog):
            yield f"{written(query)}: ask by a whole key, or FETCH FIRST 1 ROWS (ORA-01427)"


def _has_one_row(query: exp.Select, kinds: Kinds, catalog: Catalog) -> bool:
    if _fetches_one(query):
        return True
    if not query.args.get("group") and any(
        function.find_ancestor(exp.Select) is query and not isinstance(function.parent, exp.Window)
        for column in query.expressions
        for function in column.find_all(exp.AggFunc)
    ):
        return True
    return _is_pinned(query, kinds, catalog)


def _fetches_one(query: exp.Select) -> bool:
    fetch = query.args.get("limit")
    count = fetch.args.get("count") if isinstance(fetch, exp.Fetch) else None
    if isinstance(count, exp.Literal) and count.name == "1":
        return True
    where = query.args.get("where")
    return where is not None and any(
        _text(each) in ("ROWNUM = 1", "ROWNUM <= 1") for each in _all_of(where.this)
    )


def _is_pinned(query: exp.Select, kinds: Kinds, catalog: Catalog) -> bool:
    """Whether each table is asked for by equality on all of a key, with values or what is pinned already."""
    left = {t.alias_or_name.upper(): t for t in tables_of(query) if t.name.upper() != "DUAL"}
    equalities = list(_equalities(query, kinds))
    while found := next((name for name in left if _has_key(name, left, equalities, catalog)), None):
        del left[found]
    return not left


def _has_key(
    name: str, left: dict[str, exp.Expr], equalities: list[tuple[str, str, set[str]]], catalog: Catalog
) -> bool:
    """Whether a whole key of the table equals what depends on none of those that are left."""
    fixed = {column for table, column, by in equalities if table == name and not by & left.keys()}
    return any(key <= fixed for key in catalog.keys.get(left[name].name.upper(), ()))


def _equalities(query: exp.Select, kinds: Kinds) -> Iterator[tuple[str, str, set[str]]]:
    """Table, column, and the tables of this query on which that which it equals depends."""
    sources = kinds.sources_of(query)
    conditions = [query.args["where"].this] if query.args.get("where") else []
    conditions += [on for join in query.args.get("joins") or () if (on := join.args.get("on"))]
    for condition in (each for whole in conditions for each in _all_of(whole)):
        if not isinstance(condition, exp.EQ):
            continue
        for one, other in ((condition.this, condition.expression), (condition.expression, condition.this)):
            if isinstance(one, exp.Column) and (table := _table_of(one, sources)):
                by = {_table_of(column, sources) for column in other.find_all(exp.Column)} - {""}
                yield table, one.name.upper(), by


def _table_of(column: exp.Column, sources: dict[str, dict[str, str | None]]) -> str:
    """Which of a query's tables a column is of; nothing, where it is one from without."""
    if column.table:
        return column.table.upper() if column.table.upper() in sources else ""
    return next((name for name, columns in sources.items() if column.name.upper() in columns), "")


def _all_of(condition: exp.Expr) -> Iterator[exp.Expr]:
    """The conditions that AND joins."""
    if isinstance(condition, exp.And):
        yield from _all_of(condition.this)
        yield from _all_of(condition.expression)
    elif isinstance(condition, exp.Paren):
        yield from _all_of(condition.this)
    else:
        yield condition


def _text(expression: exp.Expr) -> str:
    return expression.sql("oracle").upper()


RULES = (one_row,)

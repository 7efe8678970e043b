"""Queries within queries: whether they are ordered, how WITH and USING name their columns."""

from collections.abc import Callable, Iterator

from sqlglot import exp

from tests.oracle_sql.tree import Tree, written


def _width(query: object) -> int | None:
    """How many columns it selects, where no star hides it."""
    if isinstance(query, exp.Subquery | exp.SetOperation):
        return _width(query.this)
    return None if not isinstance(query, exp.Select) or query.is_star else len(query.expressions)


def orders(tree: Tree) -> Iterator[str]:
    """What is a condition's or a value's has no order, unless FETCH makes use of it."""
    for select in tree.every(exp.Select, exp.SetOperation):
        if not select.args.get("order") or select.args.get("limit") or select.args.get("offset"):
            continue
        place = select.parent
        if isinstance(place, exp.Subquery):
            place = place.parent
        if isinstance(place, exp.In | exp.Exists | exp.Binary | exp.Coalesce | exp.Alias | exp.Select):
            yield f"a query within a condition or a value has no ORDER BY (ORA-00907): {written(select)}"


def positions(tree: Tree) -> Iterator[str]:
    for query in tree.every(exp.Select, exp.SetOperation):
        order, width = query.args.get("order"), _width(query)
        for ordered in order.expressions if order and width else []:
            if ordered.this.is_int and not 1 <= int(ordered.this.name) <= (width or 0):
                yield f"ORDER BY {ordered.this.name}: {width} columns are selected (ORA-01785)"


def joined_columns(tree: Tree) -> Iterator[str]:
    """A column by which USING joins belongs to neither table."""
    for join in tree.every(exp.Join):
        joined = {column.name.upper() for column in join.args.get("using") or ()}
        select = join.find_ancestor(exp.Select)
        for column in select.find_all(exp.Column) if select and joined else []:
            if column.table and column.name.upper() in joined:
                yield f"{column.sql('oracle')}: a column of USING is named alone (ORA-25154)"


def named_queries(tree: Tree) -> Iterator[str]:
    for cte in tree.every(exp.CTE):
        names = cte.args["alias"].columns
        width = _width(cte.this)
        if names and width is not None and width != len(names):
            yield f"{cte.alias} has {len(names)} names for {width} columns (ORA-32038)"
        asked = {table.name.upper() for table in cte.this.find_all(exp.Table)}
        if not names and cte.alias.upper() in asked:
            yield f"{cte.alias}, which asks itself, names its columns (ORA-32039)"


def locked_columns(tree: Tree) -> Iterator[str]:
    """FOR UPDATE OF names tables as the query does."""
    for lock in tree.every(exp.Lock):
        select = lock.parent
        known = {t.alias_or_name.upper() for t in select.find_all(exp.Table) if t.parent is not lock}
        for named in lock.expressions:
            if isinstance(named, exp.Table) and named.db and named.db.upper() not in known:
                yield f"FOR UPDATE OF {named.db}.{named.name}: no table has this name here (ORA-00904)"


RULES: tuple[Callable[[Tree], Iterator[str]], ...] = (
    orders,
    positions,
    joined_columns,
    named_queries,
    locked_columns,
)

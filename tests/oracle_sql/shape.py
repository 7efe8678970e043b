"""Orders, joins and names: what only a parsed statement shows."""

from collections.abc import Callable, Iterator

from sqlglot import exp

from tests.oracle_sql.tree import Tree
from tests.oracle_sql.words import PSEUDO_COLUMNS


def orders(tree: Tree) -> Iterator[str]:
    """After DISTINCT only what was selected orders."""
    for select in tree.every(exp.Select):
        order = select.args.get("order")
        if order is None or not select.args.get("distinct"):
            continue
        selected = {column.unalias().sql("oracle").upper() for column in select.expressions}
        selected |= {column.alias.upper() for column in select.expressions if column.alias}
        for ordered in order.expressions:
            if ordered.this.sql("oracle").upper() not in selected and not ordered.this.is_int:
                yield f"{ordered.this.sql('oracle')} orders DISTINCT rows, but is not selected (ORA-01791)"


def orders_of_sets(tree: Tree) -> Iterator[str]:
    """The rows of a set operator are ordered by names or numbers of columns, as the first query has them."""
    for union in tree.every(exp.SetOperation):
        if isinstance(union.left, exp.Select) and (
            union.left.args.get("order") or union.left.args.get("limit")
        ):
            yield "what is ordered before a set operator stands in parentheses (ORA-00933)"
        first, order = union, union.args.get("order")
        while isinstance(first, exp.SetOperation | exp.Subquery):
            first = first.this
        made = {c.alias_or_name.upper() for c in first.expressions} if not first.is_star else set()
        for ordered in order.expressions if order else []:
            by = ordered.this
            if isinstance(by, exp.Column) and by.table:
                yield f"{by.sql('oracle')} orders a UNION: name the column alone (ORA-00904)"
            elif not isinstance(by, exp.Column) and not by.is_int:
                yield f"{by.sql('oracle')} orders a UNION: name a column, or its number (ORA-01785)"
            elif isinstance(by, exp.Column) and made and by.name.upper() not in made:
                yield f"{by.sql('oracle')} orders a UNION, whose first query does not name it (ORA-00904)"


def names_that_order(tree: Tree) -> Iterator[str]:
    for select in tree.every(exp.Select):
        made = [column.alias.upper() for column in select.expressions if column.alias]
        order = select.args.get("order")
        for ordered in order.expressions if order else []:
            by = ordered.this
            if isinstance(by, exp.Column) and not by.table and made.count(by.name.upper()) > 1:
                yield f"{by.name} orders, and is the name of two columns (ORA-00960)"


def columns_as_values(tree: Tree) -> Iterator[str]:
    """VALUES are of no row."""
    for values in tree.every(exp.Values):
        for column in values.find_all(exp.Column):
            outer = column.find_ancestor(exp.Values, exp.Select)
            if outer is values and column.name.upper() not in PSEUDO_COLUMNS:
                yield f"{column.sql('oracle')} is a column, and no value to insert (ORA-00984)"


def set_columns(tree: Tree) -> Iterator[str]:
    for update in tree.every(exp.Update):
        names = [pair.this.name.upper() for pair in update.expressions if isinstance(pair, exp.EQ)]
        if len(names) != len(set(names)):
            yield "a column is set twice (ORA-00957)"


def joins(tree: Tree) -> Iterator[str]:
    for join in tree.every(exp.Join):
        side, kind = join.side or "", join.kind or ""
        explicit = side or kind == "INNER"
        if explicit and not join.args.get("on") and not join.args.get("using") and join.method != "NATURAL":
            yield f"{side or kind} JOIN needs ON or USING (ORA-00905)"


def inner_names(tree: Tree) -> Iterator[str]:
    """Columns of a query in FROM have names, each one of its own."""
    for subquery in tree.every(exp.Subquery):
        if not isinstance(subquery.parent, exp.From | exp.Join) or not isinstance(subquery.this, exp.Select):
            continue
        names = [column.alias_or_name.upper() for column in subquery.this.expressions]
        twice = {name for name in names if name and name != "*" and names.count(name) > 1}
        if twice:
            yield f"a query in FROM has two columns {', '.join(sorted(twice)).lower()} (ORA-00918)"


RULES: tuple[Callable[[Tree], Iterator[str]], ...] = (
    orders,
    orders_of_sets,
    names_that_order,
    columns_as_values,
    set_columns,
    joins,
    inner_names,
)

"""Aggregates and window functions: what is grouped, and where they may stand."""

from collections.abc import Callable, Iterator

from sqlglot import exp

from tests.oracle_sql.tree import Tree
from tests.oracle_sql.words import PSEUDO_COLUMNS

_CHANGES = (exp.Update, exp.Insert, exp.Delete, exp.Merge)


def groups(tree: Tree) -> Iterator[str]:
    """What is neither grouped nor aggregated is not selected."""
    for select in tree.every(exp.Select):
        group, having = select.args.get("group"), select.args.get("having")
        order = select.args.get("order")
        ordering = [ordered.this for ordered in order.expressions] if order else []
        if not group and not having and not any(map(_aggregates, [*select.expressions, *ordering])):
            continue
        keys = _keys(select, group)
        aliases = {c.alias.upper() for c in select.expressions if c.alias}
        for expression in [*select.expressions, *([having.this] if having else [])]:
            yield from (_ungrouped(column, group) for column in _bare(expression.unalias(), keys))
        for ordered in ordering:
            yield from (
                _ungrouped(column, group)
                for column in _bare(ordered, keys)
                if column.args.get("table") or column.name.upper() not in aliases
            )


def _keys(select: exp.Select, group: exp.Group | None) -> set[str]:
    if group is None:
        return set()
    keys = {_text(key) for key in group.expressions}
    named = {c.alias.upper(): _text(c.unalias()) for c in select.expressions if c.alias}
    return keys | {named[key] for key in keys if key in named}


def _ungrouped(column: exp.Expr, group: exp.Group | None) -> str:
    number = "ORA-00979" if group else "ORA-00937"
    return f"{column.sql('oracle')} is neither grouped nor aggregated ({number})"


def _text(expression: exp.Expr) -> str:
    return expression.sql("oracle").upper()


def _aggregates(expression: exp.Expr) -> bool:
    return any(
        _select_of(aggregate) is _select_of(expression) and not isinstance(aggregate.parent, exp.Window)
        for aggregate in expression.find_all(exp.AggFunc)
        if not isinstance(aggregate, exp.RowNumber)
    )


def _select_of(expression: exp.Expr) -> exp.Expr | None:
    return expression.find_ancestor(exp.Select, exp.Subquery)


def _bare(expression: exp.Expr, keys: set[str]) -> Iterator[exp.Expr]:
    """The columns of `expression` that stand outside of aggregates, groups and queries of their own."""
    if _text(expression) in keys or isinstance(expression, exp.Query | exp.Subquery):
        return
    if isinstance(expression, exp.AggFunc) and not isinstance(expression.parent, exp.Window):
        return
    if isinstance(expression, exp.Star):
        if not isinstance(expression.parent, exp.AggFunc):
            yield expression
        return
    if isinstance(expression, exp.Column):
        if expression.name.upper() not in PSEUDO_COLUMNS:
            yield expression
        return
    for child in expression.iter_expressions():
        if isinstance(expression, exp.Window) and child.arg_key == "this" and isinstance(child, exp.AggFunc):
            for argument in child.iter_expressions():
                yield from _bare(argument, keys)
            continue
        yield from _bare(child, keys)


def places_of_aggregates(tree: Tree) -> Iterator[str]:
    """They stand in what a query selects, orders and keeps of groups."""
    for function in tree.every(exp.AggFunc, exp.Window):
        if isinstance(function.parent, exp.Window):
            continue  # told of with its window
        what, number = _called(function)
        place = function.find_ancestor(exp.Select, exp.Where, exp.Group, exp.Join, exp.Returning, *_CHANGES)
        if isinstance(place, exp.Where | exp.Group | exp.Join):
            yield f"WHERE, ON and GROUP BY do not hold {what} ({number})"
        elif isinstance(place, _CHANGES):
            yield f"{what}: it is not stored, but in a query of its own ({number})"
        elif isinstance(place, exp.Returning) and isinstance(place.parent, exp.Insert):
            yield f"INSERT does not return {what} ({number})"


def _called(function: exp.Expr) -> tuple[str, str]:
    if isinstance(function, exp.Window):
        return "a window function", "ORA-30483"
    return "an aggregate", "ORA-00934"


def nested(tree: Tree) -> Iterator[str]:
    for function in tree.every(exp.AggFunc):
        outer = function.find_ancestor(exp.AggFunc, exp.Select, exp.Window)
        if isinstance(outer, exp.AggFunc) and not isinstance(outer.parent, exp.Window):
            yield "an aggregate within an aggregate needs a query of its own (ORA-00978)"
    for window in tree.every(exp.Window):
        outer = window.find_ancestor(exp.AggFunc, exp.Window, exp.Having, exp.Select)
        if outer is not None and not isinstance(outer, exp.Select):
            yield "a window function stands in no other function, and not in HAVING (ORA-30483)"


def counted_stars(tree: Tree) -> Iterator[str]:
    for star in tree.every(exp.Star):
        if isinstance(star.parent, exp.Column) and isinstance(star.parent.parent, exp.AggFunc):
            yield f"{star.parent.sql('oracle')}: rows are counted with count(*) (ORA-01747)"
        if isinstance(star.parent, exp.Distinct):
            yield "DISTINCT in an aggregate names a column (ORA-00936)"


def locked(tree: Tree) -> Iterator[str]:
    for select in tree.every(exp.Select):
        if select.args.get("locks") and any(map(_aggregates, select.expressions)):
            yield "a query of an aggregate locks no rows with FOR UPDATE (ORA-01786)"


RULES: tuple[Callable[[Tree], Iterator[str]], ...] = (
    groups,
    places_of_aggregates,
    nested,
    counted_stars,
    locked,
)

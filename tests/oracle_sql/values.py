"""What is compared, grouped, ordered and stored: not everything that Oracle keeps can be."""

from collections.abc import Callable, Iterator

from sqlglot import exp

from tests.oracle_sql import scopes
from tests.oracle_sql.catalog import LARGE, Catalog, ColumnType
from tests.oracle_sql.kinds import Kinds, values_of
from tests.oracle_sql.tree import Tree, assigns, written

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_OF_NO_LOB = (exp.Max, exp.Min, exp.Sum, exp.Avg, exp.StandardHash, exp.Nullif, exp.Greatest, exp.Least)
_OF_TEXT = (exp.Lower, exp.Upper, exp.Trim, exp.Like, exp.DPipe, exp.Replace, exp.Substring)
_CONVERTED = [{"text", "number"}, {"text", "raw"}, {"text", "time"}]
"""What Oracle converts by itself: each of a pair into the other."""
BYTES_OF_A_CHARACTER = 4


def comparisons(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    for sides in compared(tree):
        found = {kinds.of(side): side for side in sides}
        for kind, side in found.items():
            if kind in LARGE:
                yield f"{written(side)} is a {kind}, which is not compared (ORA-00932)"
        told = {kind for kind in found if kind and kind not in LARGE}
        if len(told) > 1 and told not in _CONVERTED:
            yield f"{written(sides[0])}: {' and '.join(sorted(told))} are not compared (ORA-00932)"


def compared(tree: Tree) -> Iterator[list[exp.Expr]]:
    """Expressions that are compared with each other."""
    for comparison in tree.every(*_COMPARISONS):
        if not assigns(comparison):
            yield from _side_by_side([comparison.this, comparison.expression])
    for node in tree.every(exp.In):
        query = node.args.get("query")
        yield from _side_by_side([node.this, *node.expressions, *([query] if query else [])])
    for node in tree.every(exp.Between):
        yield [node.this, node.args["low"], node.args["high"]]
    for case in tree.every(exp.Case):
        if case.this is not None:
            yield [case.this, *(branch.this for branch in case.args["ifs"])]
    for decode in tree.every(exp.DecodeCase):
        compared, *pairs = decode.expressions
        yield [compared, *(pairs[at] for at in range(0, len(pairs) - 1, 2))]


def _side_by_side(sides: list[exp.Expr]) -> Iterator[list[exp.Expr]]:
    """Rows are compared value by value."""
    rows = [side.expressions for side in sides if isinstance(side, exp.Tuple)]
    queries = [side for side in sides if isinstance(side, exp.Subquery)]
    for query in queries if rows else []:
        inner = query.this
        rows.append(
            [column.unalias() for column in inner.expressions] if isinstance(inner, exp.Select) else []
        )
    if not rows:
        yield sides
    for column in zip(*filter(None, rows), strict=False):
        yield list(column)


def keys(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    """DISTINCT, GROUP BY, ORDER BY and their like sort by what they are given."""
    for what, expression in _sorted(tree):
        if (kind := kinds.of(expression)) in LARGE:
            yield f"{what} {written(expression)}: a {kind} is no key (ORA-22848)"
    for select in tree.every(exp.Select):
        if select.args.get("distinct"):
            for name, kind in kinds.selected(select):
                if kind in LARGE:
                    yield f"DISTINCT {name.lower()}: a {kind} is no key (ORA-22848)"
    for union in tree.every(exp.SetOperation):
        if isinstance(union, exp.Union) and not union.args.get("distinct"):
            continue
        for side in (union.left, union.right):
            for name, kind in kinds.selected(side):
                if kind in LARGE:
                    yield f"{name.lower()} is a {kind}: UNION ALL alone does not compare (ORA-00932)"


def _sorted(tree: Tree) -> Iterator[tuple[str, exp.Expr]]:
    for group in tree.every(exp.Group):
        yield from (("GROUP BY", each) for each in group.expressions)
    for order in tree.every(exp.Order):
        yield from (("ORDER BY", each.this) for each in order.expressions)
    for window in tree.every(exp.Window):
        yield from (("PARTITION BY", each) for each in window.args.get("partition_by") or ())
    for distinct in tree.every(exp.Distinct):
        yield from (("DISTINCT", each) for each in distinct.expressions)


def functions(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    for function in tree.every(*_OF_NO_LOB):
        yield from _none_of(LARGE, function, kinds)
    for function in tree.every(*_OF_TEXT):
        yield from _none_of(frozenset(["BLOB", "JSON"]), function, kinds)
    for function in tree.every(exp.Length, exp.StrPosition):
        yield from _none_of(frozenset(["JSON"]), function, kinds)


def _none_of(refused: frozenset[str], function: exp.Expr, kinds: Kinds) -> Iterator[str]:
    for part in function.iter_expressions():
        if (kind := kinds.of(part)) in refused:
            yield f"{written(function)}: not of a {kind} (ORA-22849)"


def sums(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    """Instants are neither added up nor to each other."""
    for function in tree.every(exp.Sum, exp.Avg):
        if kinds.of(function.this) == "time":
            yield f"{written(function)}: a time is no number (ORA-00932)"
    for sum_ in tree.every(exp.Add):
        if kinds.of(sum_.this) == kinds.of(sum_.expression) == "time":
            yield f"{written(sum_)}: two times are not added (ORA-00975)"


def alternatives(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    """A value that is one of several is of one kind, whichever it is; so are columns of UNION ALL."""
    for node in tree.every(exp.Case, exp.Coalesce, exp.Greatest, exp.Least):
        found = {kind for part in values_of(node) if (kind := kinds.of(part))}
        converts = node.args.get("is_nvl") and found in _CONVERTED
        if len(found) > 1 and not converts:
            yield f"{written(node)} is {' or '.join(sorted(found))} (ORA-00932)"
    for union in tree.every(exp.SetOperation):
        sides = zip(kinds.selected(union.left), kinds.selected(union.right), strict=False)
        for (name, one), (_, other) in sides:
            if one and other and one != other:
                yield f"{name.lower()} is {one} in one query of a set and {other} in the next (ORA-01790)"


def stored(tree: Tree, kinds: Kinds, catalog: Catalog) -> Iterator[str]:
    """What a column is given fits it."""
    for table, name, value in assigned(tree):
        held = catalog.tables.get(table, {}).get(name)
        if held is None:
            continue
        given = kinds.of(value)
        if given and given != held.kind and {given, held.kind} not in _CONVERTED and not _fits(given, held):
            yield f"{name.lower()} is {held.kind} and is given {given} (ORA-00932)"
        if isinstance(value, exp.Literal) and value.is_string and held.size and held.kind == "text":
            length = len(value.this) if held.in_characters else len(value.this.encode())
            if length > held.size:
                yield f"{name.lower()} holds {held.size}, and is given {length} (ORA-12899)"


def _fits(given: str, held: ColumnType) -> bool:
    return (held.name, given) in {
        ("CLOB", "text"),
        ("BLOB", "raw"),
        ("JSON", "text"),
        ("JSON", "CLOB"),
        ("JSON", "BLOB"),
    }


def assigned(tree: Tree) -> Iterator[tuple[str, str, exp.Expr]]:
    """Tables, columns, and what they are given."""
    for update in tree.every(exp.Update):
        table = _changed(update)
        for pair in update.expressions:
            if isinstance(pair, exp.EQ) and isinstance(pair.this, exp.Column):
                yield table, pair.this.name.upper(), pair.expression
    for insert in tree.every(exp.Insert):
        target, values = insert.this, insert.expression
        if not isinstance(target, exp.Schema | exp.Tuple) or values is None:
            continue
        table = _changed(insert)
        for row in values.expressions if isinstance(values, exp.Values) else [values]:
            given = row.expressions if isinstance(row, exp.Tuple | exp.Select) else [row]
            for column, value in zip(target.expressions, given, strict=False):
                yield table, column.name.upper(), value.unalias()


def selected_binds(tree: Tree, _kinds: Kinds, catalog: Catalog) -> Iterator[str]:
    """What may be long is bound by VALUES and SET: in a list that is selected it is a LONG."""
    for insert in tree.every(exp.Insert):
        target = insert.this
        if not isinstance(target, exp.Schema) or insert.expression is None:
            continue
        columns = catalog.tables.get(_changed(insert), {})
        for select in insert.expression.find_all(exp.Select):
            for column, value in zip(target.expressions, select.expressions, strict=False):
                held = columns.get(column.name.upper())
                if held and held.kind in LARGE and value.find(exp.Placeholder):
                    yield f"{column.name.lower()}, a {held.kind}, is given a bind by SELECT (ORA-01461)"


def _changed(change: exp.Expr) -> str:
    """The table that is inserted into or updated; within MERGE it is named there."""
    merge = change.find_ancestor(exp.Merge)
    target = merge.this if merge else change.this
    return str((target.this if isinstance(target, exp.Schema) else target).name).upper()


def merges(tree: Tree, _kinds: Kinds, catalog: Catalog) -> Iterator[str]:
    """What decides whether rows match is not changed by their match."""
    for merge in tree.every(exp.Merge):
        alias, columns = merge.this.alias_or_name.upper(), catalog.tables.get(merge.this.name.upper(), {})
        matched = {
            column.name.upper()
            for column in merge.args["on"].find_all(exp.Column)
            if column.table.upper() == alias or (not column.table and column.name.upper() in columns)
        }
        for update in merge.args["whens"].find_all(exp.Update):
            for pair in update.expressions:
                if pair.this.name.upper() in matched:
                    yield f"MERGE updates {pair.this.name}, by which it matches (ORA-38104)"


Rule = Callable[[Tree, Kinds, Catalog], Iterator[str]]

RULES: tuple[Rule, ...] = (
    *scopes.RULES,
    comparisons,
    keys,
    functions,
    sums,
    alternatives,
    stored,
    selected_binds,
    merges,
)


def faults_of(tree: Tree, catalog: Catalog) -> list[str]:
    """What is wrong with the values of a statement."""
    kinds = Kinds(tree, catalog)
    return [fault for rule in RULES for fault in rule(tree, kinds, catalog)]

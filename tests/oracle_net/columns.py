"""What the columns of a query are: as their tables declare them, or as follows from the expression."""

from collections.abc import Sequence

from sqlglot import exp

from tests.oracle_net.messages import Column
from tests.oracle_net.schema import ANY_SCALE, Schema
from tests.oracle_net.values import Kind

Origin = tuple[str, str | None, str | None]
"""The name of a column of a result, and the table and column it comes from, if it does."""

_NUMBERS = (
    exp.Count, exp.Sum, exp.Avg, exp.Length, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg,
    exp.Round, exp.Abs, exp.RowNumber,
)  # fmt: skip
_TEXTS = (exp.Lower, exp.Upper)
_AS_THEIR_PARTS = (
    exp.Max, exp.Min, exp.Coalesce, exp.Case, exp.If, exp.Nullif, exp.Subquery, exp.Window, exp.Alias,
    exp.Paren,
)  # fmt: skip
_FUNCTIONS = {
    "ORA_NOW": Kind.TIMESTAMP_TZ,
    "SYS_EXTRACT_UTC": Kind.TIMESTAMP,
    "ORA_CONCAT": Kind.VARCHAR,
    "SYS_CONTEXT": Kind.VARCHAR,
}


def described(tree: exp.Expression, origins: Sequence[Origin], schema: Schema) -> list[Column | None]:
    """The columns of a query; None for one of which only its values can tell."""
    projections = _projections(tree)
    found: list[Column | None] = []
    for at, (name, table, column) in enumerate(origins):
        declared = schema.tables.get(table or "")
        if declared is not None and column in declared.columns:
            found.append(declared.columns[column].described(name))
        elif len(projections) == len(origins):
            found.append(_of_expression(projections[at], name, tree, schema))
        else:
            found.append(None)
    return found


def seen_in(values: Sequence[object], name: str) -> Column:
    """A column by its values."""
    first = next((value for value in values if value is not None), None)
    if isinstance(first, int | float):
        return Column(name, Kind.NUMBER, scale=ANY_SCALE)
    if isinstance(first, bytes):
        return Column(name, Kind.RAW, max(len(value) for value in values if isinstance(value, bytes)))
    return Column(name, Kind.VARCHAR)


def _projections(tree: exp.Expression) -> list[exp.Expression]:
    while not isinstance(tree, exp.Select):
        if not isinstance(tree.this, exp.Expression):
            return []
        tree = tree.this
    return list(tree.expressions)


def _of_expression(node: exp.Expression, name: str, tree: exp.Expression, schema: Schema) -> Column | None:
    kind = _declared(node, tree, schema, depth=0)
    if isinstance(kind, Kind):
        return Column(name, kind, scale=ANY_SCALE if kind is Kind.NUMBER else 0)
    return None if kind is None else Column(name, kind.kind, kind.size, kind.precision, kind.scale)


def _declared(
    node: exp.Expression, tree: exp.Expression, schema: Schema, *, depth: int
) -> Column | Kind | None:
    """A kind, or the column that decides it."""
    if depth > _DEPTH_MAX:
        return None
    if isinstance(node, _NUMBERS) or (isinstance(node, exp.Literal) and not node.is_string):
        return Kind.NUMBER
    if isinstance(node, (*_TEXTS, exp.Literal)):
        return Kind.VARCHAR
    if isinstance(node, exp.Anonymous):
        return _FUNCTIONS.get(node.name.upper())
    if isinstance(node, exp.Column):
        return _column(node.name, tree, schema, depth=depth)
    if not isinstance(node, _AS_THEIR_PARTS):
        return None
    for part in _parts(node):
        found = _declared(part, tree, schema, depth=depth + 1)
        if found is not None:
            return found
    return None


_DEPTH_MAX = 20
"""Names may stand for expressions that hold the same name."""


def _parts(node: exp.Expression) -> list[exp.Expression]:
    """The parts that a value can come from."""
    if isinstance(node, exp.Subquery):
        return _projections(node)
    if isinstance(node, exp.Case):
        branches = [branch.args["true"] for branch in node.args["ifs"]]
        return [*branches, node.args["default"]] if node.args.get("default") else branches
    return [node.this, *node.expressions]


def _column(name: str, tree: exp.Expression, schema: Schema, *, depth: int) -> Column | Kind | None:
    """A column by its name: of one of the tables in the statement, or a name for an expression."""
    for source in tree.find_all(exp.Table):
        table = schema.tables.get(source.name)
        if table is not None and name in table.columns:
            return table.columns[name].described(name)
    for alias in tree.find_all(exp.Alias):
        if alias.alias == name:
            return _declared(alias.this, tree, schema, depth=depth + 1)
    return None

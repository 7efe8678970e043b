"""What is true or false: where such a thing may stand, and what is none."""

from collections.abc import Callable, Iterator

from sqlglot import exp

from tests.oracle_sql.tree import Tree, assigns, written

_TRUTHS = (
    exp.Binary,
    exp.Predicate,
    exp.Not,
    exp.Exists,
    exp.Between,
    exp.In,
    exp.Paren,
    exp.Boolean,
    exp.RegexpLike,
    exp.JSONExists,
)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.DPipe, exp.Mod, exp.Dot)
_OF_ONE_VALUE = (exp.Any, exp.All)
"""Predicates to the parser, and one side of a comparison to Oracle."""
_CONDITIONS = (
    exp.Where,
    exp.Having,
    exp.Join,
    exp.Connector,
    exp.Not,
    exp.If,
    exp.Merge,
    exp.Escape,
    exp.When,
)
_NEVER_MORE = {exp.LT: float("inf"), exp.LTE: float("inf"), exp.EQ: 1}


def truths(tree: Tree) -> Iterator[str]:
    """A condition compares: a number or a column is none."""
    for clause in tree.every(exp.Where, exp.Having, exp.Not, exp.And, exp.Or, exp.If):
        for condition in (clause.this, clause.args.get("expression")):
            if condition is None or (isinstance(clause, exp.If) and _is_simple_case(clause)):
                continue
            if isinstance(condition, _ARITHMETIC) or not isinstance(condition, _TRUTHS):
                if isinstance(condition, exp.Anonymous) or (
                    isinstance(clause, exp.Not) and _after_is(clause)
                ):
                    continue
                yield f"{written(condition)} is no condition: compare it (ORA-00920)"


def _is_simple_case(clause: exp.If) -> bool:
    parent = clause.parent
    return (isinstance(parent, exp.Case) and parent.this is not None) or clause.arg_key == "filters"


def _after_is(clause: exp.Not) -> bool:
    return isinstance(clause.this, exp.Null) or isinstance(clause.parent, exp.Is)


def truths_as_values(tree: Tree) -> Iterator[str]:
    """Whether something is true goes into a CASE before it is selected, added up, ordered by or stored."""
    for truth in tree.every(exp.Predicate, exp.Connector, exp.Not, exp.JSONExists):
        if (
            isinstance(truth, _OF_ONE_VALUE)
            or assigns(truth)
            or (isinstance(truth, exp.Not) and _after_is(truth))
        ):
            continue
        inner: exp.Expr = truth
        while isinstance(inner.parent, exp.Paren):
            inner = inner.parent
        place = inner.parent
        if isinstance(place, exp.If) and inner.arg_key != "this":
            place = None
        if inner is not tree.root and not isinstance(place, _CONDITIONS):
            yield f"{written(truth)} is a value here: write CASE WHEN … THEN 1 ELSE 0 END (ORA-00923)"


def numbers_of_rows(tree: Tree) -> Iterator[str]:
    """ROWNUM counts the rows as they are found: before they are ordered, and from one."""
    for column in tree.every(exp.Column):
        if column.name.upper() != "ROWNUM":
            continue
        place, select = column.find_ancestor(exp.Where, exp.Select), column.find_ancestor(exp.Select)
        if not isinstance(place, exp.Where):
            continue
        if select is not None and select.args.get("order"):
            yield "ROWNUM takes rows before ORDER BY orders them: write FETCH FIRST n ROWS ONLY"
        compared = column.parent
        most = _NEVER_MORE.get(type(compared), 0)
        number = compared.args.get("expression") if isinstance(compared, exp.Binary) else None
        if number is column or (isinstance(number, exp.Literal) and float(number.name) > most) or most == 0:
            yield f"{written(compared or column)} is never true: ROWNUM counts what is taken, from one"


def one_value(tree: Tree) -> Iterator[str]:
    """A value is compared with one, rows with rows of as many columns."""
    for comparison in tree.every(exp.EQ, exp.NEQ):
        one, other = comparison.this, comparison.expression
        if isinstance(other, exp.Tuple) and not isinstance(one, exp.Tuple):
            yield f"{written(comparison)}: several values are compared with IN (ORA-01797)"
    for node in tree.every(exp.In):
        wide = len(node.this.expressions) if isinstance(node.this, exp.Tuple) else 1
        for row in node.expressions:
            given = len(row.expressions) if isinstance(row, exp.Tuple) else 1
            if given != wide:
                yield f"{written(row)} has {given} columns, where {wide} are compared (ORA-00913, ORA-00947)"


RULES: tuple[Callable[[Tree], Iterator[str]], ...] = (truths, truths_as_values, numbers_of_rows, one_value)

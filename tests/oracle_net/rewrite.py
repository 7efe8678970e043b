"""Oracle's SQL as SQLite's. What both mean alike sqlglot translates; the rest is done here."""

import re
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from tests.oracle_net.errors import OraError
from tests.oracle_net.statement import TEXTS_KEPT
from tests.oracle_sql.clauses import IN_LIST_MAX
from tests.oracle_sql.tree import Tree

_NOW = {"SYSTIMESTAMP", "LOCALTIMESTAMP", "SYSDATE", "CURRENT_DATE"}


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A statement for SQLite, the tree it came from, whose names are Oracle's, and what was asked."""

    sql: str
    tree: exp.Expression
    asked: Tree
    found_by: str | None = None
    """What finds the rows that it locks, if it is one that looks for rows to lock."""


def parse(text: str) -> exp.Expression:
    """The tree of an Oracle statement. Raises ORA-00900."""
    try:
        tree = sqlglot.parse_one(text, read="oracle")
    except SqlglotError as error:
        what = re.sub(r"\x1b\[\d*m", "", str(error)).partition("\n")[0]
        raise OraError(900, f"invalid SQL statement: {what}") from None
    if not isinstance(tree, exp.Query | exp.DML):
        raise OraError(900, f"invalid SQL statement: {text[:60]}")
    return tree


@lru_cache(maxsize=TEXTS_KEPT)
def rewritten(text: str) -> Rewritten:
    """A query or a change of data as SQLite runs it."""
    parsed = parse(text)
    asked = Tree(parsed.copy())
    tree = in_sqlite(parsed)
    if isinstance(tree, exp.Merge):
        return Rewritten(_upsert(tree), tree, asked)
    return Rewritten(tree.sql("sqlite", identify=True), tree, asked, _found_by(tree))


def _found_by(tree: exp.Expression) -> str | None:
    if isinstance(tree, exp.Query):
        return tree.sql("sqlite", identify=True) if tree.args.get("locks") else None
    if not isinstance(tree, exp.Update | exp.Delete):
        return None
    condition = tree.args.get("where")
    found = exp.select("1").from_(tree.this.copy())
    if condition is not None:
        found.set("where", condition.copy())
    return found.limit(1).sql("sqlite", identify=True)


def expression(text: str) -> str:
    """A condition or a value of a definition as SQLite reads it."""
    tree = in_sqlite(parse(f"SELECT 1 FROM dual WHERE {text}"))  # noqa: S608 - a test server's own statement
    return tree.args["where"].this.sql("sqlite", identify=True)


def value(text: str) -> str:
    """A default as SQLite reads it."""
    tree = in_sqlite(parse(f"SELECT {text} FROM dual"))  # noqa: S608
    return tree.expressions[0].sql("sqlite", identify=True)


def in_sqlite(tree: exp.Expression) -> exp.Expression:
    """The tree with Oracle's own ways replaced: children first, for a replaced node hides what is below."""
    for node in reversed(list(tree.walk())):
        new = _replaced(node)
        if new is node:
            continue
        if node is tree:
            tree = new
        else:
            node.replace(new)
    return tree


def _replaced(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Identifier):
        return exp.Identifier(this=node.this if node.quoted else node.this.upper(), quoted=True)
    if isinstance(node, exp.Literal) and node.is_string and node.this == "":
        return exp.Null()
    if isinstance(node, exp.Returning):  # of one table: SQLite wants no name in front
        columns = [column.this for column in node.expressions]
        return exp.Returning(expressions=columns)
    if isinstance(node, exp.DPipe):
        return exp.Anonymous(this="ORA_CONCAT", expressions=[node.this, node.expression])
    if _is_now(node):
        return exp.Anonymous(this="ORA_NOW")
    if isinstance(node, (exp.GT, exp.GTE, exp.LT, exp.LTE)) and isinstance(node.this, exp.Tuple):
        raise OraError(1796, "this operator cannot be used with lists")
    if isinstance(node, exp.In) and len(node.expressions) > IN_LIST_MAX:
        raise OraError(1795, f"maximum number of expressions in a list is {IN_LIST_MAX}")
    if isinstance(node, exp.In) and isinstance(node.this, exp.Tuple) and node.expressions:
        rows = exp.Values(expressions=node.expressions)
        return exp.In(this=node.this, query=exp.Subquery(this=rows))
    return node


def _is_now(node: exp.Expression) -> bool:
    if type(node).__name__ in ("CurrentTimestamp", "Systimestamp", "Localtimestamp"):
        return True
    return isinstance(node, exp.Column) and not node.table and node.name.upper() in _NOW


def _upsert(merge: exp.Expression) -> str:
    """MERGE of one row of binds by key, as the journal writes it: an INSERT that replaces."""
    target, source = merge.this, merge.args["using"]
    new = source.alias_or_name
    keys = [pair.this.name for pair in _pairs(merge.args["on"], exp.EQ)]
    update: list[str] = []
    columns: list[str] = []
    values: list[str] = []
    for when in merge.args["whens"].expressions:
        then = when.args["then"]
        if when.args.get("matched"):
            update = [f'"{pair.this.name}" = {_taken(pair.expression, new)}' for pair in then.expressions]
        else:
            columns = [f'"{column.name}"' for column in then.this.expressions]
            values = [each.sql("sqlite", identify=True) for each in then.expression.expressions]
    action = f"UPDATE SET {', '.join(update)}" if update else "NOTHING"
    conflict = ", ".join(f'"{key}"' for key in keys)
    return (
        f'INSERT INTO "{target.name}" ({", ".join(columns)}) SELECT {", ".join(values)}'  # noqa: S608
        f" FROM {source.sql('sqlite', identify=True)} WHERE 1 ON CONFLICT ({conflict}) DO {action}"
    )


def _pairs(condition: exp.Expression, kind: type[exp.Expression]) -> list[exp.Expression]:
    condition = condition.unnest()
    found = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    if not all(isinstance(each.unnest(), kind) for each in found):
        raise OraError(3001, "unimplemented feature: MERGE ON something else than equal columns")
    return [each.unnest() for each in found]


def _taken(source: exp.Expression, new: str) -> str:
    if not isinstance(source, exp.Column) or source.table != new:
        raise OraError(3001, "unimplemented feature: MERGE that computes")
    return f'excluded."{source.name}"'

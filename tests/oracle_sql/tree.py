"""A parsed statement, walked through once.

The parser (sqlglot) takes nearly everything of every dialect; that it takes a statement proves little.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator
from typing import TypeVar

import sqlglot
from sqlglot import exp

from tests.oracle_sql.statement import Statement

logging.getLogger("sqlglot").setLevel(logging.ERROR)

E = TypeVar("E", bound=exp.Expr)


class NotParsed(Exception):  # noqa: N818 - says what happened
    """The parser does not know it; the text says why."""


class Tree:
    """The nodes of a statement by what they are: each rule asks for a few kinds of them."""

    def __init__(self, root: exp.Expr) -> None:
        self.root = root
        self._by_type: dict[type[exp.Expr], list[exp.Expr]] = defaultdict(list)
        for node in root.walk():
            self._by_type[type(node)].append(node)

    def every(self, *types: type[E]) -> Iterator[E]:
        """The nodes of these types, and of what derives from them."""
        for held, nodes in self._by_type.items():
            if issubclass(held, types):
                yield from nodes  # type: ignore[misc]


def parse(statement: Statement) -> Tree:
    """The tree of a query or of DML. Raises `NotParsed`."""
    try:
        root = sqlglot.parse_one(_without_targets(statement), read="oracle")
    except sqlglot.ParseError as error:
        raise NotParsed(f"it cannot be parsed: {str(error).splitlines()[0]}") from None
    if isinstance(root, exp.Command):
        raise NotParsed("it is no statement that a parser knows")
    for identifier in root.find_all(exp.Identifier):
        _keep_quotes(identifier)
    return Tree(root)


def _keep_quotes(identifier: exp.Identifier) -> None:
    """A quoted name that is not in capitals is another one than the same without quotes."""
    name = identifier.name
    if identifier.args.get("quoted") and name != name.upper():
        identifier.set("this", f'"{name}"')
        identifier.set("quoted", False)


def written(expression: exp.Expr) -> str:
    """The beginning of an expression, to be shown."""
    return expression.sql("oracle")[:60]


def assigns(comparison: exp.Expr) -> bool:
    """Whether it is `SET a = b`, which compares nothing."""
    return isinstance(comparison.parent, exp.Update) and comparison.arg_key == "expressions"


def _without_targets(statement: Statement) -> str:
    """The text without the binds of RETURNING … INTO, which the parser does not know."""
    if statement.kind != "dml" or not (returning := next(statement.places("RETURNING"), None)):
        return statement.sql
    into = next((at for at in statement.places("INTO") if at > returning), None)
    token = statement.token(into) if into else None
    return statement.sql[: token.start] if token else statement.sql

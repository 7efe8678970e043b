"""What Oracle would convert by itself, row by row, until a value is not to be converted.

SQLite compares a text with a number and says no; Oracle makes a number of the text, or fails.
"""

import re
from collections.abc import Callable, Iterator

from sqlglot import exp

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.kinds import Kind, Kinds
from tests.oracle_sql.tree import Tree, written
from tests.oracle_sql.values import assigned, compared

_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*")
_HEXADECIMAL = re.compile(r"([0-9A-Fa-f]{2})*")
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg)


def converted(tree: Tree, kinds: Kinds, catalog: Catalog) -> Iterator[str]:
    for sides in compared(tree):
        for kind in {kinds.of(side) for side in sides}:
            for side in sides:
                yield from _becomes(kind, side, kinds)
    for table, name, value in assigned(tree):
        if (held := catalog.tables.get(table, {}).get(name)) is not None:
            yield from _becomes(held.kind, value, kinds)
    for choice in tree.every(exp.Coalesce, exp.Greatest, exp.Least):
        yield from (
            fault for part in choice.expressions for fault in _becomes(kinds.of(choice.this), part, kinds)
        )


def _becomes(kind: Kind, value: exp.Expr, kinds: Kinds) -> Iterator[str]:
    """What goes wrong when a text becomes of that kind."""
    if kinds.of(value) != "text":
        return
    text = value.name if isinstance(value, exp.Literal) else None
    if kind == "number" and (text is None or not _NUMBER.fullmatch(text)):
        yield f"{written(value)} becomes a number, which it may not be: CAST the other side (ORA-01722)"
    if kind == "raw" and text is not None and not _HEXADECIMAL.fullmatch(text):
        yield f"{written(value)} is not hexadecimal (ORA-01465)"
    if kind == "time" and text is not None:
        yield f"{written(value)} becomes a time by the session's format: write DATE or TIMESTAMP (ORA-01843)"


def calculated(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    for term in tree.every(*_ARITHMETIC):
        sides = [term.this, *([term.expression] if isinstance(term, exp.Binary) else [])]
        found = [kinds.of(side) for side in sides]
        for side, kind in zip(sides, found, strict=True):
            if kind == "text":
                yield f"{written(side)} is no number to calculate with; texts are joined with || (ORA-01722)"
        if "time" in found and "number" in found:
            yield f"{written(term)} is a DATE, without fractions and zone: add an INTERVAL"
    for function in tree.every(exp.Sum, exp.Avg):
        if (kind := kinds.of(function.this)) in ("text", "raw"):
            yield f"{written(function)}: a {kind} is not added up (ORA-01722, ORA-00932)"


def numbers_that_fit(tree: Tree, _kinds: Kinds, catalog: Catalog) -> Iterator[str]:
    for table, name, value in assigned(tree):
        held = catalog.tables.get(table, {}).get(name)
        if held is None or held.scale is None or held.size is None or not isinstance(value, exp.Literal):
            continue
        whole = value.name.partition(".")[0].lstrip("0")
        if value.is_number and whole.isdigit() and len(whole) > held.size - held.scale:
            yield f"{name.lower()} has {held.size - held.scale} digits for {value.name} (ORA-01438)"


RULES: tuple[Callable[[Tree, Kinds, Catalog], Iterator[str]], ...] = (converted, calculated, numbers_that_fit)

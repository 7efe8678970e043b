"""NULL, and the empty text, which is NULL too."""

from collections.abc import Iterator

from tests.oracle_sql.names import Rule
from tests.oracle_sql.statement import Statement
from tests.oracle_sql.tokens import Kind
from tests.oracle_sql.words import words

_COMPARISONS = ("=", "<>", "!=", "<", ">", "<=", ">=")
_MAY_BE_EMPTY = words("REPLACE LISTAGG")
"""Functions of which a later argument may be nothing."""


def empty_texts(s: Statement) -> Iterator[str]:
    for at, token in enumerate(s.tokens):
        if s.kind in ("query", "dml") and token.kind is Kind.TEXT and not token.text:
            if s.word(at - 1) == "," and _function_around(s, at) in _MAY_BE_EMPTY:
                continue
            yield f"'' is NULL: nothing compares with it, and it takes no place, near {s.near(at)}"


def _function_around(s: Statement, at: int) -> str:
    around = [o for o, closing in s.partners.items() if o < at < closing]
    return s.word(max(around) - 1) if around else ""


def null_comparisons(s: Statement) -> Iterator[str]:
    if s.kind not in ("query", "dml"):
        return
    for at in s.places("NULL"):
        assigns = s.word(at - 1) == "=" and (s.word(0) in ("UPDATE", "MERGE") and "WHERE" not in s.words[:at])
        if s.word(at - 1) in _COMPARISONS and not assigns:
            yield f"nothing compares with NULL; write IS NULL, near {s.near(at)}"
        if "||" in (s.word(at - 1), s.word(at + 1)):
            yield f"a text joined with NULL is that text, near {s.near(at)}"


def empty_lengths(s: Statement) -> Iterator[str]:
    """The length of nothing is NULL, not 0."""
    for at in s.places("LENGTH", "("):
        closing = s.partners.get(at + 1, at)
        sign, number = s.word(closing + 1), s.token(closing + 2)
        if number is not None and (sign, number.text) in (("=", "0"), ("<=", "0"), ("<", "1")):
            yield f"no length is 0: a text of no length is NULL, near {s.near(at)}"


RULES: tuple[Rule, ...] = (empty_texts, null_comparisons, empty_lengths)

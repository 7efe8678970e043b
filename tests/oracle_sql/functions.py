"""Functions: which there are, and how they are written."""

from collections.abc import Iterator

from tests.oracle_sql.names import Rule
from tests.oracle_sql.statement import Statement
from tests.oracle_sql.tokens import Kind
from tests.oracle_sql.words import AGGREGATES, ARGUMENTS, BEFORE_PARENTHESIS, NILADIC, RESERVED, words

_WINDOWED = words("ROW_NUMBER RANK DENSE_RANK LAG LEAD FIRST_VALUE LAST_VALUE NTILE")
_BEFORE_TABLE = words("INTO TABLE FROM JOIN UPDATE VIEW WITH EXISTS INDEX CONSTRAINT REFERENCES ON KEY")


def calls(s: Statement) -> Iterator[int]:
    """Where something that looks like a function's name stands before a parenthesis."""
    if s.kind not in ("query", "dml"):
        return
    for at, token in enumerate(s.tokens):
        if token.kind is not Kind.WORD or s.word(at + 1) != "(" or token.text in BEFORE_PARENTHESIS:
            continue
        if s.word(at - 1) in _BEFORE_TABLE or _is_named_query(s, at) or _is_method(s, at):
            continue
        yield at


def _is_named_query(s: Statement, at: int) -> bool:
    """`name (columns) AS (`, in WITH; `alias (columns)` after a table or a parenthesis."""
    closing = s.partners.get(at + 1, at)
    return s.word(closing + 1) == "AS" and s.word(closing + 2) == "("


def _is_method(s: Statement, at: int) -> bool:
    """`.string()` and the like, at the end of a path into JSON."""
    return s.word(at - 1) == "." and s.word(at + 2) == ")"


def known(s: Statement) -> Iterator[str]:
    for at in calls(s):
        name = s.word(at)
        if name not in ARGUMENTS and name != "FILTER":
            yield f"{name.lower()}() is no function in use (ORA-00904), near {s.near(at)}"


def counts(s: Statement) -> Iterator[str]:
    for at in calls(s):
        fewest, most = ARGUMENTS.get(s.word(at), (0, 999))
        given = len(s.parts(at + 1))
        if not fewest <= given <= most:
            yield (
                f"{s.word(at).lower()}() takes {fewest}{'' if most == fewest else f' to {most}'} arguments, "
                f"not {given} (ORA-00909), near {s.near(at)}"
            )


def dates(s: Statement) -> Iterator[str]:
    if s.kind in ("query", "dml") and (s.has("DATE", "(") or s.has("TIME", "(")):
        yield "date() is SQLite's; write TRUNC or a DATE literal (ORA-00936)"


def niladic(s: Statement) -> Iterator[str]:
    for at, word in enumerate(s.words):
        if word in NILADIC and s.word(at + 1) == "(" and s.kind != "ddl":
            yield f"{word.lower()} is written without parentheses (ORA-00923)"
        if word == "CURRENT_TIMESTAMP" and s.word(at + 1) == "(" and s.word(at + 2) == ")":
            yield "current_timestamp is written without empty parentheses (ORA-30088)"


def filters(s: Statement) -> Iterator[str]:
    for at in s.places("FILTER", "("):
        if s.word(at - 1) == ")":
            yield "an aggregate has no FILTER; write CASE within it (ORA-00923)"


def stars(s: Statement) -> Iterator[str]:
    for at, word in enumerate(s.words):
        if word == "*" and s.words[at - 1 : at + 2] == ["(", "*", ")"] and s.word(at - 2) != "COUNT":
            yield f"{s.word(at - 2).lower()}(*) is no function (ORA-00904)"


def windows(s: Statement) -> Iterator[str]:
    for at, word in enumerate(s.words):
        if word in _WINDOWED and s.word(at + 1) == "(" and s.word(s.partners.get(at + 1, at) + 1) != "OVER":
            yield f"{word.lower()}() needs OVER (ORA-30484)"
    for at in s.places("OVER", "("):
        name = _function_before(s, at)
        inside = s.words[at + 1 : s.partners.get(at + 1, at)]
        if {"ROWS", "RANGE"} & set(inside) and "ORDER" not in inside:
            yield f"a window of rows needs ORDER BY in its OVER (ORA-30485), near {s.near(at)}"
        if name == "GROUP" and "ORDER" in inside:
            yield "OVER of what is WITHIN GROUP takes no ORDER BY (ORA-30487)"
        if name in _WINDOWED and "ORDER" not in inside:
            yield f"{name.lower()}() needs ORDER BY in its OVER (ORA-30485)"
        if name in AGGREGATES and "DISTINCT" in s.words[:at] and "ORDER" in inside:
            opening = next(o for o, c in s.partners.items() if c == at - 1)
            if s.word(opening + 1) == "DISTINCT":
                yield f"{name.lower()}(DISTINCT …) takes no ORDER BY in its OVER (ORA-30487)"


def _function_before(s: Statement, over: int) -> str:
    opening = next((o for o, closing in s.partners.items() if closing == over - 1), 0)
    return s.word(opening - 1)


def concatenated_groups(s: Statement) -> Iterator[str]:
    for at in s.places("LISTAGG", "("):
        if s.word(s.partners.get(at + 1, at) + 1) != "WITHIN":
            yield "listagg() is followed by WITHIN GROUP (ORDER BY …) when its order matters"


def casts(s: Statement) -> Iterator[str]:
    for at in s.places("CAST", "("):
        closing = s.partners.get(at + 1, len(s.words))
        if "AS" not in s.words[at:closing]:
            yield "CAST is written CAST(… AS type) (ORA-00905)"


def reserved_calls(s: Statement) -> Iterator[str]:
    for at, word in enumerate(s.words):
        if s.kind not in ("query", "dml") or s.word(at + 1) != "(" or word in BEFORE_PARENTHESIS:
            continue
        if word in RESERVED and word not in ("SYSDATE", "DATE", "USER", "UID", "ROWNUM"):
            yield f"{word.lower()}( is no function: the word is reserved (ORA-00936)"


RULES: tuple[Rule, ...] = (
    known,
    counts,
    dates,
    niladic,
    filters,
    stars,
    windows,
    concatenated_groups,
    casts,
    reserved_calls,
)

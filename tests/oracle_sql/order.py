"""In which order clauses stand, and what belongs between them."""

from collections.abc import Iterator

from tests.oracle_sql.names import Rule
from tests.oracle_sql.statement import Statement
from tests.oracle_sql.words import words

_CLAUSES = words("WHERE GROUP HAVING ORDER FETCH OFFSET FOR UNION MINUS INTERSECT EXCEPT WHEN SET")
_BEFORE_FETCH = words("WHERE GROUP HAVING ORDER OFFSET CONNECT")
_SETS = words("UNION MINUS INTERSECT EXCEPT")
_AFTER_A_COMMA = words("FROM WHERE GROUP HAVING ORDER FETCH OFFSET )")


def _on_its_level(s: Statement, at: int) -> Iterator[int]:
    """What follows in the same parentheses."""
    for place in range(at + 1, len(s.words)):
        if s.depth[place] < s.depth[at]:
            return
        if s.depth[place] == s.depth[at]:
            yield place


def last_clauses(s: Statement) -> Iterator[str]:
    """FETCH comes last, but for FOR UPDATE."""
    for at in s.places("FETCH"):
        for place in _on_its_level(s, at):
            if s.word(place) in _SETS:
                break
            if s.word(place) in _BEFORE_FETCH:
                yield f"{s.word(place)} stands before FETCH (ORA-03049), near {s.near(at)}"


def conditions_of_joins(s: Statement) -> Iterator[str]:
    for at in s.places("JOIN"):
        free = _without_condition(s, at)
        needed = 0 if free else 1
        for place in _on_its_level(s, at):
            word = s.word(place)
            if free and word in ("ON", "USING"):
                yield f"{free} JOIN has no {word} (ORA-00933), near {s.near(at)}"
            needed += (word == "JOIN" and not _without_condition(s, place)) - (word in ("ON", "USING"))
            if (needed < 1 and (word in ("ON", "USING", "JOIN", ","))) or word in _CLAUSES:
                break
        if needed > 0:
            yield f"JOIN needs ON or USING (ORA-00905), near {s.near(at)}"


def _without_condition(s: Statement, join: int) -> str:
    return next((word for word in ("CROSS", "NATURAL") if word in s.words[max(0, join - 3) : join]), "")


def commas(s: Statement) -> Iterator[str]:
    for at in s.places(","):
        if s.kind in ("query", "dml", "ddl") and (s.word(at + 1) in _AFTER_A_COMMA or not s.word(at + 1)):
            yield f"something is missing behind a comma (ORA-00936), near {s.near(at)}"


def texts_in_a_row(s: Statement) -> Iterator[str]:
    for at in s.places("'", "'"):
        yield f"two texts follow each other: a comma or || is missing (ORA-00907), near {s.near(at)}"


def foreign_clauses(s: Statement) -> Iterator[str]:
    if s.has("DISTINCT", "ON", "("):
        yield "DISTINCT ON is PostgreSQL's; write ROW_NUMBER (ORA-00936)"
    if s.has("WITH", "ROLLUP"):
        yield "WITH ROLLUP is MySQL's; write GROUP BY ROLLUP (…) (ORA-00933)"
    for at in s.places("NOT", "NULL"):
        if s.kind in ("query", "dml") and s.word(at - 1) != "IS":
            yield f"write IS NOT NULL (ORA-00920), near {s.near(at)}"


RULES: tuple[Rule, ...] = (last_clauses, conditions_of_joins, commas, texts_in_a_row, foreign_clauses)

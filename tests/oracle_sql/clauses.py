"""Clauses of queries and of what changes rows."""

from collections.abc import Iterator

from tests.oracle_sql.names import Rule
from tests.oracle_sql.statement import Statement
from tests.oracle_sql.tokens import Kind
from tests.oracle_sql.words import RESERVED

IN_LIST_MAX = 1_000

_FOREIGN = {
    "ILIKE": "write LOWER(…) LIKE",
    "GLOB": "write LIKE or REGEXP_LIKE",
    "REGEXP": "write REGEXP_LIKE",
    "RLIKE": "write REGEXP_LIKE",
    "SIMILAR": "write REGEXP_LIKE",
    "ISNULL": "write IS NULL",
    "NOTNULL": "write IS NOT NULL",
    "AUTOINCREMENT": "write GENERATED AS IDENTITY",
    "AUTO_INCREMENT": "write GENERATED AS IDENTITY",
    "RECURSIVE": "WITH recurs by itself",
    "PRAGMA": "it is SQLite's",
    "INDEXED": "it is SQLite's; write a hint",
    "STRAIGHT_JOIN": "it is MySQL's",
    "SYMMETRIC": "order the bounds",
    "NOCASE": "compare LOWER(…)",
    "TABLESAMPLE": "write SAMPLE",
    "CONFLICT": "write MERGE",
    "EXCLUDED": "write MERGE",
}


def foreign_words(s: Statement) -> Iterator[str]:
    for at, token in enumerate(s.tokens):
        if token.kind is Kind.WORD and token.text in _FOREIGN and s.word(at - 1) != ".":
            yield f"{token.text} is not Oracle's: {_FOREIGN[token.text]} (ORA-00933)"


def limits(s: Statement) -> Iterator[str]:
    for at in s.places("LIMIT"):
        if s.word(at + 1) in ("0", ":", "(", "ALL", "-") and s.word(at - 1) != ".":
            yield "LIMIT is written FETCH FIRST n ROWS ONLY (ORA-03049)"
    for at in s.places("OFFSET"):
        if s.word(at + 1) in ("0", ":") and s.word(at + 2) not in ("ROWS", "ROW"):
            yield "OFFSET is written OFFSET n ROWS (ORA-00933)"
    for at in s.places("TOP"):
        if s.word(at - 1) in ("SELECT", "DISTINCT") and s.word(at + 1) == "0":
            yield "TOP is written FETCH FIRST n ROWS ONLY (ORA-00923)"


def fetches(s: Statement) -> Iterator[str]:
    for at in s.places("FETCH"):
        if s.kind not in ("query", "dml"):
            continue
        rest = s.words[at + 1 : at + 6]
        if rest[:1] not in (["FIRST"], ["NEXT"]) or not {"ROW", "ROWS"} & set(rest):
            yield "FETCH is written FETCH FIRST n ROWS ONLY (ORA-00905)"
        elif not {"ONLY", "TIES"} & set(s.words[at + 1 : at + 8]):
            yield "FETCH FIRST n ROWS ends with ONLY or WITH TIES (ORA-02000)"


_GATHERING = ("FETCH", "DISTINCT", "GROUP", "UNION", "MINUS", "INTERSECT", "OVER")


def locks(s: Statement) -> Iterator[str]:
    for at in s.places("FOR", "UPDATE"):
        before = s.words[:at]
        if s.depth[at] or s.kind == "dml":
            yield "FOR UPDATE belongs to the outermost query (ORA-00907, ORA-00933)"
        for word in _GATHERING:
            if any(w == word and s.depth[i] == 0 for i, w in enumerate(before)):
                yield f"a query with {word} locks no rows with FOR UPDATE (ORA-02014)"
        if word := _gathers(s, ("FROM",) if s.word(at + 2) == "OF" else ("FROM", "JOIN")):
            yield f"rows of a query with {word} in FROM are not locked (ORA-02014)"
        if not _ends_a_lock(s, at + 2):
            yield "FOR UPDATE is followed by OF, WAIT n, NOWAIT or SKIP LOCKED (ORA-00933, ORA-30005)"
    for word in ("SHARE", "KEY"):
        if s.has("FOR", word):
            yield f"FOR {word} is PostgreSQL's (ORA-00933)"


def _gathers(s: Statement, where: tuple[str, ...]) -> str:
    """What makes the rows of an outermost query's FROM others than those of a table."""
    for at in (at for word in where for at in s.places(word, "(")):
        inside = s.words[at + 2 : s.partners.get(at + 1, at)] if s.depth[at] == 0 else ()
        if found := next((word for word in _GATHERING if word in inside), ""):
            return found
    return ""


def _ends_a_lock(s: Statement, at: int) -> bool:
    rest = s.words[at:]
    if rest[:1] == ["OF"]:
        rest = rest[next((i for i, w in enumerate(rest) if w in ("WAIT", "NOWAIT", "SKIP")), len(rest)) :]
    return rest in ([], ["NOWAIT"], ["SKIP", "LOCKED"], ["WAIT", "0"])


def is_operands(s: Statement) -> Iterator[str]:
    for at in s.places("IS"):
        after = at + 2 if s.word(at + 1) == "NOT" else at + 1
        if s.word(after) in ("0", ":", "'", "("):
            yield f"IS is followed by NULL, TRUE or FALSE (ORA-00908), near {s.near(at)}"
        if s.word(after) == "DISTINCT":
            yield "IS DISTINCT FROM is written DECODE(…, …, 0, 1) = 1 (ORA-00908)"


def table_aliases(s: Statement) -> Iterator[str]:
    """`FROM t AS x`, `JOIN t AS x`, `FROM (…) AS x`: aliases of tables take no AS."""
    if s.kind not in ("query", "dml"):
        return
    for at in s.places("AS"):
        if s.word(at + 1) in ("(", "OF") or s.word(at - 1) in ("(", ","):
            continue
        start = at - 1
        if s.word(start) == ")":
            start = next((o for o, closing in s.partners.items() if closing == start), start)
            if s.word(start + 1) != "SELECT":
                continue
        while s.word(start - 1) == ".":
            start -= 2
        if s.word(start - 1) in ("FROM", "JOIN", "UPDATE", "INTO", "USING") and not _in_extract(s, at):
            yield f"an alias of a table takes no AS (ORA-00933), near {s.near(at)}"


def _in_extract(s: Statement, at: int) -> bool:
    return any(o < at < c and s.word(o - 1) in ("EXTRACT", "TRIM", "CAST") for o, c in s.partners.items())


def inserts(s: Statement) -> Iterator[str]:
    if s.word(0) != "INSERT":
        return
    if s.word(1) != "INTO":
        yield f"INSERT {s.word(1)} is not Oracle's; write INSERT INTO, or MERGE (ORA-00925)"
    if s.has("DEFAULT", "VALUES"):
        yield "INSERT … DEFAULT VALUES is not Oracle's (ORA-00926)"
    if s.has("ON", "DUPLICATE"):
        yield "ON DUPLICATE KEY is MySQL's; write MERGE (ORA-00933)"


def returnings(s: Statement) -> Iterator[str]:
    for at in s.places("RETURNING"):
        if s.kind != "dml" or s.depth[at]:
            continue
        rest = s.words[at:]
        if "SELECT" in rest:
            yield "RETURNING asks nothing of other rows (ORA-22816)"
        elif s.word(0) == "INSERT" and any(
            w == "SELECT" and not s.depth[i] for i, w in enumerate(s.words[:at])
        ):
            yield "INSERT … SELECT returns nothing (ORA-00933)"
        elif "INTO" not in rest:
            yield "RETURNING needs INTO and a bind for each column (ORA-00925)"
        elif s.word(at + 1) == "*":
            yield "RETURNING names its columns (ORA-00936)"
        elif {":"} != set(rest[rest.index("INTO") + 1 :]) - {","}:
            yield "RETURNING goes INTO binds (ORA-01748)"
        elif _commas(s, at, "INTO") != rest[rest.index("INTO") :].count(","):
            yield "RETURNING needs a bind for each column (ORA-00947)"


def _commas(s: Statement, start: int, end: str) -> int:
    stop = s.words.index(end, start)
    return sum(s.word(at) == "," and s.depth[at] == s.depth[start] for at in range(start, stop))


def changes(s: Statement) -> Iterator[str]:
    if s.word(0) in ("DELETE", "UPDATE"):
        for word in ("ORDER", "FETCH", "OFFSET"):
            if any(w == word and s.depth[at] == 0 for at, w in enumerate(s.words)):
                yield f"{s.word(0)} has no {word} (ORA-00933)"
    if s.word(0) == "DELETE":
        for word in ("USING", "JOIN"):
            if any(w == word and s.depth[at] == 0 for at, w in enumerate(s.words)):
                yield f"DELETE has no {word}; write WHERE … IN (SELECT …) (ORA-00933)"
    if s.word(0) == "UPDATE" and any(w == "JOIN" and s.depth[at] == 0 for at, w in enumerate(s.words)):
        yield "UPDATE has no JOIN; write SET … = (SELECT …), or MERGE (ORA-00971)"
    if s.word(0) == "REPLACE":
        yield "REPLACE INTO is written MERGE (ORA-00900)"
    for at in s.places("SET", "("):
        closing = s.partners.get(at + 1, at)
        if s.kind == "dml" and s.word(closing + 1) == "=" and s.word(closing + 3) not in ("SELECT", "WITH"):
            yield "SET (…) = (…) takes a subquery (ORA-01767)"


def named_queries(s: Statement) -> Iterator[str]:
    """WITH stands in a query, not before INSERT, UPDATE and DELETE."""
    if s.word(0) == "WITH":
        for at, word in enumerate(s.words):
            if s.depth[at] == 0 and word in ("INSERT", "UPDATE", "DELETE") and s.word(at - 1) != "FOR":
                yield f"WITH … {word} is not Oracle's: WITH stands in the query (ORA-00928)"
    if s.has("AS", "MATERIALIZED") or s.has("AS", "NOT", "MATERIALIZED"):
        yield "AS MATERIALIZED is PostgreSQL's; Oracle has a hint for it (ORA-00903)"


def row_values(s: Statement) -> Iterator[str]:
    """(a, b) > (c, d): rows are only compared with = and IN, and then in double parentheses."""
    if s.kind not in ("query", "dml"):
        return
    for opening, closing in s.partners.items():
        if len(s.parts(opening)) < 2 or s.word(opening - 1) not in (
            "WHERE",
            "AND",
            "OR",
            "NOT",
            "(",
            "ON",
            "WHEN",
        ):
            continue
        sign = s.word(closing + 1)
        if sign in ("<", ">", "<=", ">="):
            yield f"rows are not compared with {sign} (ORA-01796), near {s.near(opening)}"
        if sign in ("=", "<>", "!=") and s.word(closing + 3) not in ("SELECT", "(", "WITH"):
            yield f"the right side of a row's {sign} stands in double parentheses (ORA-00920)"


def lists(s: Statement) -> Iterator[str]:
    for at in s.places("IN", "("):
        held = len(s.parts(at + 1))
        if held == 0:
            yield "a list in IN is not empty (ORA-00936)"
        if held > IN_LIST_MAX:
            yield f"a list in IN holds {held:,}, more than {IN_LIST_MAX:,} (ORA-01795)"


def stars(s: Statement) -> Iterator[str]:
    for at in s.places("SELECT"):
        star = at + 2 if s.word(at + 1) in ("DISTINCT", "ALL") else at + 1
        if s.word(star) == "*" and s.word(star + 1) == ",":
            yield "a star beside columns is written t.* (ORA-00923)"
    for at in s.places(",", "*"):
        if s.word(at + 2) in (",", "FROM"):
            yield "a star beside columns is written t.* (ORA-00936)"


def collations(s: Statement) -> Iterator[str]:
    for at in s.places("COLLATE"):
        name = s.token(at + 1)
        if name and name.text.upper() not in ("BINARY", "BINARY_CI", "BINARY_AI", "USING_NLS_COMP"):
            yield f"there is no collation {name.text} (ORA-12702)"


def transactions(s: Statement) -> Iterator[str]:
    if s.word(0) == "BEGIN" and s.word(1) in ("", "IMMEDIATE", "TRANSACTION", "DEFERRED", "EXCLUSIVE"):
        yield "a transaction begins by itself (PLS-00103)"
    if s.word(0) == "RELEASE":
        yield "a savepoint is not released (ORA-00900)"
    if s.words[:2] == ["SET", "TRANSACTION"] and "LEVEL" in s.words:
        level = s.words[s.words.index("LEVEL") + 1 :]
        if level not in (["SERIALIZABLE"], ["READ", "COMMITTED"]):
            yield f"there is no isolation level {' '.join(level)} (ORA-02179)"
    if s.words[:2] == ["LOCK", "TABLE"] and ("IN" not in s.words or "MODE" not in s.words):
        yield "LOCK TABLE says IN which MODE (ORA-00905)"
    if s.word(0) == "ROLLBACK" and s.word(1) == "TO" and s.word(2) != "SAVEPOINT":
        yield "ROLLBACK TO SAVEPOINT is written in full"


def triggers(s: Statement) -> Iterator[str]:
    if s.has("RAISE", "("):
        yield "RAISE(…) is SQLite's; write RAISE_APPLICATION_ERROR (PLS-00201)"


def alias_of_changed_table(s: Statement) -> Iterator[str]:
    if s.word(0) == "UPDATE" and s.word(2) in RESERVED - {"SET"}:
        yield f"after the table of UPDATE comes SET, not {s.word(2)} (ORA-00971)"


RULES: tuple[Rule, ...] = (
    foreign_words,
    limits,
    fetches,
    locks,
    is_operands,
    table_aliases,
    inserts,
    returnings,
    changes,
    named_queries,
    row_values,
    lists,
    stars,
    collations,
    transactions,
    triggers,
    alias_of_changed_table,
)

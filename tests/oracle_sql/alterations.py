"""What changes, empties and drops tables, and gives rights to them."""

from collections.abc import Iterator

from tests.oracle_sql.catalog import LARGE, Catalog, column_type
from tests.oracle_sql.ddl import columns
from tests.oracle_sql.names import Rule
from tests.oracle_sql.statement import Statement

_DROPPED = frozenset(["COLUMN", "CONSTRAINT", "PRIMARY", "UNIQUE", "PARTITION", "UNUSED"])


def _alters(s: Statement) -> bool:
    return s.words[:2] == ["ALTER", "TABLE"]


def alterations(s: Statement) -> Iterator[str]:
    if _alters(s):
        if s.words[3:5] == ["ADD", "COLUMN"]:
            yield "a column is added with ADD, without COLUMN (ORA-00904)"
        if s.word(3) == "DROP" and s.word(4) not in _DROPPED and s.word(4) != "(":
            yield "a column is dropped with DROP COLUMN, or DROP (…) (ORA-00905)"
        if s.word(3) == "RENAME" and s.word(4) not in ("TO", "COLUMN", "CONSTRAINT", "PARTITION"):
            yield "a column is renamed with RENAME COLUMN … TO (ORA-14155)"
        if "WHERE" in (word for at, word in enumerate(s.words) if s.depth[at] == 0):
            yield "a constraint has no WHERE (ORA-00933)"
        if s.word(3) in ("ALTER", "CHANGE"):
            yield "a column is changed with MODIFY (ORA-01735)"
    if s.word(0) == "DROP" and s.word(1) == "INDEX" and "ON" in s.words:
        yield "DROP INDEX names no table (ORA-00933)"
    if s.word(0) == "DROP" and s.word(1) == "TABLE" and s.words[-1] in ("CASCADE", "RESTRICT"):
        yield "DROP TABLE is followed by CASCADE CONSTRAINTS (ORA-00933)"


def several(s: Statement) -> Iterator[str]:
    """Columns that are added together stand in parentheses; what else is to be done needs no comma."""
    commas = [at for at in s.places(",") if s.depth[at] == 0]
    if _alters(s) and commas:
        yield f"several columns stand in parentheses: ADD (a …, b …) (ORA-00904), near {s.near(commas[0])}"
    if commas and s.words[0] in ("DROP", "TRUNCATE"):
        yield f"{s.word(0)} is of one thing (ORA-00933, ORA-03291), near {s.near(commas[0])}"
    if s.word(0) == "TRUNCATE" and s.word(1) not in ("TABLE", "CLUSTER"):
        yield "what is emptied is written TRUNCATE TABLE (ORA-03290)"
    if s.word(0) == "CREATE" and s.words[1:4] == ["OR", "REPLACE", "TABLE"]:
        yield "no table is replaced (ORA-00922)"


def added(s: Statement) -> Iterator[str]:
    """A table that has rows has no value for a new column, unless a default is one."""
    for start, end in columns(s) if _alters(s) and s.word(3) == "ADD" else ():
        words = s.words[start:end]
        if ("NOT" in words or "PRIMARY" in words) and not {"DEFAULT", "GENERATED"} & set(words):
            yield f"{s.word(start).lower()} is NOT NULL: rows that are there want a DEFAULT (ORA-01758)"


def grants(s: Statement) -> Iterator[str]:
    if s.kind == "grant" and "ON" in s.words and s.word(s.words.index("ON") + 2) == ",":
        yield "rights are of one table: a GRANT for each (ORA-00905)"


def modified(s: Statement, catalog: Catalog | None) -> Iterator[str]:
    """What holds values is not made another type; nor is anything made a LOB."""
    for start, end in columns(s) if _alters(s) and s.word(3) == "MODIFY" else ():
        word = s.word(start + 1)
        if word in LARGE:
            yield f"{s.word(start).lower()} is not made a {word}: add a column (ORA-22858)"
            continue
        held = catalog.tables.get(s.word(2), {}).get(s.word(start)) if catalog else None
        if held is None or word in ("NOT", "NULL", "DEFAULT", "VISIBLE", "INVISIBLE"):
            continue
        kind = column_type(" ".join(s.words[start + 1 : end])).kind
        if kind != held.kind:
            yield f"{s.word(start).lower()} is {held.kind}, and not made {kind} (ORA-01439)"


RULES: tuple[Rule, ...] = (alterations, several, added)
TOKEN_RULES: tuple[Rule, ...] = (grants,)

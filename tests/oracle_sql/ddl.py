"""What makes and changes tables and indexes."""

import re
from collections.abc import Iterator

from tests.oracle_sql.catalog import LARGE, Catalog
from tests.oracle_sql.names import Rule
from tests.oracle_sql.statement import Statement
from tests.oracle_sql.tokens import Kind
from tests.oracle_sql.words import FOREIGN_TYPES, RESERVED, SIZED, TYPES

BYTES_OF_A_CHARACTER = 4
"""In AL32UTF8, at most."""

_TIMES = ("DATE", "TIMESTAMP")
_NOT_THE_SAME = ("SYSDATE", "SYSTIMESTAMP", "CURRENT_DATE", "CURRENT_TIMESTAMP", "ROWNUM", "USER")
"""What is another one whenever it is asked for, or whoever asks."""
_CONSTRAINTS = frozenset(["CONSTRAINT", "PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "SUPPLEMENTAL", "PERIOD"])


def is_table(s: Statement) -> bool:
    return s.word(0) == "CREATE" and "TABLE" in s.words[1:4]


def columns(s: Statement) -> Iterator[tuple[int, int]]:
    """From and to, of each column that the statement defines."""
    if is_table(s):
        opening = next((at for at, word in enumerate(s.words) if word == "("), None)
        parts = [] if opening is None else s.parts(opening)
    elif s.words[:2] == ["ALTER", "TABLE"] and s.word(3) in ("ADD", "MODIFY") and s.word(4) != "PARTITION":
        parts = s.parts(4) if s.word(4) == "(" else [(4, len(s.words))]
    else:
        return
    yield from (part for part in parts if not _is_constraint(s, part[0]))


def _is_constraint(s: Statement, at: int) -> bool:
    word, after = s.word(at), s.word(at + 1)
    return word in _CONSTRAINTS and (word not in ("CHECK", "UNIQUE") or after == "(")


def names(s: Statement) -> Iterator[str]:
    for start, _ in columns(s):
        token = s.token(start)
        if token and token.kind is Kind.WORD and token.text in RESERVED:
            yield f"the column {token.text.lower()} is a reserved word (ORA-00904)"
    for at in (*s.places("TABLE"), *s.places("INDEX"), *s.places("CONSTRAINT"), *s.places("VIEW")):
        name = at + 4 if s.words[at + 1 : at + 4] == ["IF", "NOT", "EXISTS"] else at + 1
        if s.word(name) in RESERVED:
            yield f"the name {s.word(name).lower()} is a reserved word (ORA-00903)"


def types(s: Statement) -> Iterator[str]:
    for start, end in columns(s):
        name = s.word(start + 1)
        if s.word(0) == "ALTER" and name in ("NOT", "NULL", "DEFAULT"):
            continue  # MODIFY leaves the type alone
        if name in FOREIGN_TYPES or name not in TYPES:
            yield f"{name or 'nothing'} is no type in use (ORA-00902), near {s.near(start)}"
            continue
        yield from _size(s, start, end)


def casts(s: Statement) -> Iterator[str]:
    """CAST(… AS type): the same types as a column's."""
    for at in s.places("CAST", "("):
        closing = s.partners.get(at + 1, at)
        for place in range(at, closing):
            if s.word(place) == "AS" and s.depth[place] == s.depth[at] + 1 and s.kind in ("query", "dml"):
                if s.word(place + 1) not in TYPES:
                    yield f"{s.word(place + 1)} is no type (ORA-00902)"
                else:
                    yield from _size(s, place, closing)


def _size(s: Statement, start: int, end: int) -> Iterator[str]:
    """Of the type that follows the word at `start`."""
    name = s.word(start + 1)
    has_size = s.word(start + 2) == "(" and start + 2 < end
    if not has_size:
        if name in SIZED:
            yield f"{name} needs a size (ORA-00906), near {s.near(start)}"
        return
    token = s.token(start + 3)
    largest, common = TYPES[name]
    if largest is None or token is None or not token.text.isdigit():
        yield f"{name} takes no size (ORA-00907), near {s.near(start)}"
        return
    size = int(token.text)
    if not 1 <= size <= largest:
        yield f"{name}({size}) is larger than {largest} (ORA-00910)"
    scale = s.words[start + 4 : start + 7]
    if name in ("NUMBER", "NUMERIC") and scale[:1] == [","] and not _is_scale(s, start + 5):
        yield f"a scale of a {name} is from -84 to 127 (ORA-01728)"
    in_characters = s.word(start + 4) == "CHAR"
    if common is not None and size * (BYTES_OF_A_CHARACTER if in_characters else 1) > common:
        yield f"{name}({size}{' CHAR' if in_characters else ''}) may not hold what it says: {common} bytes"


def _is_scale(s: Statement, at: int) -> bool:
    negative = s.word(at) == "-"
    token = s.token(at + 1 if negative else at)
    return token is not None and token.text.isdigit() and int(token.text) <= (84 if negative else 127)


def sqlite_words(s: Statement) -> Iterator[str]:
    for words in (("WITHOUT", "ROWID"), ("STRICT",), ("IF", "EXISTS", "CASCADE")):
        if s.has(*words) and words != ("IF", "EXISTS", "CASCADE"):
            yield f"{' '.join(words)} is SQLite's (ORA-00922)"


def foreign_keys(s: Statement) -> Iterator[str]:
    if s.has("ON", "UPDATE"):
        yield "a foreign key has no ON UPDATE (ORA-00905)"
    for at in s.places("ON", "DELETE"):
        if s.words[at + 2 : at + 4] != ["SET", "NULL"] and s.word(at + 2) != "CASCADE":
            yield "ON DELETE is followed by CASCADE or SET NULL (ORA-00905)"
    if s.has("MATCH", "FULL") or s.has("MATCH", "SIMPLE"):
        yield "a foreign key has no MATCH (ORA-00907)"


def defaults(s: Statement) -> Iterator[str]:
    for start, end in columns(s):
        words = s.words[start:end]
        if words[1:2] and words[1] in _TIMES and "'" in words and words[words.index("'") - 1] == "DEFAULT":
            yield f"a time is no text: write DATE or TIMESTAMP before it (ORA-01843), near {s.near(start)}"
        if "DEFAULT" in words and "NOT" in words and words.index("NOT") < words.index("DEFAULT"):
            yield f"DEFAULT stands before NOT NULL (ORA-00907), near {s.near(start)}"


def doubled(s: Statement) -> Iterator[str]:
    if s.word(0) != "CREATE":
        return
    names = [s.word(start) for start, _ in columns(s)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"the column {name.lower()} is defined twice (ORA-00957)"
    if len(list(s.places("PRIMARY", "KEY"))) > 1:
        yield "a table has one primary key (ORA-02260)"


def constants(s: Statement) -> Iterator[str]:
    """A definition is the same whoever runs it, and a default the same for each row."""
    if ":" in s.words and "DUALITY" not in s.words:
        yield "a definition has no binds (ORA-01027)"
    names = {s.word(start) for start, _ in columns(s)}
    for at in s.places("DEFAULT"):
        if s.token(at + 1) and s.word(at + 1) in names:
            yield f"a default is no column: {s.word(at + 1).lower()} (ORA-00984)"


def keys_of_columns(s: Statement) -> Iterator[str]:
    """A table has columns, and its keys are of those."""
    if not is_table(s) or s.word(s.words.index("(") - 1 if "(" in s.words else 0) == "SELECT":
        return
    names = {s.word(start) for start, _ in columns(s)}
    if not names and "AS" not in s.words:
        yield "a table has columns (ORA-00904)"
    for name, _ in _key_columns(s) if names else ():
        if name not in names:
            yield f"a key is of {name.lower()}, which the table does not have (ORA-00904)"


def checks(s: Statement) -> Iterator[str]:
    for at in s.places("CHECK", "("):
        inside = s.words[at + 1 : s.partners.get(at + 1, at)]
        for word in _NOT_THE_SAME:
            if word in inside:
                yield f"a check does not ask for {word} (ORA-02436)"
        if "SELECT" in inside:
            yield "a check holds no query (ORA-02251)"
    for start, end in columns(s):
        words = s.words[start:end]
        if "DEFAULT" in words and "SELECT" in words:
            yield f"a default holds no query (ORA-02251), near {s.near(start)}"


def indexes(s: Statement) -> Iterator[str]:
    if s.word(0) != "CREATE" or "INDEX" not in s.words[1:3]:
        return
    for at in s.places("WHERE"):
        if s.depth[at] == 0:
            yield "an index has no WHERE; index an expression that is NULL elsewhere (ORA-00933)"
    for word in _NOT_THE_SAME:
        if s.has(word):
            yield f"an index does not ask for {word} (ORA-01743)"
    if s.has("USING"):
        yield "an index has no USING (ORA-00905)"
    if s.has("CONCURRENTLY"):
        yield "CONCURRENTLY is PostgreSQL's; write ONLINE (ORA-00969)"
    if s.has("NULLS"):
        yield "an index has no NULLS FIRST or LAST, and no NULLS DISTINCT (ORA-00907)"
    if s.has("INCLUDE"):
        yield "an index has no INCLUDE (ORA-00933)"


def identities(s: Statement) -> Iterator[str]:
    for at in s.places("IDENTITY"):
        if s.word(at - 1) != "AS":
            yield "an identity is written GENERATED … AS IDENTITY (ORA-00907)"


def partitions(s: Statement) -> Iterator[str]:
    for at in s.places("PARTITION", "BY"):
        if s.word(at + 2) not in ("RANGE", "HASH", "LIST") or s.word(at + 3) != "(":
            yield "a table is partitioned BY RANGE, HASH or LIST of columns (ORA-14151)"
        if s.has("INTERVAL", "(") and not s.has("VALUES", "LESS", "THAN"):
            yield "the first partition of intervals is written out (ORA-14761)"


def temporary_tables(s: Statement) -> Iterator[str]:
    if s.word(0) == "CREATE" and re.match(r"TEMP(ORARY)?$", s.word(1)):
        yield "a temporary table is GLOBAL or PRIVATE (ORA-00901)"


def keys(s: Statement, catalog: Catalog | None) -> Iterator[str]:
    """What is large is no key and has no index; what has a zone is no primary or unique key."""
    held = {s.word(start): _held(s, start) for start, _ in columns(s)}
    if catalog is not None and (table := catalog.tables.get(_table_of(s))) is not None:
        held |= {name: (of.name, of.with_zone) for name, of in table.items() if name not in held}
    for name, is_constraint in _key_columns(s):
        kind, zoned = held.get(name, ("", False))
        if kind in LARGE:
            number = "ORA-02329" if is_constraint else "ORA-02327"
            yield f"{name.lower()} is a {kind}: it is no key and has no index ({number})"
        if zoned and is_constraint:
            yield f"{name.lower()} has a time zone: it is no primary or unique key (ORA-02329)"


def _held(s: Statement, column: int) -> tuple[str, bool]:
    """A defined column's type, and whether it has a zone."""
    behind = column + 2 if s.word(column + 2) != "(" else s.partners.get(column + 2, column) + 1
    return s.word(column + 1), s.words[behind : behind + 3] == ["WITH", "TIME", "ZONE"]


def _table_of(s: Statement) -> str:
    """The table that an index is of, or that is altered."""
    if s.word(0) == "CREATE" and "INDEX" in s.words[1:4] and "ON" in s.words:
        return s.word(s.words.index("ON") + 1)
    return s.word(2) if s.words[:2] == ["ALTER", "TABLE"] else ""


def _key_columns(s: Statement) -> Iterator[tuple[str, bool]]:
    """The columns of each key and index of a statement, and whether a constraint makes it."""
    for words in (("PRIMARY", "KEY"), ("UNIQUE",)):
        for at in s.places(*words):
            opening = at + len(words)
            if s.word(opening) == "(":
                yield from ((s.word(start), True) for start, _ in s.parts(opening))
    for start, end in columns(s):
        if {"PRIMARY", "UNIQUE"} & set(s.words[start:end]):
            yield s.word(start), True
    if s.word(0) == "CREATE" and "INDEX" in s.words[1:4] and "(" in s.words:
        yield from ((s.word(start), False) for start, _ in s.parts(s.words.index("(")))


RULES: tuple[Rule, ...] = (
    names,
    types,
    sqlite_words,
    foreign_keys,
    defaults,
    doubled,
    constants,
    keys_of_columns,
    checks,
    indexes,
    identities,
    partitions,
    temporary_tables,
)

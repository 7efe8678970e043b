"""JSON: how functions over it are written."""

from collections.abc import Iterator

from tests.oracle_sql.names import Rule
from tests.oracle_sql.statement import Statement

_BY_PATH = ("JSON_VALUE", "JSON_QUERY", "JSON_EXISTS")


def paths(s: Statement) -> Iterator[str]:
    """A path is written out: no bind, no other expression."""
    for word in _BY_PATH:
        for at in s.places(word, "("):
            parts = s.parts(at + 1)
            if len(parts) < 2:
                continue
            path = s.token(parts[1][0])
            if s.word(parts[1][0]) != "'" or s.word(parts[1][0] + 1) == "||":
                yield f"the path of {word} is a text that is written out (ORA-40454)"
            elif path and not path.text.removeprefix("lax ").removeprefix("strict ").startswith("$"):
                yield f"a path into JSON begins with $, near {s.near(at)} (ORA-40442)"


def objects(s: Statement) -> Iterator[str]:
    """`JSON_OBJECT('a' VALUE 1)`, not `JSON_OBJECT('a', 1)`."""
    for word in ("JSON_OBJECT", "JSON_OBJECTAGG"):
        for at in s.places(word, "("):
            parts = s.parts(at + 1)
            if any(s.word(start) in ("'", "0", ":") and end - start == 1 for start, end in parts):
                yield f"{word} is given keys and values: 'key' VALUE value, near {s.near(at)} (ORA-02000)"


RULES: tuple[Rule, ...] = (paths, objects)

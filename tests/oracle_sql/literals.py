"""What is written into a statement: patterns, intervals, parts of an instant."""

import re
from collections.abc import Iterator

from tests.oracle_sql.names import Rule
from tests.oracle_sql.statement import Statement

_UNITS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
_PARTS = (*_UNITS, "TIMEZONE_HOUR", "TIMEZONE_MINUTE", "TIMEZONE_REGION", "TIMEZONE_ABBR")
LEADING_DIGITS_MAX = 2
"""Of an interval's first field where its precision is not written."""


def escapes(s: Statement) -> Iterator[str]:
    for at in s.places("ESCAPE", "'"):
        escape = s.tokens[at + 1].text
        if len(escape) != 1:
            yield f"ESCAPE is followed by one character (ORA-01425), near {s.near(at)}"
        elif s.words[at - 2 : at] == ["LIKE", "'"]:
            pattern = s.tokens[at - 1].text.replace(escape * 2, "")
            if re.search(rf"{re.escape(escape)}(?![%_])", pattern):
                yield f"{escape} escapes %, _ or itself (ORA-01424), near {s.near(at)}"


def intervals(s: Statement) -> Iterator[str]:
    for at in s.places("INTERVAL", "'"):
        text, unit = s.tokens[at + 1].text, s.word(at + 2)
        if unit not in _UNITS:
            yield f"INTERVAL '…' is followed by what it counts (ORA-30089), near {s.near(at)}"
        digits = re.match(r"[+-]?(\d+)", text)
        if digits is None:
            yield f"an interval begins with a number (ORA-01867), near {s.near(at)}"
        elif len(digits[1]) > LEADING_DIGITS_MAX and s.word(at + 3) != "(":
            yield f"an interval of more than 99 says how many digits it has (ORA-01873), near {s.near(at)}"


def extracts(s: Statement) -> Iterator[str]:
    for at in s.places("EXTRACT", "("):
        if s.word(at + 3) == "FROM" and s.word(at + 2) not in _PARTS:
            yield f"EXTRACT has no {s.word(at + 2)} (ORA-00907), near {s.near(at)}"


RULES: tuple[Rule, ...] = (escapes, intervals, extracts)

"""Dates and times as they are written, and how they are formatted, truncated and counted."""

import re
from collections.abc import Iterator
from datetime import datetime

from tests.oracle_sql.names import Rule
from tests.oracle_sql.statement import Statement
from tests.oracle_sql.words import words

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_TIMESTAMP = re.compile(
    r"(\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}:\d{2})(\.\d{1,9})?( ?[+-]\d{1,2}:\d{2}| \w+(/\w+)*)?"
)
_ELEMENT = re.compile(
    r"SYYYY|YYYY|YYY|YY|Y,YYY|RRRR|RR|IYYY|IYY|IY|I|Y|CC|Q|MONTH|MON|MM|RM|WW|IW|W|DDD|DD|DAY|DY|DL|DS|D|J|"
    r"HH24|HH12|HH|MI|SSSSS|SS|FF[1-9]?|X|AM|PM|A\.M\.|P\.M\.|BC|AD|TZH|TZM|TZR|TZD|TS|FM|FX|"
    r"[-/,.;: ]|\"[^\"]*\"",
    re.IGNORECASE,
)
_FORMATTED = words("TO_DATE TO_TIMESTAMP")
_TRUNCATED = words(
    "CC SCC SYYYY YYYY YYY YY Y YEAR SYEAR IYYY IYY IY I Q MONTH MON MM RM WW IW W DDD DD J DAY DY D "
    "HH HH12 HH24 MI"
)
_COUNTED = {"NUMTODSINTERVAL": words("DAY HOUR MINUTE SECOND"), "NUMTOYMINTERVAL": words("YEAR MONTH")}
_WITHOUT_TIME = words("SYSDATE CURRENT_DATE DATE")


def written_times(s: Statement) -> Iterator[str]:
    for at in s.places("DATE", "'"):
        text = s.tokens[at + 1].text
        if not _DATE.fullmatch(text) or not _exists(text, "%Y-%m-%d"):
            yield f"DATE '{text}' is no day: it is written YYYY-MM-DD (ORA-01847, ORA-01843, ORA-01861)"
    for at in s.places("TIMESTAMP", "'"):
        text = s.tokens[at + 1].text
        found = _TIMESTAMP.fullmatch(text)
        if found is None or not _exists(found[1], "%Y-%m-%d %H:%M:%S"):
            yield f"TIMESTAMP '{text}' is no time: it is written YYYY-MM-DD HH:MM:SS (ORA-01843, ORA-01861)"


def _exists(text: str, how: str) -> bool:
    try:
        datetime.strptime(text, how)  # noqa: DTZ007 - looked at, not used
    except ValueError:
        return False
    return True


def bound_literals(s: Statement) -> Iterator[str]:
    for word in ("INTERVAL", "DATE", "TIMESTAMP"):
        for at in s.places(word):
            if s.kind in ("query", "dml") and s.word(at + 1) in (":", "0"):
                how = "write NUMTODSINTERVAL of a number" if word == "INTERVAL" else "bind the value alone"
                yield f"{word} is followed by a text, near {s.near(at)}: {how} (ORA-00936)"


def formats(s: Statement) -> Iterator[str]:
    """The second argument of TO_CHAR and its like: of a number it begins otherwise."""
    for at, word in enumerate(s.words):
        if word not in ("TO_CHAR", *_FORMATTED) or s.word(at + 1) != "(":
            continue
        parts = s.parts(at + 1)
        if word in _FORMATTED and len(parts) == 1:
            yield f"{word.lower()}() of a text alone reads it by the session's format (ORA-01843)"
        if len(parts) < 2 or s.words[slice(*parts[1])] != ["'"]:
            continue
        how = s.tokens[parts[1][0]].text
        if word == "TO_CHAR" and re.match(r"(FM)?[90$LSX.]", how, re.IGNORECASE):
            continue
        if left := _ELEMENT.sub("", how):
            yield f"{left} formats no time, near {s.near(at)}: other text is quoted (ORA-01821)"
        elif re.search(r"HH(12|24)?:MM", how, re.IGNORECASE):
            yield f"minutes are MI, and MM is the month, near {s.near(at)} (ORA-01810)"


def truncations(s: Statement) -> Iterator[str]:
    for word in ("TRUNC", "ROUND"):
        for at in s.places(word, "("):
            parts = s.parts(at + 1)
            how = s.token(parts[1][0]) if len(parts) == 2 and s.words[slice(*parts[1])] == ["'"] else None
            if how is not None and how.text.upper() not in _TRUNCATED:
                yield f"{word} knows no '{how.text}', near {s.near(at)} (ORA-01898, ORA-01899)"


def counted(s: Statement) -> Iterator[str]:
    for word, units in _COUNTED.items():
        for at in s.places(word, "("):
            parts = s.parts(at + 1)
            unit = s.token(parts[1][0]) if len(parts) == 2 and s.words[slice(*parts[1])] == ["'"] else None
            if unit is not None and unit.text.upper() not in units:
                yield f"{word} counts no '{unit.text}' (ORA-01760)"


def parts_of_days(s: Statement) -> Iterator[str]:
    """A DATE has an hour, but not for EXTRACT."""
    for at in s.places("EXTRACT", "("):
        if s.word(at + 2) in ("HOUR", "MINUTE", "SECOND") and s.word(at + 4) in _WITHOUT_TIME:
            yield f"EXTRACT takes no {s.word(at + 2)} from a DATE (ORA-30076)"


RULES: tuple[Rule, ...] = (written_times, bound_literals, formats, truncations, counted, parts_of_days)

"""Whether what runs on SQLite could be written for Oracle, without what only SQLite has."""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine, event, make_url
from sqlalchemy.sql import ClauseElement

from tests.fittrack.db.test_schema import ORACLE_RESERVED

ORACLE = make_url("oracle+oracledb://").get_dialect()()
FOREIGN = re.compile(r"\bLIMIT\b|\bON CONFLICT\b|\bIS (1|0)\b|\bjson_each\b|\bSTRICT\b", re.IGNORECASE)


def statements_of(*engines: Engine) -> set[str]:
    """What the engines execute from now on, as Oracle would be sent it."""
    seen: set[str] = set()

    def note(_: object, clause: Any, *__: object) -> None:
        if isinstance(clause, ClauseElement):
            seen.add(str(clause.compile(dialect=ORACLE)))

    for engine in engines:
        event.listen(engine, "before_execute", note)
    return seen


def assert_fit_for_oracle(statements: Iterable[str]) -> None:
    """Nothing of SQLite's own, and no reserved word as a name."""
    for sql in statements:
        assert not FOREIGN.search(sql), sql
        names = {name.upper() for name in re.findall(r":(\w+)|\bAS (\w+)", sql) for name in name if name}
        assert not names & ORACLE_RESERVED, sql

"""Oracle's functions that SQLite has not, or understands otherwise."""

from datetime import UTC, datetime
from typing import Any

import apsw

from tests.oracle_net.values import as_text


def now() -> str:
    """This instant, in UTC, as it is stored."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def facts_of(user: str) -> dict[str, str]:
    """What a session of a user begins with; it may be altered. Its sort is what a logon trigger may set."""
    return {"CURRENT_SCHEMA": user, "SESSION_USER": user, "CURRENT_USER": user, "NLS_SORT": "GERMAN"}


def add_functions(connection: apsw.Connection, facts: dict[str, str]) -> None:
    """Make them known to a connection. `facts`: what is true of its session."""
    connection.create_scalar_function("ORA_NOW", now, 0)
    connection.create_scalar_function("ORA_CONCAT", _concatenated, 2, deterministic=True)
    connection.create_scalar_function("LOWER", _lower, 1, deterministic=True)
    connection.create_scalar_function("UPPER", _upper, 1, deterministic=True)
    connection.create_scalar_function("SYS_EXTRACT_UTC", lambda instant: instant, 1)
    connection.create_scalar_function("SYS_CONTEXT", lambda _space, name: facts.get(str(name).upper()), 2)


def _concatenated(one: Any, other: Any) -> str | None:
    """NULL is the empty text here."""
    return (as_text(one) + as_text(other)) or None


def _lower(text: Any) -> str | None:
    """SQLite's own knows ASCII only."""
    return None if text is None else as_text(text).lower()


def _upper(text: Any) -> str | None:
    return None if text is None else as_text(text).upper()

"""What the application's own user may do with the owner's tables: no more than the product does.

The owner migrates and owns; the application connects as a user who can neither alter nor drop anything, with
`ORACLE_SCHEMA` naming the owner. What it never does, it may not do.
"""

import re
from collections.abc import Iterator
from typing import Final

from sqlalchemy import MetaData

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_$#]{0,127}")
"""A user that is written without quotes."""

HISTORY: Final = "alembic_version"
"""Alembic's own table: a server looks whether the schema is the newest."""

EVERYTHING: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")

_KEPT: Final = ("SELECT", "INSERT")
"""For ever, and as it was written."""

_ELSE: Final = {
    "alternates": _KEPT,
    "audit_log": ("SELECT", "INSERT", "UPDATE"),  # sealed after it was written; what is personal is erased
    "drawing_log": ("SELECT", "INSERT", "UPDATE"),  # keys and answers are forgotten, units are not
    "effect_receipts": _KEPT,
    "fulfillment_transitions": ("SELECT", "INSERT", "UPDATE"),  # what is personal is erased
    "ledger": _KEPT,
    "official_rules": _KEPT,
    "passed_over": _KEPT,
    "user_log": ("SELECT", "INSERT", "UPDATE"),
    "users": ("SELECT", "INSERT", "UPDATE"),  # a deleted account is a row without a person
    "winners": _KEPT,
    HISTORY: ("SELECT",),
}
"""What is not all rights. Each run of the tests on Oracle holds what the product sends against these."""


def rights(table: str) -> tuple[str, ...]:
    """What the application may do with the rows of a table."""
    return _ELSE.get(table, EVERYTHING)


def statements(metadata: MetaData, user: str) -> Iterator[tuple[str, str]]:
    """Each table, and the GRANT for it. Raises ValueError for what is no name of a user."""
    if not NAME.fullmatch(user):
        raise ValueError(f"{user!r} is no name of an Oracle user: letters, digits and underscores")
    for table in [*(table.name for table in metadata.sorted_tables), HISTORY]:
        yield table, f"GRANT {', '.join(rights(table))} ON {table} TO {user}"

"""The metadata, its naming of constraints, and the options that every table shares."""

from typing import Any

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False, "sqlite_strict": True}
"""Rows live in the primary key's own tree."""

STRICT: dict[str, Any] = {"sqlite_strict": True}
"""SQLite checks the types of values, as Oracle does."""

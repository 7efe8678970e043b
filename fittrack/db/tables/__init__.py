"""The whole schema: one metadata for SQLite and Oracle, a module for each area.

Clustered primary keys (`WITHOUT ROWID`, on SQLite) keep a player's or a drawing's rows together; ids are
time-ordered, so that inserts touch few pages. What Oracle has beyond the schema stands in `db.oracle`.
"""

from fittrack.db.tables import (
    accounts,
    activities,
    analytics,
    drawings,
    logs,
    messages,
    operations,
    partners,
    prizes,
    sessions,
)
from fittrack.db.tables.base import metadata

__all__ = [
    "accounts",
    "activities",
    "analytics",
    "drawings",
    "logs",
    "messages",
    "metadata",
    "operations",
    "partners",
    "prizes",
    "sessions",
]

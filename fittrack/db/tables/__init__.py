"""The whole schema: one metadata for SQLite and Oracle, a module for each area.

Clustered primary keys (`WITHOUT ROWID`; index-organized on Oracle) keep a player's or a drawing's
rows together; ids are time-ordered, so that inserts touch few pages.
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

"""What code passes on without speaking SQL itself: connections, tables, statements made by `queries`.

Everything outside of `queries`, `statements`, the ledger and `db` takes these names from here, so that
an import of SQLAlchemy anywhere else is a breach of the architecture that `make lint` sees.
"""

from sqlalchemy import Connection, Engine, Executable, Table
from sqlalchemy.exc import DatabaseError, IntegrityError, SQLAlchemyError

__all__ = [
    "Connection",
    "DatabaseError",
    "Engine",
    "Executable",
    "IntegrityError",
    "SQLAlchemyError",
    "Table",
]

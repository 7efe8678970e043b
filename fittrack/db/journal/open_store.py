"""The store that belongs to an engine."""

from sqlalchemy import Engine

from fittrack.db.journal.oracle_store import OracleStore
from fittrack.db.journal.sqlite_store import SqliteStore
from fittrack.db.journal.store import Store


def open_store(engine: Engine) -> Store:
    """The journal's store for `engine`'s database."""
    return OracleStore(engine) if engine.dialect.name == "oracle" else SqliteStore(engine)

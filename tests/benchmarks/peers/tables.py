"""What both peers store: accounts with a balance, a ledger, a drawing's entries, answered keys."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import (
    Column,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
)

metadata = MetaData()
accounts = Table(
    "accounts",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("balance", Integer, nullable=False),
)
drawings = Table(
    "drawings",
    metadata,
    Column("drawing_id", String(36), primary_key=True),
    Column("cost", Integer, nullable=False),
    Column("status", String(10), nullable=False),
    Column("closes_at", Integer, nullable=False),
)
ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("transaction_id", String(36), nullable=False, unique=True),
    Column("user_id", ForeignKey(accounts.c.user_id), nullable=False, index=True),
    Column("amount", Integer, nullable=False),
    Column("balance_after", Integer, nullable=False),
    Column("reference_id", String(36), nullable=False),
    Column("created_at", Integer, nullable=False),
)
entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("drawing_id", ForeignKey(drawings.c.drawing_id), nullable=False, index=True),
    Column("user_id", ForeignKey(accounts.c.user_id), nullable=False),
    Column("transaction_id", String(36), nullable=False),
    Column("ticket_count", Integer, nullable=False),
)
answered_keys = Table(
    "answered_keys",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("idem_key", String(255), primary_key=True),
    Column("answer", LargeBinary, nullable=False),
)

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "cache_size=-65536",
)


def set_up(engine: Engine) -> None:
    """Give each connection the same durability as the product's, and lock for writing from the start."""

    @event.listens_for(engine, "connect")
    def prepare(connection, _record):  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection):  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def fill(path: Path, *, users: Sequence[UUID], balance: int, drawing_id: UUID, closes_at_ms: int) -> None:
    """Make the database at `path`: the same players and the same open drawing as the product's."""
    engine = create_engine(f"sqlite:///{path}")
    set_up(engine)
    with engine.begin() as connection:
        metadata.create_all(connection)
        rows = [{"user_id": str(user), "balance": balance} for user in users]
        connection.execute(insert(accounts), rows)
        drawing = {"drawing_id": str(drawing_id), "cost": 1, "status": "open", "closes_at": closes_at_ms}
        connection.execute(insert(drawings), drawing)
    engine.dispose()


def database_path() -> str:
    """Where the service that runs in this process finds its database."""
    return os.environ["PEER_DATABASE"]


def encode(answer: dict[str, object]) -> bytes:
    return json.dumps(answer).encode()

"""A database with values in every sealed column, whatever else its rows mean."""

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Engine, Table, select

from fittrack.db.sealed_columns import SEALED_COLUMNS, SealedColumn
from fittrack.db.types import Bytes, Day, Document, Uuid16
from fittrack.kit.sealing import SealBroken, Sealer

OLD, NEW = {"old": bytes(32)}, {"new": bytes(range(32))}
FORMER, BOTH, LATTER = Sealer(OLD), Sealer({**NEW, **OLD}), Sealer(NEW)


class Secret(NamedTuple):
    """A value somewhere in the database."""

    place: SealedColumn
    key: Any
    plain: bytes

    def opens(self, engine: Engine, sealer: Sealer) -> bool:
        """Whether it is there, and `sealer` can read it."""
        try:
            return sealer.open(self.sealed(engine), self.place.context(self.key)) == self.plain
        except SealBroken:
            return False

    def sealed(self, engine: Engine) -> bytes:
        """The value as it is stored."""
        with engine.connect() as connection:
            stored = select(self.place.column).where(self.place.key == self.key)
            return bytes(connection.execute(stored).scalar_one())


def fill(file: Path, sealer: Sealer, rows: int) -> list[Secret]:
    """So many rows with a value in every sealed column."""
    kept: list[Secret] = []
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")  # whom a row belongs to is no matter of its key
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for table in dict.fromkeys(place.table for place in SEALED_COLUMNS):
            for _ in range(rows):
                kept += _add(connection, table, sealer)
        connection.commit()
    return kept


def _add(connection: sqlite3.Connection, table: Table, sealer: Sealer) -> list[Secret]:
    row = {column.name: _some(column) for column in table.columns if not column.nullable}
    made: list[Secret] = []
    for place in SEALED_COLUMNS:
        if place.table is table:
            stored = row[place.key.name]
            key = UUID(bytes=stored) if isinstance(place.key.type, Uuid16) else stored
            secret = Secret(place, key, secrets.token_bytes(40))
            row[place.column.name] = sealer.seal(secret.plain, place.context(key))
            made.append(secret)
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(row.values()))  # noqa: S608
    return made


def _some(column: Column[Any]) -> object:
    match column.type:
        case Uuid16() | Bytes(size=16):
            return secrets.token_bytes(16)
        case Bytes() | Document():
            return secrets.token_bytes(32)
        case Day():
            return "2026-03-02"
        case kind if kind.python_type is str:
            return secrets.token_hex(4)
        case _:
            return 1

"""What every test that shakes the system asks of the database at its end (DESIGN 4, Invariants)."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url

from fittrack.check.checking import check_database
from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.handles import Engine
from fittrack.fairness.beacon import CHAINS, Chain
from fittrack.kit.sealing import Sealer


def assert_invariants(
    database: Path | DatabaseSettings | Engine,
    sealer: Sealer | None = None,
    *,
    settled: bool = False,
    chains: Mapping[str, Chain] = CHAINS,
) -> None:
    """Every invariant holds in `database`: a SQLite file, what settings name, or an engine.

    `sealer` opens the drawings' secrets where they were not sealed with the keys of development. When
    `settled`, no refund may still wait. `chains`: the beacons that may have decided drawings.
    """
    if isinstance(database, Engine):
        findings = check_database(database, sealer, settled=settled, chains=chains)
    else:
        named = DatabaseSettings(url=f"sqlite:///{database}") if isinstance(database, Path) else database
        with _reading(named) as engine:
            findings = check_database(engine, sealer, settled=settled, chains=chains)
    assert not findings, "\n".join(f"{finding.invariant.name}: {finding}" for finding in findings)


@contextmanager
def _reading(database: DatabaseSettings) -> Iterator[Engine]:
    """An engine that reads `database`."""
    engine = make_engine(database, Access.READ) if database.oracle_dsn else _reader().at(database)
    try:
        yield engine
    finally:
        engine.dispose()


class _Reader:
    """One engine for the SQLite files of all tests: it compiles each statement once, not once a file."""

    def __init__(self) -> None:
        self._engine, self._file = make_engine(DatabaseSettings(url="sqlite:///unused"), Access.READ), ""
        event.listen(self._engine, "do_connect", self._connect)

    def at(self, database: DatabaseSettings) -> Engine:
        """The engine, whose next connections are to `database`."""
        self._file = make_url(database.url).database or ""
        return self._engine

    def _connect(self, _dialect: object, _record: object, _cargs: object, options: Any) -> sqlite3.Connection:
        return sqlite3.connect(self._file, **options)


@cache
def _reader() -> _Reader:
    return _Reader()

"""How connections are set up, for either database."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import oracledb
import pytest
from sqlalchemy import Engine, text

from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.oracle_store import OracleStore
from fittrack.db.journal.sqlite_store import SqliteStore
from tests.fittrack.db.journal_world import a_database


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("wal_autocheckpoint", 10_000),
        ("busy_timeout", 5_000),
    ],
)
@pytest.mark.parametrize("access", list(Access))
def test_every_sqlite_connection_is_durable_and_checked(
    tmp_path: Path, access: Access, pragma: str, value: object
) -> None:
    a_database(tmp_path).dispose()
    engine = a_database(tmp_path, access)
    with engine.connect() as connection:
        assert connection.scalar(text(f"PRAGMA {pragma}")) == value
    engine.dispose()


def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    engine = make_engine(DatabaseSettings(url=f"sqlite:///{tmp_path}/var/deep/fittrack.db"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (a INTEGER)"))
    assert (tmp_path / "var/deep/fittrack.db").exists()
    engine.dispose()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://localhost/x"])
def test_a_url_that_cannot_serve_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL must be like"):
        make_engine(DatabaseSettings(url=url))


def test_two_processes_share_a_file_and_the_second_writer_waits_its_turn(
    engine: Engine, tmp_path: Path
) -> None:
    other = a_database(tmp_path)
    with engine.begin() as first:
        first.execute(text("CREATE TABLE t (a INTEGER)"))
    with other.begin() as second:
        second.execute(text("INSERT INTO t VALUES (1)"))
    other.dispose()


def test_an_oracle_dsn_makes_an_oracle_engine_of_thin_pooled_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, object] = {}

    class Pool:
        def acquire(self) -> None:
            raise AssertionError("an engine that is only made connects to nothing")

        def close(self, *, force: bool) -> None:
            asked["closed"] = force

    def create_pool(**options: object) -> Pool:
        asked.update(options)
        return Pool()

    monkeypatch.setattr(oracledb, "create_pool", create_pool)
    engine = make_engine(
        DatabaseSettings(
            oracle_dsn="db.example/fittrack",
            oracle_user="fittrack",
            oracle_password="secret",
            oracle_pool_min=3,
            oracle_pool_max=9,
            oracle_wallet_dir="/wallet",
        )
    )
    assert engine.dialect.name == "oracle"
    assert (
        asked.items() >= {"dsn": "db.example/fittrack", "min": 3, "max": 9, "config_dir": "/wallet"}.items()
    )
    assert isinstance(open_store(engine), OracleStore)
    engine.dispose()
    assert asked["closed"] is True


def test_settings_never_show_the_password() -> None:
    assert "secret" not in repr(DatabaseSettings(oracle_dsn="db", oracle_password="secret"))


def test_sqlite_has_a_store_of_its_own(engine: Engine) -> None:
    assert isinstance(open_store(engine), SqliteStore)


def test_a_new_file_that_another_process_writes_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "new.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(time, "sleep", lambda _seconds: other.execute("COMMIT"))
        with make_engine(DatabaseSettings(url=f"sqlite:///{file}")).connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"

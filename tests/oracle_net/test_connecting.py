"""The product's engine and the driver's pool: who gets in, how many connections there are, and over TLS."""

import asyncio
import socket
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import oracledb
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from fittrack.db import migrate, oracle_faults
from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.reads import READ_THREADS, Reads
from fittrack.kit.problems import Busy
from tests.oracle_net.certificates import HOST, make_certificate, protect
from tests.oracle_net.conftest import Place, a_schema
from tests.oracle_net.process import SERVICE, ServerProcess, running_server

WALLET_PASSWORD = "Wallet-Password-9"


def ask(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT 1 AS one FROM dual")) or 0)


def refused(engine: Engine) -> DBAPIError:
    """How the database refuses a connection."""
    with pytest.raises(DBAPIError) as error, engine.connect():
        pytest.fail("it did not refuse")
    engine.dispose()
    return error.value


def test_an_engine_connects_and_every_call_has_its_time(place: Place) -> None:
    engine = make_engine(place.settings)
    with engine.connect() as connection:
        assert ask(connection) == 1
        own = connection.connection.driver_connection
        assert isinstance(own, oracledb.Connection)
        assert own.call_timeout == place.settings.oracle_call_timeout_ms
        assert own.thin
    engine.dispose()


def test_a_session_compares_and_sorts_bytes_whatever_it_began_with(place: Place) -> None:
    asked = "SELECT sys_context('USERENV', 'NLS_SORT') AS sort FROM dual"
    with place.connect() as connection, connection.cursor() as cursor:
        assert cursor.execute(asked).fetchone() == ("GERMAN",)
    engine = make_engine(place.with_(oracle_pool_min=1, oracle_pool_max=1))
    with engine.connect() as connection:
        assert connection.scalar(text(asked)) == "BINARY"
    place.arrange("define", "cut")
    with engine.connect() as connection:  # the same session: it is not told again
        assert connection.scalar(text(asked)) == "BINARY"
    engine.dispose()


def test_a_wrong_password_is_told_by_its_number(place: Place) -> None:
    error = refused(make_engine(place.with_(oracle_password="wrong")))
    assert oracle_faults.number_of(error) == "ORA-01017"


def test_an_unknown_user_is_told_like_a_wrong_password(place: Place) -> None:
    assert oracle_faults.number_of(refused(make_engine(place.with_(oracle_user="nobody")))) == "ORA-01017"


def test_an_unknown_service_is_unavailable(place: Place, server: ServerProcess) -> None:
    error = refused(make_engine(place.with_(oracle_dsn=f"127.0.0.1:{server.port}/ELSEWHERE")))
    assert oracle_faults.is_unavailable(error)
    assert "ELSEWHERE" in str(error)


async def test_a_server_that_is_not_there_is_busy(place: Place) -> None:
    reads = Reads(make_engine(place.with_(oracle_dsn="127.0.0.1:9/FREEPDB1"), Access.READ), threads=1)
    with pytest.raises(Busy):
        await reads.run(ask)
    await reads.stop()


async def test_a_host_whose_name_cannot_be_looked_up_is_busy(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_asked: object, **_more: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    reads = Reads(make_engine(place.with_(oracle_dsn="elsewhere:1521/FREEPDB1"), Access.READ), threads=1)
    with pytest.raises(Busy):
        await reads.run(ask)
    await reads.stop()


def test_the_pool_grows_up_to_its_size_and_keeps_what_it_has(place: Place) -> None:
    engine = make_engine(place.with_(oracle_pool_min=1, oracle_pool_max=3))
    first = sessions_of(engine, 3)
    assert len(first) == 3
    assert sessions_of(engine, 3) == first
    engine.dispose()


def sessions_of(engine: Engine, count: int) -> set[int]:
    """The sessions behind so many connections at once."""
    with ExitStack() as stack:
        connections = [stack.enter_context(engine.connect()) for _ in range(count)]
        return {session_of(connection) for connection in connections}


def session_of(connection: Connection) -> int:
    own = connection.connection.driver_connection
    assert isinstance(own, oracledb.Connection)
    return int(own.session_id)


def test_when_the_pool_has_no_connection_in_time_the_database_is_unavailable(place: Place) -> None:
    engine = make_engine(place.with_(oracle_pool_min=1, oracle_pool_max=1, oracle_connect_timeout_s=1))
    with engine.connect() as held:
        assert ask(held) == 1
        with pytest.raises(DBAPIError) as error, engine.connect():
            pytest.fail("there is one connection only")
    assert oracle_faults.number_of(error.value) == "DPY-4005"
    assert oracle_faults.is_unavailable(error.value)
    with engine.connect() as connection:
        assert ask(connection) == 1
    engine.dispose()


def test_a_connection_that_was_lost_does_not_come_back_from_the_pool(place: Place) -> None:
    engine = make_engine(place.with_(oracle_pool_min=1, oracle_pool_max=1))
    with engine.connect() as connection:
        former = session_of(connection)
        place.arrange("query", "cut")
        with pytest.raises(DBAPIError) as error:
            ask(connection)
    assert error.value.connection_invalidated
    with engine.connect() as connection:
        assert session_of(connection) != former
        assert ask(connection) == 1
    engine.dispose()


def test_what_a_connection_left_open_is_undone_when_it_goes_back(place: Place, engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO effect_receipts (kind, subject_id, user_id, applied_at)"
                " VALUES ('refund', :subject, :user_id, systimestamp)"
            ),
            {"subject": bytes(16), "user_id": bytes(16)},
        )
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) AS n FROM effect_receipts")) == 0


async def test_more_readers_than_connections_take_turns(place: Place, engine: Engine) -> None:
    assert engine.dialect.name == "oracle", "the tables are there"
    reads = Reads(make_engine(place.with_(oracle_pool_min=1, oracle_pool_max=1), Access.READ))
    assert await asyncio.gather(*[reads.run(ask) for _ in range(3 * READ_THREADS)]) == [1] * 3 * READ_THREADS
    await reads.stop()


def test_whoever_names_the_owner_works_on_the_owners_tables(place: Place, server: ServerProcess) -> None:
    with place.connect() as owner, owner.cursor() as cursor:
        cursor.execute("CREATE TABLE t (a INTEGER)")
        cursor.execute("INSERT INTO t VALUES (7)")
        owner.commit()
    with Place(a_schema(server)).connect() as connection, connection.cursor() as cursor:
        connection.current_schema = place.settings.oracle_user
        cursor.execute("SELECT a FROM t")
        assert cursor.fetchall() == [(7,)]


def test_a_database_is_migrated_once(place: Place) -> None:
    engine = make_engine(place.settings)
    applied = migrate.upgrade(engine)
    assert applied
    assert migrate.upgrade(engine) == []
    assert migrate.pending(engine) == []
    engine.dispose()


@pytest.mark.parametrize("password", [None, WALLET_PASSWORD], ids=["without password", "with password"])
def test_with_a_wallet_the_engine_connects_over_tls(tmp_path: Path, password: str | None) -> None:
    certificate = make_certificate(tmp_path)
    with running_server("--certificate", str(certificate)) as server:
        settings = replace(
            a_schema(server, wallet=tmp_path),
            oracle_wallet_dir=str(protect(tmp_path, password)),
            oracle_wallet_password=password,
        )
        engine = make_engine(settings)
        migrate.upgrade(engine)
        assert migrate.pending(engine) == []
        engine.dispose()


def test_without_the_servers_certificate_there_is_no_connection(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    (tmp_path / "stranger").mkdir()
    make_certificate(tmp_path / "stranger")
    with running_server("--certificate", str(certificate)) as server:
        settings = DatabaseSettings(
            oracle_dsn=f"tcps://{HOST}:{server.port}/{SERVICE}",
            oracle_user="system",
            oracle_password="unseen",
            oracle_wallet_dir=str(tmp_path / "stranger"),
        )
        error = refused(make_engine(settings))
    assert "certificate verify failed" in str(error)

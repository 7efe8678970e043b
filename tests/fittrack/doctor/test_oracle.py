"""Why Oracle does not answer is said in plain words, with what to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import oracledb
import pytest
from sqlalchemy.exc import DatabaseError

from fittrack.config import Settings
from fittrack.doctor.diagnosis import Diagnosis
from fittrack.doctor.examination import examine
from fittrack.doctor.oracle import _BY_NUMBER, _NETWORK, explain
from fittrack.doctor.queries import ORACLES_CLOCK
from tests.oracle_sql import assert_fit_for_oracle, for_oracle
from tests.world import settings_for


def settings_on(tmp_path: Path, dsn: str, **more: str) -> Settings:
    settings = settings_for(tmp_path)
    database = replace(
        settings.database, oracle_dsn=dsn, oracle_user="fittrack", oracle_password="hunter2", **more
    )
    return replace(settings, database=database)


async def diagnosis(settings: Settings) -> Diagnosis:
    [found] = [finding for finding in await examine(settings) if finding.what == "database"]
    assert not found.ok
    assert "hunter2" not in found.sentence + found.remedy
    return found


@asynccontextmanager
async def a_port_that_hangs_up() -> AsyncIterator[int]:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_port_where_nothing_listens_is_told(tmp_path: Path) -> None:
    async with a_port_that_hangs_up() as port:
        pass
    found = await diagnosis(settings_on(tmp_path, f"127.0.0.1:{port}/FREEPDB1"))
    assert "nothing listens there (DPY-6005" in found.sentence
    assert "whether the listener runs" in found.remedy


async def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    async with a_port_that_hangs_up() as port:
        found = await diagnosis(settings_on(tmp_path, f"127.0.0.1:{port}/FREEPDB1"))
    assert "closed the connection" in found.sentence


async def test_a_name_without_a_file_to_look_it_up_in_is_told(tmp_path: Path) -> None:
    found = await diagnosis(settings_on(tmp_path, "fittrack_high"))
    assert "ORACLE_DSN is a name" in found.sentence


async def test_a_folder_without_a_wallet_is_told(tmp_path: Path) -> None:
    found = await diagnosis(settings_on(tmp_path, "fittrack_high", oracle_wallet_dir=str(tmp_path)))
    assert "there is no tnsnames.ora" in found.sentence
    assert "ORACLE_WALLET_PASSWORD" in found.remedy


async def test_a_name_that_the_wallet_does_not_know_is_told(tmp_path: Path) -> None:
    (tmp_path / "tnsnames.ora").write_text("other_high = (description=(address=(host=db)(port=1522)))\n")
    found = await diagnosis(settings_on(tmp_path, "fittrack_high", oracle_wallet_dir=str(tmp_path)))
    assert "does not know the name" in found.sentence


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ORA-01017: invalid credential or not authorized; logon denied", "user or password is wrong"),
        ('DPY-6001: Service "X" is not registered … (Similar to ORA-12514)', "does not know the service"),
        ("DPY-6000: Listener refused connection. (Similar to ORA-12528)", "is starting"),
        ("DPY-6000: Listener refused connection. (Similar to ORA-12999)", "refuses the connection"),
        ("ORA-28001: The account has expired.", "the password has expired"),
        ("ORA-28000: The account is locked.", "the user is locked"),
        ('ORA-00942: table or view "FITTRACK"."USERS" does not exist', "the tables are not there"),
        ("ORA-01031: insufficient privileges", "lacks a privilege"),
        ('ORA-41900: missing INSERT privilege on "FITTRACK"."USERS"', "lacks a privilege on a table"),
        ("ORA-12541: no listener", "no listener answers"),
        ("DPY-6005: cannot connect\n[SSL: CERTIFICATE_VERIFY_FAILED] certificate", "is not trusted"),
        ("DPY-6005: cannot connect\n[Errno 2] No such file: '/w/ewallet.pem'", "the wallet is not there"),
    ],
)
def test_an_error_is_explained_by_its_number(said: str, meant: str) -> None:
    explained = explain(DatabaseError("SELECT", {}, oracledb.DatabaseError(said)))
    assert meant in explained.sentence
    assert said.splitlines()[0] in explained.sentence
    assert explained.remedy.endswith(".")


def test_an_unknown_error_is_shown_as_it_is() -> None:
    explained = explain(oracledb.DatabaseError("ORA-00600: internal error code\nmore"))
    assert explained.sentence == "ORA-00600: internal error code"
    assert "ORACLE_DSN" in explained.remedy


def test_every_explanation_is_a_clause_and_every_remedy_a_sentence() -> None:
    for explanation in [*_BY_NUMBER.values(), *(found for _, found in _NETWORK)]:
        assert not explanation.sentence.endswith(".")
        assert explanation.remedy[0].isupper()
        assert explanation.remedy.endswith(".")


def test_the_databases_clock_is_asked_for_as_oracle_has_it() -> None:
    assert_fit_for_oracle([for_oracle(ORACLES_CLOCK)])

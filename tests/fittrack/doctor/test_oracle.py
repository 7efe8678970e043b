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
from fittrack.db.server_clock import ORACLES_CLOCK
from fittrack.doctor.diagnosis import Diagnosis
from fittrack.doctor.examination import examine
from fittrack.doctor.oracle import _BY_NUMBER, _NETWORK, explain
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


IN_PRACTICE = [
    # What is said, what it means, and what the remedy names.
    ("ORA-01017: invalid credential or not authorized", "user or password is wrong", "ORACLE_PASSWORD"),
    ("DPY-4001: no credentials specified", "was not given", "ORACLE_USER"),
    ("ORA-28000: The account is locked.", "the user is locked", "ACCOUNT UNLOCK"),
    ("ORA-28001: The account has expired.", "the password has expired", "IDENTIFIED BY"),
    ("ORA-28009: connection as SYS should be as SYSDBA", "as an administrator alone", "ORACLE_USER"),
    ("ORA-01990: error opening password file", "password file", "ORACLE_USER"),
    ("ORA-28040: No matching authentication protocol", "older ways of signing in", "ALLOWED_LOGON_VERSION"),
    (
        "DPY-3015: password verifier type 0x939 is not supported",
        "no longer supported",
        "ALLOWED_LOGON_VERSION",
    ),
    ("ORA-01045: user FITTRACK lacks CREATE SESSION", "may not connect", "GRANT CREATE SESSION"),
    ("ORA-01435: user does not exist", "ORACLE_SCHEMA", "ORACLE_SCHEMA"),
    (
        'DPY-6001: Service "X" is not registered (Similar to ORA-12514)',
        "does not know the service",
        "lsnrctl",
    ),
    ('DPY-6003: SID "X" is not registered (Similar to ORA-12505)', "does not know the instance", "lsnrctl"),
    (
        "DPY-6000: Listener refused connection. (Similar to ORA-12506)",
        "nobody in from this",
        "access control",
    ),
    ("DPY-6000: Listener refused connection. (Similar to ORA-12516)", "no server process left", "PROCESSES"),
    ("DPY-6000: Listener refused connection. (Similar to ORA-12526)", "administrators alone", "RESTRICTED"),
    ("DPY-6000: Listener refused connection. (Similar to ORA-12528)", "is starting", "OPEN"),
    ("DPY-6000: Listener refused connection. (Similar to ORA-12564)", "refuses the connection", "ORACLE_DSN"),
    ("DPY-6000: Listener refused connection. (Similar to ORA-12999)", "refuses the connection", "ORACLE_DSN"),
    ("ORA-12541: no listener", "no listener answers", "listener"),
    ("ORA-12170: TNS:Connect timeout occurred", "nothing answers there", "firewalls"),
    ("DPY-6005: cannot connect\n[Errno 111] Connection refused", "nothing listens there", "listener"),
    ("DPY-6005: cannot connect\ntimed out", "nothing answers there", "firewalls"),
    ("DPY-6005: cannot connect\n[Errno 113] No route to host", "cannot be reached", "firewalls"),
    ("[Errno -2] Name or service not known", "the host is not known", "ORACLE_DSN"),
    ("[Errno -3] Temporary failure in name resolution", "names cannot be looked up", "ORACLE_DSN"),
    (
        "DPY-6005: cannot connect\n[SSL: CERTIFICATE_VERIFY_FAILED] self-signed",
        "is not trusted",
        "WALLET_DIR",
    ),
    (
        "DPY-6005: cannot connect\n[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired",
        "has expired",
        "renews",
    ),
    (
        "DPY-6005: cannot connect\n[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED]",
        "a certificate of ours",
        "ORACLE_WALLET_DIR",
    ),
    ("DPY-6005: cannot connect\n[SSL: WRONG_VERSION_NUMBER]", "speaks no TLS", "tcp://"),
    ("DPY-6005: cannot connect\n[SSL] PEM lib (_ssl.c:3895)", "password is wrong", "ORACLE_WALLET_PASSWORD"),
    (
        "DPY-6005: cannot connect\n[Errno 2] No such file: '/w/ewallet.pem'",
        "is not there",
        "ORACLE_WALLET_DIR",
    ),
    ("DPY-2018: wallet file /w/ewallet.pem was not found", "the wallet is not there", "ORACLE_WALLET_DIR"),
    ("DPY-6006: The name on the server certificate does not match", "of another name", "ORACLE_DSN"),
    ("DPY-6002: The distinguished name (DN) does not match", "of another name", "ORACLE_DSN"),
    ('DPY-4000: unable to find "x" in /w/tnsnames.ora', "does not know the name", "tnsnames.ora"),
    ("DPY-4018: cannot parse connect string", "cannot be read", "host:port/service"),
    ('DPY-4021: invalid protocol "tcpx"', "cannot be read", "tcps://"),
    ("DPY-4035: invalid server response", "another protocol", "ORACLE_DSN"),
    ("DPY-3001: Native Network Encryption is only supported in thick mode", "network encryption", "tcps://"),
    ("DPY-4011: the database or network closed the connection", "closed the connection", "firewalls"),
    ("DPY-4033: the connection's idle time has been exceeded", "idle for long", "IDLE_TIME"),
    ("DPY-4024: call timeout of 10000 ms exceeded", "did not answer in time", "ORACLE_CALL_TIMEOUT_MS"),
    ("ORA-01033: ORACLE initialization in progress", "starting or stopping", "OPEN"),
    ("ORA-01034: the instance is not available", "is not running", "STARTUP"),
    ("ORA-01035: ORACLE only available to users with RESTRICTED SESSION", "administrators alone", "DISABLE"),
    ("ORA-01089: immediate shutdown in progress", "being shut down", "OPEN"),
    ("ORA-00018: maximum number of sessions exceeded", "no further session", "ORACLE_POOL_MAX"),
    ("ORA-02391: exceeded simultaneous SESSIONS_PER_USER limit", "all the sessions", "ORACLE_POOL_MAX"),
    ('ORA-00942: table or view "FITTRACK"."USERS" does not exist', "the tables are not there", "migrate"),
    ("ORA-01031: insufficient privileges", "lacks a privilege", "--grants"),
    ('ORA-41900: missing INSERT privilege on "FITTRACK"."USERS"', "lacks a privilege on a table", "--grants"),
    ("ORA-01950: no privileges on tablespace 'USERS'", "may use no space", "QUOTA"),
    ("ORA-01536: space quota exceeded for tablespace 'USERS'", "all of the space", "QUOTA"),
    ("ORA-01653: unable to extend table", "tablespace is full", "data file"),
    ("ORA-01692: unable to extend lob segment", "tablespace is full", "data file"),
    ("ORA-01683: unable to extend index", "tablespace is full", "data file"),
    ("ORA-12954: The request exceeds the maximum allowed database size of 12 GB.", "12 GB", "edition"),
    ("ORA-65114: space usage in container is too high", "pluggable database", "MAXSIZE"),
    ("ORA-01578: ORACLE data block corrupted (file # 7, block # 3)", "cannot be read", "RMAN"),
    ("ORA-04031: unable to allocate bytes of shared memory", "no memory left", "SGA_TARGET"),
    (
        'ORA-05807: Blockchain or immutable table "A"."B" cannot have idle retention greater than 16 days.',
        "as many idle days",
        "GRANT TABLE RETENTION",
    ),
    ("ORA-01652: unable to extend temp segment", "temporary tablespace is full", "data file"),
    ("ORA-30036: unable to extend segment in undo tablespace", "undo tablespace is full", "data file"),
    (
        "ORA-00257: Archiver error. Connect AS SYSDBA only until resolved.",
        "archive of redo logs",
        "makes room",
    ),
    ("ORA-16000: database or pluggable database open for read-only access", "reading alone", "primary"),
    ("ORA-28365: wallet is not open", "keystore", "KEYSTORE OPEN"),
    ("ORA-00054: resource busy", "somebody else holds", "BLOCKING_SESSION"),
]


@pytest.mark.parametrize(("said", "meant", "remedy"), IN_PRACTICE)
def test_what_happens_in_practice_is_explained_and_has_a_remedy(said: str, meant: str, remedy: str) -> None:
    explained = explain(DatabaseError("SELECT", {}, oracledb.DatabaseError(said)))
    assert meant in explained.sentence
    assert said.splitlines()[0] in explained.sentence
    assert remedy in explained.remedy


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

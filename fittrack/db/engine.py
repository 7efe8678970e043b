"""Engines for the two databases: SQLite embedded, Oracle by configuration (DESIGN 4).

An engine for writing serves the journal and the command line; an engine for reading serves `Reads`.
"""

import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from pathlib import Path
from types import NoneType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from fittrack.db import oracle_faults
from fittrack.db.pools import DRIVER_POOL

# Another process of a development cluster may hold the write lock for this long before we give up.
SQLITE_BUSY_TIMEOUT_MS = 5_000
# How soon we look again whether another process lets go of a file that is to become one with a log.
SQLITE_WAL_RETRY_S = 0.01
# A checkpoint every 40 MB: fewer rewrites of hot pages (measured: +76 % inserts with clustered UUIDv7 keys).
SQLITE_CHECKPOINT_PAGES = 10_000
# The page cache of one connection, in KiB (negative is SQLite's way to say KiB).
SQLITE_CACHE_KIB = 65_536
# The journal keeps up to eleven sizes of each bulk insert prepared (see `journal.sql`).
SQLITE_PREPARED_STATEMENTS = 512
# A call that takes longer has lost its server: the connection is dropped and what it held is rolled back.
ORACLE_CALL_TIMEOUT_MS = 10_000
# A page is shorter. Who reads millions waits for the network less with more at a time.
ORACLE_ROWS_PER_TRIP = 100
ORACLE_ROWS_PER_TRIP_OF_MANY = 1_000
# The product has some hundreds of statements, of which a connection uses these often.
ORACLE_STATEMENT_CACHE = 200
# A server that cannot be reached fails the caller within this time, in seconds.
ORACLE_CONNECT_TIMEOUT_S = 5
# A server that vanished without a word is missed after so many minutes, also by calls that have all the time;
# and firewalls see that a connection is in use.
ORACLE_KEEPALIVE_MINUTES = 1
# A logon trigger, or the server's settings, may sort and compare by a language; pages and keys rely on bytes.
ORACLE_SESSION = "ALTER SESSION SET NLS_SORT = 'BINARY' NLS_COMP = 'BINARY' TIME_ZONE = '+00:00'"


class Access(Enum):
    """What an engine's connections are for."""

    WRITE = "write"
    READ = "read"


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where the database is. With an Oracle DSN it is Oracle, else the SQLite file of `url`."""

    url: str = "sqlite:///var/fittrack.db"
    oracle_dsn: str | None = None
    oracle_user: str | None = None
    oracle_password: str | None = field(default=None, repr=False)
    oracle_wallet_dir: str | None = None
    oracle_wallet_password: str | None = field(default=None, repr=False)
    oracle_schema: str | None = None
    """Whose tables they are, where the application connects as somebody else than their owner."""
    oracle_pool_min: int = 2
    oracle_pool_max: int = 8
    oracle_statement_cache: int = ORACLE_STATEMENT_CACHE
    oracle_call_timeout_ms: int = ORACLE_CALL_TIMEOUT_MS
    oracle_connect_timeout_s: float = ORACLE_CONNECT_TIMEOUT_S
    oracle_rows_per_trip: int = ORACLE_ROWS_PER_TRIP


def unhurried(settings: DatabaseSettings) -> DatabaseSettings:
    """The same database without a time for each call: for what an operator begins, and can stop.

    An index of a large table, or a count of its rows, takes as long as it takes: the limit is for requests.
    Rows come in greater numbers.
    """
    return replace(settings, oracle_call_timeout_ms=0, oracle_rows_per_trip=ORACLE_ROWS_PER_TRIP_OF_MANY)


def sqlite_file(settings: DatabaseSettings) -> Path | None:
    """The file of an embedded database; None for Oracle."""
    file = None if settings.oracle_dsn else make_url(settings.url).database
    return Path(file) if file else None


def names_sqlite_file(text: str) -> bool:
    """Whether `text` is the URL of an embedded database that outlives the process."""
    try:
        url = make_url(text)
    except ArgumentError:
        return False
    return url.get_backend_name() == "sqlite" and bool(url.database) and ":memory:" not in str(url.database)


def make_engine(settings: DatabaseSettings, access: Access = Access.WRITE) -> Engine:
    """An engine whose connections are set up for `access`.

    Raises ValueError for a URL that names neither a SQLite file nor Oracle.
    """
    if settings.oracle_dsn:
        return _oracle_engine(settings)
    if not names_sqlite_file(settings.url):
        raise ValueError("DATABASE_URL must be like sqlite:///var/fittrack.db; for Oracle set ORACLE_DSN")
    return _sqlite_engine(make_url(settings.url), access)


def _sqlite_engine(url: URL, access: Access) -> Engine:
    assert url.database, "checked by make_engine"
    _bind_as_they_are()
    with suppress(OSError):  # opening the file says what is wrong with its place
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        # No limit of the pool's own: the threads that use it are the limit.
        max_overflow=-1,
        hide_parameters=True,  # values are people's; errors go to logs
        connect_args={
            "isolation_level": None,  # transactions begin where we say so, not where the driver guesses
            "check_same_thread": False,
            "cached_statements": SQLITE_PREPARED_STATEMENTS,
            "timeout": SQLITE_BUSY_TIMEOUT_MS / 1000,
        },
    )

    # A writer that began as a reader could not be promoted behind another process: it locks at once.
    begin = "BEGIN IMMEDIATE" if access is Access.WRITE else "BEGIN"

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        _set_pragmas(connection, access)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _bind_as_they_are() -> None:
    """Bytes and None need no adapter, but Python 3.11 looks for one at each bind, and fails by an exception
    that nobody sees: 0.2 µs for each of a purchase's twenty. An adapter that is found costs a third.
    """
    sqlite3.register_adapter(bytes, bytes.__bytes__)
    sqlite3.register_adapter(NoneType, _same)


def _same(value: None) -> None:
    return value


def _set_pragmas(connection: sqlite3.Connection, access: Access) -> None:
    pragmas: dict[str, str | int] = {
        "busy_timeout": SQLITE_BUSY_TIMEOUT_MS,
        "synchronous": "FULL",
        "foreign_keys": "ON",
        "wal_autocheckpoint": SQLITE_CHECKPOINT_PAGES,
        "cache_size": -SQLITE_CACHE_KIB,
        "temp_store": "MEMORY",  # statement journals of bulk inserts stay off the disk
    }
    _use_wal(connection)
    for name, value in pragmas.items():
        connection.execute(f"PRAGMA {name}={value}").close()
    if access is Access.READ:
        connection.execute("PRAGMA query_only=ON").close()


def _use_wal(connection: sqlite3.Connection) -> None:
    """Make the file one with a write-ahead log: it stays one.

    For that alone SQLite does not wait: two processes that open a new file at once are in each other's way.
    """
    give_up_at = time.monotonic() + SQLITE_BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(SQLITE_WAL_RETRY_S)
        else:
            return


def _oracle_engine(settings: DatabaseSettings) -> Engine:
    """The driver's own pool of thin-mode connections, watched; SQLAlchemy adds none.

    `MAX_IDLE_BLOCKER_TIME`, which frees the rows of a node that stands still, is the server's setting.
    """
    import oracledb  # noqa: PLC0415 - its import costs 100 ms that an embedded database need not pay

    from fittrack.db.oracle.compiling import Compiler  # noqa: PLC0415 - the same
    from fittrack.db.oracle.pool import Pool  # noqa: PLC0415 - the same

    wallet: dict[str, str] = {}
    if settings.oracle_wallet_dir:
        wallet = {"config_dir": settings.oracle_wallet_dir, "wallet_location": settings.oracle_wallet_dir}
    if settings.oracle_wallet_password:
        wallet["wallet_password"] = settings.oracle_wallet_password

    def settle(connection: oracledb.Connection, _tag: str) -> None:
        connection.call_timeout = settings.oracle_call_timeout_ms
        with connection.cursor() as cursor:
            cursor.execute(ORACLE_SESSION)

    signing_in: dict[str, Any] = {
        "dsn": settings.oracle_dsn,
        "user": settings.oracle_user,
        "password": settings.oracle_password,
        "tcp_connect_timeout": settings.oracle_connect_timeout_s,
        **wallet,
    }
    make = partial(
        oracledb.create_pool,
        min=settings.oracle_pool_min,
        max=settings.oracle_pool_max,
        increment=1,
        stmtcachesize=settings.oracle_statement_cache,
        getmode=oracledb.POOL_GETMODE_TIMEDWAIT,
        wait_timeout=int(settings.oracle_connect_timeout_s * 1000),
        expire_time=ORACLE_KEEPALIVE_MINUTES,
        session_callback=settle,  # once for each session
        **signing_in,
    )
    pool = Pool(make, partial(oracledb.connect, **signing_in), settings.oracle_connect_timeout_s)

    def acquire() -> oracledb.Connection:
        connection = pool.acquire()
        connection.call_timeout = settings.oracle_call_timeout_ms
        if settings.oracle_schema:
            connection.current_schema = settings.oracle_schema.upper()  # travels with the next call
        return connection

    engine = create_engine(
        "oracle+oracledb://",
        arraysize=settings.oracle_rows_per_trip,
        creator=acquire,
        poolclass=NullPool,
        hide_parameters=True,
        execution_options={DRIVER_POOL: pool},
    )
    engine.dialect.statement_compiler = Compiler
    event.listen(engine, "handle_error", _leave_out_values)
    event.listen(engine, "engine_disposed", lambda _engine: pool.close())
    return engine


def _leave_out_values(context: ExceptionContext) -> None:
    if isinstance(context.sqlalchemy_exception, DBAPIError):
        oracle_faults.leave_out_values(context.sqlalchemy_exception)

"""One session's view of a schema: Oracle's statements and transactions on a connection of SQLite.

As on Oracle each statement sees what was committed when it began, until the session locks something; a
statement that finds no row locks nothing. What it cannot show: whoever locks a row has the whole database.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import apsw
import apsw.ext

from tests.oracle_net import rewrite
from tests.oracle_net.columns import described, seen_in
from tests.oracle_net.ddl import Definitions, named
from tests.oracle_net.errors import READ_ONLY, OraError, oracle_error
from tests.oracle_net.functions import add_functions, facts_of
from tests.oracle_net.messages import Column
from tests.oracle_net.schema import Schema
from tests.oracle_net.statement import Statement
from tests.oracle_net.types import look_at
from tests.oracle_net.values import Value

LOCK_PATIENCE_S = 30.0
LOOK_AGAIN_S = 0.005
STEPS_BETWEEN_LOOKS = 50_000
"""How often a running statement looks whether its client broke the call, in steps of SQLite's machine."""
RAW_BYTES_MAX, VARCHAR_BYTES_MAX = 2_000, 4_000
"""A longer value is a LONG to Oracle, which nothing but VALUES and SET may bind."""
_BINDS_LONGS = re.compile(r"\s*UPDATE\b|\s*INSERT\b(?!.*\bSELECT\b).*\bVALUES\b", re.IGNORECASE | re.DOTALL)
_CATALOG = """
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS DUAL (DUMMY TEXT);
    INSERT INTO DUAL SELECT 'X' WHERE NOT EXISTS (SELECT 1 FROM DUAL);
    CREATE VIEW IF NOT EXISTS ALL_TABLES AS
        SELECT name AS TABLE_NAME, '{user}' AS OWNER, 'USERS' AS TABLESPACE_NAME,
            NULL AS DURATION, NULL AS IOT_NAME
        FROM sqlite_master WHERE type = 'table' AND name <> 'DUAL' AND name NOT LIKE 'sqlite%';
    CREATE VIEW IF NOT EXISTS ALL_VIEWS AS SELECT NULL AS VIEW_NAME, '{user}' AS OWNER WHERE 0;
    CREATE VIEW IF NOT EXISTS ALL_MVIEWS AS SELECT NULL AS MVIEW_NAME, '{user}' AS OWNER WHERE 0;
    CREATE VIEW IF NOT EXISTS ALL_TAB_COLUMNS AS
        SELECT t.name AS TABLE_NAME, c.name AS COLUMN_NAME, '{user}' AS OWNER,
            CASE c."notnull" WHEN 0 THEN 'Y' ELSE 'N' END AS NULLABLE
        FROM sqlite_master t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name <> 'DUAL' AND t.name NOT LIKE 'sqlite%';
    CREATE VIEW IF NOT EXISTS ALL_ERRORS AS
        SELECT name AS NAME, 'TRIGGER' AS TYPE, '{user}' AS OWNER, 1 AS SEQUENCE, 'ERROR' AS ATTRIBUTE,
            'PLS-00201: identifier must be declared' AS TEXT
        FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%ORA-4098 %';
    CREATE VIEW IF NOT EXISTS ALL_TRIGGERS AS
        SELECT name AS TRIGGER_NAME, tbl_name AS TABLE_NAME, '{user}' AS OWNER, '{user}' AS TABLE_OWNER
        FROM sqlite_master WHERE type = 'trigger';
    CREATE VIEW IF NOT EXISTS USER_PART_TABLES AS SELECT NULL AS TABLE_NAME WHERE 0;
    CREATE VIEW IF NOT EXISTS ALL_INDEXES AS
        SELECT name AS INDEX_NAME, tbl_name AS TABLE_NAME, '{user}' AS OWNER
        FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL;
    COMMIT;
"""
_VIEWS = (
    "ALL_TABLES",
    "ALL_ERRORS",
    "ALL_TRIGGERS",
    "ALL_VIEWS",
    "ALL_TAB_COLUMNS",
    "USER_PART_TABLES",
    "ALL_INDEXES",
    "ALL_MVIEWS",
)
_SAVEPOINT = re.compile(r"\s*SAVEPOINT\s+(\S+)\s*", re.IGNORECASE)
_ROLL_BACK_TO = re.compile(r"\s*ROLLBACK\s+TO\s+(?:SAVEPOINT\s+)?(\S+)\s*", re.IGNORECASE)
_SETTING = re.compile(r"(\w+)\s*=\s*(?:'([^']*)'|(\d+))")
_ALTER_SESSION = re.compile(rf"\s*ALTER\s+SESSION\s+SET((?:\s+{_SETTING.pattern})+)\s*", re.IGNORECASE)
SESSION_SETTINGS = frozenset(["NLS_SORT", "NLS_COMP", "TIME_ZONE", "DDL_LOCK_TIMEOUT"])
"""Those that the product sets: others are looked up first."""
_NEEDS_ROWS = re.compile(r"\s*(ALTER\s+TABLE|CREATE\s+(UNIQUE\s+)?INDEX)\b", re.IGNORECASE)
"""What waits for those who write to the table, as long as DDL_LOCK_TIMEOUT says."""
_RAISES_ERRORS = re.compile(
    r"BEGIN\s+FOR \w+ IN \((SELECT .* FROM user_errors\b.*)\) LOOP"
    r"\s+RAISE_APPLICATION_ERROR\(-20002,.*END LOOP;\s+END;",
    re.DOTALL,
)
_READ_ONLY = re.compile(r"\s*SET\s+TRANSACTION\s+READ\s+ONLY\s*", re.IGNORECASE)


def forget_catalog(connection: apsw.Connection) -> None:
    """Take away the catalog of a file, which names its owner: the next session makes its own."""
    for view in _VIEWS:
        connection.execute(f"DROP VIEW IF EXISTS {view}")


@dataclass(slots=True)
class Rows:
    """What a query found."""

    columns: list[Column]
    rows: list[tuple[Value, ...]]


@dataclass(slots=True)
class _Prepared:
    sql: str
    found_by: str | None
    columns: list[Column | None]
    names: list[str]


class Engine:
    """One session. Every error that comes out is an `OraError`."""

    def __init__(self, schema: Schema, is_interrupted: Callable[[], bool]) -> None:
        self._schema = schema
        self._facts = facts_of(schema.user)
        self._is_interrupted = is_interrupted
        self._read_only = False
        self._savepoints: list[str] = []  # those from before the first lock
        self._waits = False
        self._patience_s = LOCK_PATIENCE_S
        self._connection = apsw.Connection(str(schema.file))
        self._set_up()
        self._definitions = Definitions(schema, self._connection)

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction or bool(self._savepoints)

    def close(self) -> None:
        """End the session; what it did not commit is undone."""
        self._connection.close(True)

    def query(self, asked: Statement, binds: Sequence[Value]) -> Rows:
        """All rows of a query. With FOR UPDATE they are locked, as they are when the lock is had."""
        prepared = self._prepare(asked)
        if prepared.found_by is not None and self._finds(asked, prepared, binds):
            self._begin()
        rows = self._run(asked, prepared.sql, binds)
        columns = [
            column or seen_in([row[at] for row in rows], prepared.names[at])
            for at, column in enumerate(prepared.columns)
        ]
        return Rows(columns, rows)

    def change(self, asked: Statement, binds: Sequence[Value]) -> tuple[int, list[tuple[Value, ...]]]:
        """Insert, update, delete or merge; how many rows it was, and what RETURNING says of each."""
        prepared = self._prepare(asked)
        if prepared.found_by is not None and not self._finds(asked, prepared, binds):
            return 0, []
        self._begin()
        returned = self._run(asked, prepared.sql, binds)
        return self._connection.changes(), returned

    def define(self, sql: str) -> None:
        """Everything else: savepoints belong to the transaction, definitions end it."""
        if found := _SAVEPOINT.fullmatch(sql):
            self._mark(named(found[1]))
        elif found := _ROLL_BACK_TO.fullmatch(sql):
            self._roll_back_to(named(found[1]))
        elif _READ_ONLY.fullmatch(sql):
            self._begin_snapshot()
        elif found := _ALTER_SESSION.fullmatch(sql):
            self._alter_session(found[1])
        elif sql.strip().upper() == "COMMIT":
            self.commit()
        else:
            self.commit()
            if _NEEDS_ROWS.match(sql):
                self._patience_s = float(self._facts.get("DDL_LOCK_TIMEOUT", 0))
            try:
                self._definitions.run(sql)
            except apsw.Error as error:
                raise self._translated(error, "") from error
            finally:
                self._patience_s = LOCK_PATIENCE_S
                self._wait_no_more()

    def _alter_session(self, settings: str) -> None:
        for name, text, number in _SETTING.findall(settings):
            if name.upper() not in SESSION_SETTINGS:
                raise OraError(2248, "invalid option for ALTER SESSION")
            self._facts[name.upper()] = text or number

    def raises_errors(self, block: str) -> bool:
        """Whether a block of PL/SQL raises what does not compile; if so, and there is some, it does."""
        found = _RAISES_ERRORS.fullmatch(block)
        if found is None:
            return False
        for name, text in self._execute(found[1].replace("user_", "all_")):
            raise OraError(20002, f"{name} does not compile: {text}")
        return True

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def _set_up(self) -> None:
        connection = self._connection
        connection.set_busy_handler(self._wait_for_lock)
        connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)  # what is in double quotes is a name, never a text
        connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "off")
        connection.pragma("foreign_keys", True)
        connection.pragma("case_sensitive_like", True)
        connection.set_progress_handler(self._is_interrupted, STEPS_BETWEEN_LOOKS)
        add_functions(connection, self._facts)
        if not self._has_catalog():  # whoever comes later waits for nobody who writes
            connection.execute(_CATALOG.format(user=self._schema.user))

    def _has_catalog(self) -> bool:
        found = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ALL_MVIEWS'")
        return found.fetchone() is not None

    def _wait_for_lock(self, waited: int) -> bool:
        if not self._patience_s:
            return False
        if not self._waits:
            self._waits = True
            self._schema.waiting.come()
        if waited * LOOK_AGAIN_S > self._patience_s or self._is_interrupted():
            return False
        time.sleep(LOOK_AGAIN_S)
        return True

    def _wait_no_more(self) -> None:
        if self._waits:
            self._waits = False
            self._schema.waiting.go()

    def _finds(self, asked: Statement, prepared: _Prepared, binds: Sequence[Value]) -> bool:
        """Whether it has something to lock: before the first lock only what is committed counts."""
        assert prepared.found_by is not None, "it looks for rows"
        return self._connection.in_transaction or bool(self._run(asked, prepared.found_by, binds))

    def _begin(self) -> None:
        """Lock."""
        if self._read_only:
            raise OraError(
                READ_ONLY, "may not perform insert, delete, update operation inside a READ ONLY transaction"
            )
        if self._connection.in_transaction:
            return
        try:
            self._execute("BEGIN IMMEDIATE")
        finally:
            self._wait_no_more()
        for savepoint in self._savepoints:
            self._connection.execute(f'SAVEPOINT "{savepoint}"')

    def _mark(self, savepoint: str) -> None:
        """A savepoint locks nothing; one of the same name is forgotten."""
        if savepoint in self._savepoints:
            self._savepoints.remove(savepoint)
        if self._connection.in_transaction:
            self._connection.execute(f'SAVEPOINT "{savepoint}"')
        else:
            self._savepoints.append(savepoint)

    def _begin_snapshot(self) -> None:
        if self.in_transaction:
            raise OraError(1453, "SET TRANSACTION must be first statement of transaction")
        self._execute("BEGIN")
        self._execute("SELECT 1 FROM sqlite_master LIMIT 1")  # only now it sees one state
        self._read_only = True

    def _end(self, how: str) -> None:
        self._read_only = False
        self._savepoints.clear()
        if self._connection.in_transaction:
            self._execute(how)

    def _roll_back_to(self, savepoint: str) -> None:
        if savepoint in self._savepoints:  # whatever was locked since is free
            del self._savepoints[self._savepoints.index(savepoint) + 1 :]
            if self._connection.in_transaction:
                self._execute("ROLLBACK")
            return
        try:
            self._connection.execute(f'ROLLBACK TO "{savepoint}"')
        except apsw.SQLError as error:
            never = f"savepoint '{savepoint}' never established in this session or is invalid"
            raise OraError(1086, never) from error

    def _prepare(self, asked: Statement) -> _Prepared:
        known = self._schema.prepared  # another one, once a session defines something
        prepared: _Prepared | None = known.get(asked.sql)
        if prepared is None:
            done = rewrite.rewritten(asked.text)
            look_at(done.asked, self._schema)
            origins = self._origins(asked, done.sql)
            columns = described(done.tree, origins, self._schema)
            names = [name for name, _, _ in origins]
            prepared = _Prepared(done.sql, done.found_by, columns, names)
            known[asked.sql] = prepared
        return prepared

    def _origins(self, asked: Statement, sql: str) -> list[tuple[str, str | None, str | None]]:
        try:
            full = apsw.ext.query_info(self._connection, sql).description_full or ()
        except apsw.Error as error:
            raise self._translated(error, asked.verb) from error
        return [(name, table, column) for name, _, _, table, column in full]

    def _run(self, asked: Statement, sql: str, binds: Sequence[Value]) -> list[tuple[Value, ...]]:
        if any(_is_long(value) for value in binds) and not _BINDS_LONGS.match(asked.text):
            raise OraError(1461, "can bind a LONG value only for insert into a LONG column")
        # The empty text and no bytes are NULL.
        values = {f"b{at}": None if value in ("", b"") else value for at, value in enumerate(binds)}
        return self._execute(sql, values, asked.verb)

    def _execute(
        self, sql: str, values: dict[str, Value] | None = None, verb: str = ""
    ) -> list[tuple[Value, ...]]:
        try:
            return list(self._connection.execute(sql, values))
        except apsw.Error as error:
            raise self._translated(error, verb) from error

    def _translated(self, error: apsw.Error, verb: str) -> OraError:
        return oracle_error(
            error,
            owner=self._schema.user,
            updates=verb == "UPDATE",
            deletes=verb == "DELETE",
            named_by=self._schema.name_of_unique,
        )


def _is_long(value: Value) -> bool:
    if isinstance(value, str):
        return len(value.encode()) > VARCHAR_BYTES_MAX
    return isinstance(value, bytes) and len(value) > RAW_BYTES_MAX

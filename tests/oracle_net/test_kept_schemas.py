"""Where a server of Oracle stays, few schemas serve many tests: this one is used as if it did."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import DBAPIError

from fittrack.db import migrate
from fittrack.db.engine import make_engine
from fittrack.db.tables import metadata
from fittrack.db.tables.logs import ledger
from fittrack.db.tables.operations import audit_log
from fittrack.kit.ids import uuid7
from tests.fittrack.audit import logbook
from tests.fittrack.db.journal_world import a_ledger_row
from tests.oracle_net.process import ADMINISTRATOR, ADMINISTRATOR_PASSWORD, ServerProcess
from tests.oracle_schemas import KeptSchemas, Oracle


@pytest.fixture(scope="module")
def oracle(server: ServerProcess) -> Oracle:
    return Oracle(server.dsn, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)


@pytest.fixture(scope="module")
def kept(oracle: Oracle) -> KeptSchemas:
    return KeptSchemas(oracle, "KEPT")


def engine_of(oracle: Oracle, user: str) -> Engine:
    return make_engine(oracle.settings_of(user))


def rows_of(connection: Connection) -> dict[str, int]:
    """The tables that are not empty."""
    counted = {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }
    return {name: count for name, count in counted.items() if count}


def test_a_schema_is_lent_to_one_folder_after_the_other_and_empty_each_time(
    oracle: Oracle, kept: KeptSchemas, tmp_path: Path
) -> None:
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    lent = kept.of(first)
    assert kept.of(first) == lent
    assert KeptSchemas(oracle, "OTHER").of(first) == lent, "another process is told by the folder"
    assert kept.of(second) != lent
    engine = engine_of(oracle, lent)
    logbook.fill(engine, 2)
    player = uuid7()
    with engine.begin() as connection:
        names = [column.key for column in ledger.columns]
        rows = [a_ledger_row(player, seq, 10, 10 * seq) for seq in (1, 2)]
        connection.execute(insert(ledger), [dict(zip(names, row, strict=True)) for row in rows])
        assert rows_of(connection) == {"audit_log": 2, "ledger": 2}
    kept.give_back(first)
    assert kept.of(third) == lent
    with engine.connect() as connection:
        assert rows_of(connection) == {}
    assert migrate.pending(engine) == []
    engine.dispose()
    assert kept.count == 2


def test_the_audit_log_of_a_schema_that_is_lent_again_is_guarded(
    oracle: Oracle, kept: KeptSchemas, tmp_path: Path
) -> None:
    user = kept.of(tmp_path / "former")
    engine = engine_of(oracle, user)
    logbook.fill(engine, 1)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_log_keeps_rows")
    kept.give_back(tmp_path)
    assert kept.of(tmp_path / "latter") == user
    logbook.fill(engine, 1)
    with engine.begin() as connection, pytest.raises(DBAPIError, match="ORA-20001: audit_log: rows are kept"):
        connection.execute(audit_log.delete())
    engine.dispose()


def test_schemas_of_a_former_run_are_found_and_emptied(oracle: Oracle, tmp_path: Path) -> None:
    user = KeptSchemas(oracle, "KEPT").of(tmp_path / "one")
    engine = engine_of(oracle, user)
    logbook.fill(engine, 1)
    assert KeptSchemas(oracle, "KEPT").of(tmp_path / "two") == user
    with engine.connect() as connection:
        assert rows_of(connection) == {}
    engine.dispose()

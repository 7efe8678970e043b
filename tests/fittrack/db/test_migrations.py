"""The schema's history leads to the schema of the tables, on both databases."""

import re
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from fittrack.db import migrate
from fittrack.db.engine import DatabaseSettings, make_engine
from fittrack.db.tables import metadata


def database(path: Path) -> Engine:
    return make_engine(DatabaseSettings(url=f"sqlite:///{path}"))


@pytest.fixture
def migrated(tmp_path: Path) -> Engine:
    engine = database(tmp_path / "migrated.db")
    migrate.upgrade(engine)
    return engine


def test_an_empty_database_is_told_what_it_lacks_and_gets_it(tmp_path: Path) -> None:
    engine = database(tmp_path / "empty.db")
    lacking = migrate.pending(engine)
    assert lacking
    assert migrate.upgrade(engine) == lacking
    assert migrate.pending(engine) == []


def test_a_database_that_is_up_to_date_is_left_alone(migrated: Engine) -> None:
    assert migrate.upgrade(migrated) == []


def test_autogenerate_finds_no_difference_to_the_tables(migrated: Engine) -> None:
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrated_schema_is_the_created_one_to_the_last_constraint(
    migrated: Engine, tmp_path: Path
) -> None:
    created = database(tmp_path / "created.db")
    with created.begin() as connection:
        metadata.create_all(connection)
    assert schema_of(migrated) == schema_of(created)


def test_a_migration_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = database(tmp_path / "halfway.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE winners (in_the_way INTEGER)")
    with pytest.raises(Exception, match="winners already exists"):
        migrate.upgrade(engine)
    assert inspect(engine).get_table_names() == ["winners"]
    assert migrate.pending(engine)


def test_two_processes_that_migrate_at_once_do_it_once(tmp_path: Path) -> None:
    done: list[list[str]] = []
    lock, start = threading.Lock(), threading.Barrier(2)

    def run() -> None:
        engine = database(tmp_path / "shared.db")
        start.wait()
        revisions = migrate.upgrade(engine)
        with lock:
            done.append(revisions)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, done)) == [False, True]


@pytest.mark.parametrize("dialect", ["oracle", "sqlite"])
def test_the_whole_schema_can_be_written_as_sql_for_a_dba(dialect: str) -> None:
    sql = migrate.offline_sql(dialect)
    left: set[str] = set()
    for verb, name in re.findall(r"(CREATE|DROP) TABLE (\w+)", sql):
        left = left | {name} if verb == "CREATE" else left - {name}
    assert left == set(metadata.tables) | {"alembic_version"}


def test_the_sql_for_oracle_uses_its_types_only() -> None:
    sql = migrate.offline_sql("oracle")
    kinds = set(re.findall(r"^\s+[a-z_]+ ([A-Z0-9_]+)", sql, flags=re.MULTILINE))
    assert kinds <= {"RAW", "BLOB", "CLOB", "VARCHAR2", "INTEGER", "TIMESTAMP", "DATE", "BINARY_DOUBLE"}
    assert "STRICT" not in sql


def test_the_history_can_be_undone(migrated: Engine) -> None:
    migrate.downgrade(migrated, "base")
    assert inspect(migrated).get_table_names() == ["alembic_version"]


def schema_of(engine: Engine) -> dict[str, list[str]]:
    """Each table's and index's clauses, in any order, without the history's own table."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    with engine.connect() as connection:
        found = connection.exec_driver_sql(query).all()
    return {name: sorted(clauses_of(sql)) for name, sql in found}


def clauses_of(sql: str) -> list[str]:
    """What a statement lists within its outer parentheses, and what is around them.

    A column that was added later stands behind the constraints, on the line of the last one.
    """
    clauses, depth = [""], 0
    for character in " ".join(sql.split()):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if (character, depth) in ((",", 1), ("(", 1), (")", 0)):
            clauses.append("")
        else:
            clauses[-1] += character
    return [clause.strip() for clause in clauses]

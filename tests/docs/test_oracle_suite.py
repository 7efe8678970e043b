"""The suite of both databases is whole: what is left out of the second run is named, with the reason."""

from typing import Final

from tests.docs.pages import ROOT

SUITE: Final = (ROOT / "tests/oracle_suite.txt").read_text(encoding="utf-8").split()

SQLITE_ALONE: Final = {
    "test_engine.py": "pragmas of SQLite",
    "test_failures_of_a_file.py": "what only a file does",
    "test_journal_sql.py": "the text of both databases' statements, without a database",
    "test_migrations.py": "the schema as SQLite has it; rows: test_migrating_with_rows.py",
    "test_oracle.py": "the text of Oracle's schema, without a database",
    "test_schema.py": "the text of the schema, without a database",
    "test_types.py": "values without a database",
}


def test_every_test_of_the_database_layer_runs_on_both_databases_or_says_why_not() -> None:
    there = {file.name for file in (ROOT / "tests/fittrack/db").glob("test_*.py")}
    folder = "tests/fittrack/db/"
    twice = {path.removeprefix(folder) for path in SUITE if path.startswith(folder)}
    assert twice | set(SQLITE_ALONE) == there
    assert not twice & set(SQLITE_ALONE)


def test_what_runs_on_both_databases_is_there() -> None:
    assert [path for path in SUITE if not (ROOT / path.partition("::")[0]).exists()] == []

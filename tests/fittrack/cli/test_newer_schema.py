"""A version that meets a schema which a newer one made: beside it, or after going back."""

import sqlite3
from pathlib import Path

import pytest

from tests import databases
from tests.commands import fittrack
from tests.server import Server, serving

COMING = "9999"


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A database that a version migrated which does not exist yet."""
    code, output = await fittrack(Server(tmp_path), "migrate")
    assert code == 0, output
    with sqlite3.connect(tmp_path / databases.FILE) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (COMING,))
    return tmp_path


async def test_it_does_not_start_and_says_why(folder: Path):
    code, output = await fittrack(Server(folder), "serve")
    assert code == 2
    assert COMING in output and "SCHEMA_MAY_BE_NEWER" in output


async def test_it_starts_where_that_was_decided(folder: Path):
    async with serving(folder, SCHEMA_MAY_BE_NEWER="true") as server:
        assert await server.terminate() == 0


async def test_it_migrates_nothing(folder: Path):
    code, output = await fittrack(Server(folder), "migrate")
    assert code == 0
    assert f"to {COMING}: nothing was done" in output


async def test_the_doctor_tells_of_it(folder: Path):
    _, output = await fittrack(Server(folder), "doctor")
    assert f"newer than this version: {COMING}" in output


async def test_the_doctor_minds_columns_that_are_gone_and_no_index(folder: Path):
    may_be = Server(folder, SCHEMA_MAY_BE_NEWER="true")
    change(folder, "DROP INDEX ix_ledger_ranking")
    _, output = await fittrack(may_be, "doctor")
    assert f"{COMING}. It may be." in output
    change(folder, "ALTER TABLE inbox DROP COLUMN body")
    _, output = await fittrack(may_be, "doctor")
    assert "inbox.body" in output and "The schema is newer" in output


def change(folder: Path, statement: str) -> None:
    """What a newer version does to the schema."""
    with sqlite3.connect(folder / databases.FILE) as connection:
        connection.execute(statement)

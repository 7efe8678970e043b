"""What players ask has a time; what an operator does to a large database takes as long as it takes."""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from fittrack.check.apart import Task, run_apart
from fittrack.cli.commands import app
from fittrack.config.published import DEVELOPMENT_TOKEN_KEYS
from fittrack.db import oracle_faults
from fittrack.db.engine import make_engine
from tests.oracle_net.conftest import BRIEF_MS, Place


@pytest.fixture
def fittrack(place: Place, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The command on a schema of its own, where a call may take 0.3 s; returns what it printed."""
    settings = place.settings
    monkeypatch.setenv("APP_ENV", "testing")
    monkeypatch.setenv("ORACLE_DSN", settings.oracle_dsn or "")
    monkeypatch.setenv("ORACLE_USER", settings.oracle_user or "")
    monkeypatch.setenv("ORACLE_PASSWORD", settings.oracle_password or "")
    monkeypatch.setenv("ORACLE_CALL_TIMEOUT_MS", str(BRIEF_MS))

    def run(*arguments: str) -> str:
        ended = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert ended.exit_code == 0, ended.output
        return ended.output

    return run


@pytest.mark.parametrize(
    ("step", "sql"), [("define", "CREATE TABLE t (a INTEGER)"), ("query", "SELECT 1 FROM dual")]
)
def test_the_call_of_a_request_is_broken_off_in_time(place: Place, step: str, sql: str) -> None:
    engine = make_engine(place.with_(oracle_call_timeout_ms=BRIEF_MS))
    with engine.connect() as connection:
        place.arrange(step, "stall")
        with pytest.raises(DBAPIError) as error:
            connection.execute(text(sql))
    assert oracle_faults.number_of(error.value) == "DPY-4024"
    engine.dispose()


def test_a_migration_takes_as_long_as_its_statements(place: Place, fittrack: Callable[..., str]) -> None:
    place.arrange("define", "delay", after=20)
    printed = fittrack("migrate", "--grants", "somebody")
    assert "Applied 0001" in printed
    assert re.search(r"somebody may use \d+ tables", printed)


async def test_a_check_counts_for_as_long_as_it_takes(place: Place, fittrack: Callable[..., str]) -> None:
    fittrack("migrate")
    place.arrange("query", "delay", after=30)  # those before it ask for the schema
    assert "Every invariant holds" in fittrack("check")
    place.arrange("query", "delay")
    found = await run_apart(
        Task(
            database=place.with_(oracle_call_timeout_ms=BRIEF_MS),
            token_keys=DEVELOPMENT_TOKEN_KEYS,
            zone=ZoneInfo("America/New_York"),
            chains={},
        )
    )
    assert found.violations == {}


def test_a_schema_is_looked_at_within_the_time_of_a_call(place: Place, fittrack: Callable[..., str]) -> None:
    fittrack("migrate")
    place.arrange("query", "stall")
    with pytest.raises(DBAPIError) as error:
        fittrack("check")
    assert oracle_faults.number_of(error.value) == "DPY-4024"

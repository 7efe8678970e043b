"""A migration that fails half-way on Oracle, which commits each statement: where, and how to go on."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from fittrack.cli import commands
from fittrack.db import migrate, revisions
from fittrack.db.engine import make_engine
from fittrack.db.migrate import MigrationError
from fittrack.doctor.database import examine_database
from fittrack.doctor.diagnosis import Diagnosis
from fittrack.kit.clock import SystemClock
from tests.oracle_net.conftest import Place
from tests.oracle_net.test_scripts import run_statements
from tests.oracle_sql.script import statements_in
from tests.world import settings_for

FULL = 1653
"""ORA-01653: the tablespace is full."""


def failed_migration(place: Place) -> str:
    engine = make_engine(place.settings)
    with pytest.raises(MigrationError) as failure:
        migrate.upgrade(engine)
    engine.dispose()
    return str(failure.value)


def schema_of(place: Place, tmp_path: Path) -> Diagnosis:
    settings = replace(settings_for(tmp_path), database=place.settings)
    [found] = [each for each in examine_database(settings, SystemClock()) if each.what == "schema"]
    return found


def test_the_first_revision_that_fails_is_named_with_its_statement_and_can_be_gone_on_with(
    place: Place, tmp_path: Path
) -> None:
    place.arrange("define", str(FULL), after=6)
    said = failed_migration(place)
    [statement] = re.findall(r"revision 0001 failed at “(.+?)”: ORA-01653", said)
    assert "Nothing was applied before it" in said
    assert "`fittrack migrate --sql`" in said
    found = schema_of(place, tmp_path)
    assert found.sentence == "Revision 0001 is half done: some of its tables are there."
    assert "`fittrack migrate --sql`" in found.remedy
    assert "Revision 0001 is half done" in failed_migration(place), "nor does another run go on by itself"

    whole = statements_in(migrate.offline_sql("oracle"))
    at = next(at for at, each in enumerate(whole) if " ".join(each.split()).startswith(statement.rstrip("…")))
    run_statements(place, whole[at:])
    assert schema_of(place, tmp_path).ok


def test_a_later_revision_that_fails_leaves_those_before_it_done(place: Place, tmp_path: Path) -> None:
    with place.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE alternates (in_the_way INTEGER)")
    said = failed_migration(place)
    assert "revision 0012 failed at “CREATE TABLE alternates" in said
    former = revisions.before("0012")
    assert re.search(f"Applied before it: 0001, .*{former}\\. ", said)
    assert f"`fittrack migrate --sql --from {former}`" in said
    engine = make_engine(place.settings)
    assert migrate.pending(engine)[0] == "0012"
    engine.dispose()
    assert schema_of(place, tmp_path).sentence == "Revision 0012 is half done: some of its tables are there."


def test_the_command_says_it_in_a_sentence(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place.arrange("define", str(FULL), after=6)
    settings = place.settings
    for name in ("dsn", "user", "password"):
        monkeypatch.setenv(f"ORACLE_{name.upper()}", getattr(settings, f"oracle_{name}"))
    monkeypatch.setattr("sys.argv", ["fittrack", "migrate"])
    with pytest.raises(SystemExit) as left:
        commands.main()
    assert left.value.code == 1
    assert "migrate: revision 0001 failed at “" in capsys.readouterr().err

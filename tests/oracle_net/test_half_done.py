"""A migration that fails half-way on Oracle, which commits each statement: where, and how to go on."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from fittrack.cli import commands
from fittrack.db import migrate, revisions
from fittrack.db.engine import make_engine
from fittrack.db.half_done import MigrationError
from fittrack.db.oracle import grants
from fittrack.db.oracle.extras import Extra
from fittrack.db.tables import metadata
from fittrack.doctor.database import examine_database
from fittrack.doctor.diagnosis import Diagnosis
from fittrack.doctor.oracle import explain
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
    assert found.sentence.startswith("Revision 0001 is half done. Done: ")
    assert "; to be done: " in found.sentence
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
    said = schema_of(place, tmp_path).sentence
    assert said.startswith("Revision 0012 is half done. Done: alternates; to be done: ")
    assert "fulfillments.address_due_at" in said


def test_a_revision_that_adds_columns_alone_is_seen_by_those_that_are_there(
    place: Place, tmp_path: Path
) -> None:
    run_statements(place, statements_in(revisions.sql("oracle", None, "0016")))
    assert schema_of(place, tmp_path).sentence.startswith("The schema lacks 0017, ")
    run_statements(place, ["ALTER TABLE tracker_connections ADD not_before TIMESTAMP"])
    found = schema_of(place, tmp_path)
    assert found.sentence == (
        "Revision 0017 is half done. Done: tracker_connections.not_before, and not written down."
    )
    assert "`fittrack migrate --sql --from 0016`" in found.remedy
    assert found.sentence in failed_migration(place)


def test_a_revision_between_two_of_its_statements_is_seen_by_tables_that_are_gone_and_indexes_that_came(
    place: Place, tmp_path: Path
) -> None:
    whole = statements_in(revisions.sql("oracle", None, "0023"))
    rest = statements_in(revisions.sql("oracle", "0023", "0024"))
    run_statements(place, [*whole, *rest[:2]])
    said = schema_of(place, tmp_path).sentence
    assert "Done: without webhook_deliveries, without webhook_endpoints, " in said
    assert "to be done: webhook_attempts, webhook_deliveries, webhook_endpoints " in said
    run_statements(place, rest[2:])
    run_statements(place, statements_in(revisions.sql("oracle", "0024", "0031")))
    first, *_ = statements_in(revisions.sql("oracle", "0031", "0033"))
    run_statements(place, [first])
    assert schema_of(place, tmp_path).sentence.startswith("Revision 0033 is half done. Done: index ix_")


def test_a_schema_that_says_it_is_the_newest_is_looked_at_part_by_part(place: Place, tmp_path: Path) -> None:
    run_statements(place, statements_in(migrate.offline_sql("oracle")))
    assert schema_of(place, tmp_path).ok
    run_statements(place, ["ALTER TABLE tracker_connections MODIFY (provider NULL)"])
    found = schema_of(place, tmp_path)
    assert found.sentence == "It should be: tracker_connections.provider NOT NULL."
    run_statements(
        place,
        [
            "ALTER TABLE tracker_connections DROP COLUMN not_before",
            "DROP INDEX ix_webhook_attempts_message_id",
            "DROP TABLE alternates",
        ],
    )
    found = schema_of(place, tmp_path)
    assert found.sentence == (
        "All revisions are said to be done, but there is no "
        "alternates, index ix_webhook_attempts_message_id, tracker_connections.not_before."
    )
    assert "--grants" in found.remedy


def test_the_command_says_it_in_a_sentence_and_what_the_error_means(
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
    said = " ".join(capsys.readouterr().err.split())
    assert "migrate: revision 0001 failed at “" in said
    assert "That is: the tablespace is full. A DBA adds a data file" in said


@pytest.fixture
def migrated(place: Place) -> Iterator[Engine]:
    """The newest schema, and the one connection that is used: what is defined next is what a test does."""
    run_statements(place, statements_in(migrate.offline_sql("oracle")))
    engine = make_engine(place.with_(oracle_pool_min=1))
    engine.connect().close()
    yield engine
    engine.dispose()


def test_a_right_that_cannot_be_given_is_named_and_the_rest_is_given_later(
    place: Place, migrated: Engine
) -> None:
    place.arrange("define", "1917", after=1)
    with pytest.raises(MigrationError) as failure:
        migrate.grant(migrated, "nobody_yet")
    first, second, *rest = grants.statements(metadata, "nobody_yet")
    said = str(failure.value)
    assert said.startswith(f"rights on {second[0]}: it failed at “{second[1]}”: ORA-01917")
    assert f"Done before it: rights on {first[0]}. The schema is the newest." in said
    assert failure.value.__cause__ is not None
    assert "CREATE USER" in explain(failure.value.__cause__).remedy
    assert migrate.grant(migrated, "nobody_yet") == len(rest) + 2


def test_an_extra_that_fails_is_named_and_says_that_the_schema_is_whole_without_it(
    place: Place, migrated: Engine
) -> None:
    place.arrange("define", "439", after=1)
    with pytest.raises(MigrationError) as failure:
        migrate.add_extras(migrated, [Extra.PARTITIONS])
    said = str(failure.value)
    assert said.startswith(
        "partitions of user_log: it failed at “ALTER TABLE user_log MODIFY PARTITION BY RANGE"
    )
    assert "ORA-00439" in said
    assert "Nothing was done before it. The schema is whole without it" in said
    assert failure.value.__cause__ is not None
    assert "leave `partitions` out" in explain(failure.value.__cause__).remedy

"""A trigger that does not compile: Oracle makes it and tells of a success; what it watches is refused."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import oracledb
import pytest
from sqlalchemy import Engine

from fittrack.cli import commands
from fittrack.db import migrate
from fittrack.db.engine import make_engine
from fittrack.db.oracle.compiled import DEMAND_COMPILED
from fittrack.doctor import oracle
from fittrack.doctor.database import examine_database
from fittrack.kit.clock import SystemClock
from tests.oracle_net.conftest import Place
from tests.oracle_net.test_scripts import run_statements
from tests.oracle_sql.script import statements_in
from tests.world import settings_for

BROKEN = "CREATE TRIGGER audit_log_counts BEFORE UPDATE ON audit_log BEGIN count_them; END;"
NOT_OURS = (
    "CREATE TABLE others (n INTEGER)",
    "CREATE TRIGGER others_count BEFORE UPDATE ON others BEGIN count_them; END;",
)
MEANT = "trigger audit_log_counts (PLS-00201: identifier must be declared)"


@pytest.fixture
def migrated(place: Place) -> Iterator[Engine]:
    engine = make_engine(place.settings)
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


def test_the_doctor_names_it_with_its_error(place: Place, migrated: Engine, tmp_path: Path) -> None:
    assert migrate.not_compiled(migrated) == []
    run_statements(place, [BROKEN])
    settings = replace(settings_for(tmp_path), database=place.settings)
    found = {each.what: each for each in examine_database(settings, SystemClock())}
    assert not found["triggers"].ok
    assert MEANT in found["triggers"].sentence
    assert "COMPILE" in found["triggers"].remedy
    assert found["writing"].ok and found["letters"].ok, "everything else is looked at"


def test_what_others_keep_in_the_schema_is_their_own(place: Place, migrated: Engine) -> None:
    run_statements(place, [*NOT_OURS, DEMAND_COMPILED])
    migrate.demand_compiled(migrated)
    run_statements(place, [BROKEN])
    assert migrate.not_compiled(migrated) == [MEANT]


def test_migrating_ends_with_it(
    place: Place, migrated: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrate.pending(migrated) == []
    run_statements(place, [BROKEN])
    for name in ("dsn", "user", "password"):
        monkeypatch.setenv(f"ORACLE_{name.upper()}", getattr(place.settings, f"oracle_{name}"))
    monkeypatch.setattr("sys.argv", ["fittrack", "migrate", "--grants", "fittrack_app"])
    with pytest.raises(SystemExit) as left:
        commands.main()
    assert left.value.code == 1
    printed = capsys.readouterr()
    assert MEANT in " ".join(printed.err.split())
    assert "fittrack_app may use" in printed.out, "the schema is whole"


def test_a_dbas_script_fails_at_its_end(place: Place) -> None:
    *statements, look = statements_in(migrate.offline_sql("oracle"))
    run_statements(place, [*statements, look, BROKEN])
    with pytest.raises(oracledb.DatabaseError, match="AUDIT_LOG_COUNTS does not compile: PLS-00201"):
        run_statements(place, [look])


def test_what_is_unknown_is_not_put_down_to_the_listener_once_connected() -> None:
    unknown = RuntimeError("ORA-07445: exception encountered")
    assert "listener" in oracle.explain(unknown).remedy
    assert "listener" not in oracle.explain(unknown, connected=True).remedy

"""The script that a DBA is given, run as SQL*Plus runs it: what stands before each line with a slash."""

from collections.abc import Iterable

from fittrack.db import migrate
from fittrack.db.engine import make_engine
from tests.oracle_net.conftest import Place
from tests.oracle_sql.script import statements_in

MIDDLE = "0016"


def run_script(place: Place, script: str) -> None:
    run_statements(place, statements_in(script))


def run_statements(place: Place, statements: Iterable[str]) -> None:
    with place.connect() as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        connection.commit()  # as SQL*Plus does when it leaves


def test_what_a_dba_runs_leaves_a_schema_that_the_server_takes(place: Place) -> None:
    run_script(place, migrate.offline_sql("oracle"))
    engine = make_engine(place.settings)
    assert migrate.pending(engine) == []
    assert migrate.upgrade(engine) == [], "nothing is left to do"
    engine.dispose()


def test_a_dba_goes_on_from_the_revision_that_the_schema_is_at(place: Place) -> None:
    whole, later = (statements_in(migrate.offline_sql("oracle", start)) for start in (None, MIDDLE))
    engine = make_engine(place.settings)
    run_script(place, "\n/\n".join(whole[: -len(later)]))
    assert migrate.pending(engine)
    run_script(place, migrate.offline_sql("oracle", MIDDLE))
    assert migrate.pending(engine) == []
    engine.dispose()

"""The doctor over the real driver: who is not let in, and what is not taken, is told with what to do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fittrack.config import Settings
from fittrack.db import migrate
from fittrack.db.engine import make_engine
from fittrack.doctor.database import examine_database
from fittrack.doctor.diagnosis import Diagnosis
from fittrack.kit.clock import SystemClock
from tests.oracle_net.conftest import Place, a_schema
from tests.oracle_net.process import ServerProcess
from tests.world import settings_for

TRIES = 4
"""As often as the pool may try to sign in before the doctor is told."""


@pytest.fixture(scope="module")
def place(server: ServerProcess) -> Iterator[Place]:
    """A schema that is the newest."""
    place = Place(replace(a_schema(server), oracle_pool_min=1))
    engine = make_engine(place.settings)
    migrate.upgrade(engine)
    yield place
    engine.dispose()


@pytest.fixture
def settings(place: Place, tmp_path: Path) -> Settings:
    return replace(settings_for(tmp_path), database=place.settings)


def findings(settings: Settings) -> dict[str, Diagnosis]:
    return {finding.what: finding for finding in examine_database(settings, SystemClock())}


def test_a_row_is_really_written(settings: Settings, place: Place) -> None:
    found = findings(settings)
    assert list(found) == ["database", "schema", "writing", "clock", "keys", "letters"]
    assert all(finding.ok for finding in found.values())
    with place.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) AS n FROM nightly_checks")
        assert cursor.fetchall() == [(0,)]


def test_a_password_that_expires_soon_is_told(settings: Settings, place: Place) -> None:
    place.arrange("sign in", "28002")
    found = findings(settings)
    assert not found["database"].ok
    assert "the password expires within days" in found["database"].sentence
    assert "PASSWORD_LIFE_TIME" in found["database"].remedy
    assert found["writing"].ok, "it works so far"


def test_an_owner_that_is_not_there_is_told(settings: Settings) -> None:
    found = findings(replace(settings, database=replace(settings.database, oracle_schema="nobody")))
    assert not found["database"].ok
    assert "there is no user of the name in ORACLE_SCHEMA" in found["database"].sentence
    assert found["database"].remedy == "Correct ORACLE_SCHEMA."


@pytest.mark.parametrize(
    ("number", "meant", "remedy"),
    [
        (1536, "all of the space", "QUOTA"),
        (1653, "tablespace is full", "data file"),
        (4098, "does not compile", "COMPILE"),
        (1950, "may use no space", "QUOTA"),
        (257, "archive of redo logs is full", "makes room"),
        (16000, "open for reading alone", "primary"),
        (41900, "lacks a privilege", "--grants"),
    ],
)
def test_what_is_not_taken_is_told(
    settings: Settings, place: Place, number: int, meant: str, remedy: str
) -> None:
    place.arrange("change", str(number))
    found = findings(settings)
    assert found["database"].ok
    assert not found["writing"].ok
    assert meant in found["writing"].sentence
    assert remedy in found["writing"].remedy
    assert found["letters"].ok, "what is read is looked at all the same"


@pytest.mark.parametrize(
    ("number", "meant"),
    [(28000, "the user is locked"), (28001, "has expired"), (1045, "may not connect")],
)
def test_who_is_not_let_in_is_told(settings: Settings, place: Place, number: int, meant: str) -> None:
    place.arrange("sign in", str(number), times=TRIES)
    try:
        [found] = findings(settings).values()
    finally:
        _let_in(place)
    assert not found.ok
    assert meant in found.sentence


def _let_in(place: Place) -> None:
    """Use up what was arranged and not met."""
    for _ in range(TRIES):
        try:
            place.connect().close()
        except Exception as refused:
            assert "arranged" in str(refused)

"""What is bound comes back from the database as it was, whatever its type."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import NoneType
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select

from fittrack.db.engine import make_engine
from tests import databases
from tests.fittrack.db.every_type import BYTES_MAX, LONG_MAX, TEXT_MAX, things
from tests.fittrack.db.journal_world import settings_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

milliseconds = st.integers(min_value=-(10**12), max_value=10**13)
instants = milliseconds.map(lambda ms: EPOCH + timedelta(milliseconds=ms))
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
PYTHONS = {
    "thing_id": UUID,
    "amount": int,
    "story": str,
    "short": bytes,
    "document": bytes,
    "happened_at": datetime,
    "born_on": date,
    "is_on": bool,
    "measure": float,
}
rows = st.fixed_dictionaries(
    {
        "amount": st.none() | st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1),
        "label": st.none() | st.text(characters, max_size=TEXT_MAX),
        "story": st.none() | st.text(characters, max_size=LONG_MAX),
        "short": st.none() | st.binary(max_size=BYTES_MAX),
        "document": st.none() | st.binary(max_size=9_000),
        "happened_at": st.none() | instants,
        "born_on": st.none() | st.dates(min_value=date(1, 1, 1)),
        "is_on": st.none() | st.booleans(),
        "measure": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A connection to a database with one table of every type."""
    engine = make_engine(settings_of(tmp_path_factory.mktemp("types")))
    with engine.begin() as connection:
        things.metadata.create_all(connection)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    things.metadata.drop_all(engine)
    engine.dispose()


@settings(
    max_examples=40 if databases.ORACLE else 100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(written=st.lists(rows, min_size=1, max_size=4))
def test_what_is_written_by_array_dml_is_read_again(
    table: Connection, written: list[dict[str, object]]
) -> None:
    table.execute(delete(things))
    whole = [{"thing_id": UUID(int=at), **row} for at, row in enumerate(written)]
    table.execute(insert(things), whole)
    read = table.execute(select(things).order_by(things.c.thing_id)).mappings().all()
    assert [dict(row) for row in read] == [
        {name: None if value in ("", b"") else value for name, value in row.items()} for row in whole
    ]
    for row in read:
        assert all(type(row[name]) in (kind, NoneType) for name, kind in PYTHONS.items())

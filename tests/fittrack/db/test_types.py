"""A value comes back from either database as it was given, or is refused before it is sent."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import oracledb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, create_engine, make_url
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import TypeDecorator

from fittrack.db.types import Bytes, Day, Document, Flag, Instant, Real, Uuid16, Word, word
from tests.oracle_sql import ORACLE

SQLITE = make_url("sqlite://").get_dialect()()
DIALECTS = st.sampled_from([SQLITE, ORACLE])
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=ZONES)  # noqa: DTZ001

VALUES: list[tuple[TypeDecorator[Any], st.SearchStrategy[Any]]] = [
    (Uuid16(), st.uuids()),
    (Bytes(60), st.binary(min_size=1, max_size=60)),
    (Document(), st.binary(min_size=1, max_size=5_000)),
    (Day(), st.dates()),
    (Flag(), st.booleans()),
    (Real(), st.floats(allow_nan=False, allow_infinity=False)),
    (word(40), st.text(min_size=1, max_size=40)),
    (word(4_000), st.text(min_size=1, max_size=4_000)),
]


def there_and_back(kind: TypeDecorator[Any], value: Any, dialect: Any) -> Any:
    """What Python gets of a value once the driver has had it: the driver returns what it was given."""
    bind, result = kind.bind_processor(dialect), kind.result_processor(dialect, None)
    stored = bind(value) if bind else value
    if dialect is ORACLE and isinstance(kind, Day) and stored is not None:
        stored = datetime(stored.year, stored.month, stored.day)  # noqa: DTZ001 - so a DATE comes back
    return result(stored) if result else stored


@pytest.mark.parametrize(("kind", "values"), VALUES, ids=lambda value: type(value).__name__)
@given(data=st.data(), dialect=DIALECTS)
def test_a_value_comes_back_as_it_was(kind: Any, values: Any, data: st.DataObject, dialect: Any) -> None:
    value = data.draw(values)
    back = there_and_back(kind, value, dialect)
    assert (back, type(back)) == (value, type(value))
    assert there_and_back(kind, None, dialect) is None


@given(value=INSTANTS, dialect=DIALECTS)
def test_an_instant_comes_back_in_utc_in_whole_milliseconds_whatever_its_zone(
    value: Any, dialect: Any
) -> None:
    back = there_and_back(Instant(), value, dialect)
    assert back.tzinfo is UTC
    assert timedelta(0) <= value - back < timedelta(milliseconds=1)
    assert there_and_back(Instant(), back, dialect) == back


@given(first=INSTANTS, second=INSTANTS, dialect=DIALECTS)
def test_instants_are_stored_in_their_order(first: Any, second: Any, dialect: Any) -> None:
    bind = Instant().bind_processor(dialect)
    earlier, later = sorted([first, second])
    assert bind(earlier) <= bind(later)


@given(value=st.datetimes(), dialect=DIALECTS)
def test_an_instant_without_a_zone_is_refused(value: datetime, dialect: Any) -> None:
    with pytest.raises(TypeError):
        Instant().bind_processor(dialect)(value)


@given(dialect=DIALECTS)
def test_nothing_is_null_in_both_databases(dialect: Any) -> None:
    for kind, nothing in ((word(10), ""), (Bytes(10), b""), (Document(), b"")):
        assert kind.bind_processor(dialect)(nothing) is None


@given(dialect=DIALECTS, value=st.sampled_from([math.nan, math.inf, -math.inf]))
def test_what_is_no_number_is_refused(dialect: Any, value: float) -> None:
    with pytest.raises(ValueError, match="no number to store"):
        Real().bind_processor(dialect)(value)


@given(dialect=DIALECTS, value=st.datetimes())
def test_a_day_with_a_time_is_refused(dialect: Any, value: datetime) -> None:
    with pytest.raises(TypeError, match="no time"):
        Day().bind_processor(dialect)(value)


@pytest.mark.parametrize(
    ("kind", "declared", "bound"),
    [
        (Uuid16(), "RAW(16)", oracledb.DB_TYPE_RAW),
        (Bytes(32), "RAW(32)", oracledb.DB_TYPE_RAW),
        (Document(), "BLOB", oracledb.DB_TYPE_RAW),
        (Instant(), "TIMESTAMP", oracledb.DB_TYPE_TIMESTAMP),
        (Day(), "DATE", oracledb.DATETIME),
        (Flag(), "INTEGER", int),
        (Real(), "BINARY_DOUBLE", oracledb.NATIVE_FLOAT),
        (word(1_000), "VARCHAR2(1000 CHAR)", oracledb.STRING),
        (word(1_001), "CLOB", oracledb.DB_TYPE_NVARCHAR),
    ],
    ids=lambda value: str(value)[:30],
)
def test_oracles_columns_and_binds_have_the_same_type(kind: Any, declared: str, bound: Any) -> None:
    table = Table("t", MetaData(), Column("a", kind))
    assert f"a {declared}\n" in str(CreateTable(table).compile(dialect=ORACLE))
    implemented = kind.dialect_impl(ORACLE).get_dbapi_type(oracledb)
    assert implemented in (bound, oracledb.BINARY) if declared.startswith("RAW") else implemented == bound


def test_every_type_that_is_not_text_is_declared_to_the_driver_before_it_is_bound() -> None:
    declared = ORACLE_WITH_DRIVER.include_set_input_sizes
    for kind, _ in [*VALUES, (Instant(), None)]:
        if isinstance(kind, Word) and kind.length <= 1_000:
            continue  # what the driver takes text for anyway, and NULL as well
        found = kind.dialect_impl(ORACLE_WITH_DRIVER).get_dbapi_type(oracledb)
        assert any(found == each for each in declared), kind


ORACLE_WITH_DRIVER: Any = create_engine("oracle+oracledb://").dialect

"""Ids of one instant keep their order, whoever makes them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fittrack.kit.ids import least_uuid7, uuid7_of

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - made aware
def test_an_id_tells_its_millisecond_and_is_a_version_7_uuid(now: datetime) -> None:
    made = uuid7_of(now)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def test_ids_made_since_an_instant_can_be_told_from_those_before() -> None:
    assert uuid7_of(NOON - timedelta(milliseconds=1)) < least_uuid7(NOON) <= uuid7_of(NOON)


def test_ids_of_one_instant_grow() -> None:
    made = [uuid7_of(NOON) for _ in range(1_000)]
    assert made == sorted(made)


def test_threads_never_make_the_same_id() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: uuid7_of(NOON), range(10_000)))
    assert len(set(made)) == 10_000

"""The schedule of retries, who gets room, what an answer means, and the signature of the specification."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from fittrack.webhooks import signing
from fittrack.webhooks.rules import (
    AT_ONCE,
    DISABLE_AFTER,
    JITTER,
    PER_ENDPOINT,
    PER_STRUGGLING_ENDPOINT,
    RETRIES,
    RETRY_AFTER_MAX,
    STRUGGLING_AT_ONCE,
    Attempt,
    DisabledReason,
    attempt_of,
    disabled_by,
    next_wait,
    read_retry_after,
    rooms,
)

NOON = datetime(2026, 6, 10, 16, tzinfo=UTC)
waits = st.timedeltas(timedelta(0), RETRY_AFTER_MAX)
ENDPOINTS = [UUID(int=number) for number in range(1, 101)]


@given(st.integers(1, len(RETRIES)), st.floats(0, 1), st.none() | waits)
def test_a_wait_is_that_of_the_schedule_or_longer_and_never_shorter_than_was_asked_for(
    failures: int, jitter: float, retry_after: timedelta | None
) -> None:
    wait = next_wait(failures, jitter, retry_after)
    assert wait is not None
    asked = retry_after or timedelta(0)
    assert max(RETRIES[failures - 1], asked) <= wait <= max(RETRIES[failures - 1] * (1 + JITTER), asked)


@given(st.integers(len(RETRIES) + 1, 1_000), st.floats(0, 1), st.none() | waits)
def test_after_the_last_attempt_nothing_is_tried_however_politely_it_was_refused(
    failures: int, jitter: float, retry_after: timedelta | None
) -> None:
    assert next_wait(failures, jitter, retry_after) is None


def test_the_attempts_last_for_days_and_an_endpoint_is_given_up_later_than_a_message() -> None:
    longest = sum(RETRIES, timedelta(0)) * (1 + JITTER)
    assert timedelta(days=3) < longest < DISABLE_AFTER
    assert list(RETRIES) == sorted(RETRIES)


@given(
    st.lists(st.sampled_from(ENDPOINTS), unique=True),
    st.dictionaries(st.sampled_from(ENDPOINTS), st.integers(1, PER_ENDPOINT), max_size=8),
    st.frozensets(st.sampled_from(ENDPOINTS)),
)
def test_nobody_gets_more_than_their_share_and_hanging_endpoints_leave_half_to_the_others(
    waiting: list[UUID], running: dict[UUID, int], struggling: frozenset[UUID]
) -> None:
    given_now = rooms(waiting, running, struggling)
    total = Counter(running) + Counter(given_now)
    assert sum(total.values()) <= AT_ONCE
    assert given_now.keys() <= set(waiting)
    for endpoint, room in given_now.items():
        most = PER_STRUGGLING_ENDPOINT if endpoint in struggling else PER_ENDPOINT
        assert 1 <= room <= most - running.get(endpoint, 0)
    slow = sum(room for endpoint, room in given_now.items() if endpoint in struggling)
    assert slow <= max(0, STRUGGLING_AT_ONCE - sum(running[each] for each in running if each in struggling))


@given(st.frozensets(st.sampled_from(ENDPOINTS), max_size=90), st.sampled_from(ENDPOINTS))
def test_whoever_hangs_a_healthy_endpoint_gets_room(hanging: frozenset[UUID], healthy: UUID) -> None:
    hanging -= {healthy}
    first = rooms(sorted(hanging), {}, hanging)
    assert rooms([*sorted(hanging), healthy], first, hanging)[healthy] >= 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("99999999999999999999", 86_400),
        ("Wed, 10 Jun 2026 16:01:00 GMT", 60),
        ("Wed, 10 Jun 2026 15:00:00 GMT", 0),
        ("Sun, 10 Jun 2046 15:00:00 GMT", 86_400),
    ],
)
def test_retry_after_is_seconds_or_an_instant_within_a_day(header: str, seconds: int) -> None:
    assert read_retry_after(header, NOON) == timedelta(seconds=seconds)


@given(st.text())
def test_no_retry_after_breaks_anything(header: str) -> None:
    wait = read_retry_after(header, NOON)
    assert wait is None or timedelta(0) <= wait <= RETRY_AFTER_MAX


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_a_delivery(status: int) -> None:
    assert attempt_of(status, None, NOON) == Attempt(status, None)
    assert attempt_of(status, None, NOON).delivered


@pytest.mark.parametrize("status", [101, 301, 308, 400, 404, 410, 429, 500, 503, 599])
def test_anything_else_is_a_failure_with_a_sentence(status: int) -> None:
    attempt = attempt_of(status, None, NOON)
    assert not attempt.delivered
    assert attempt.error
    since = NOON - DISABLE_AFTER + timedelta(seconds=1)
    assert disabled_by(attempt, since, NOON) is (DisabledReason.GONE if status == 410 else None)


def test_who_took_nothing_for_days_is_switched_off() -> None:
    assert disabled_by(Attempt(None, "silence"), NOON - DISABLE_AFTER, NOON) is DisabledReason.FAILING


@given(
    st.lists(st.binary(min_size=24, max_size=64), min_size=1, max_size=2),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs",))),
)
def test_each_secret_signs_as_the_published_library_does(secrets: list[bytes], body: str) -> None:
    now = datetime.now(UTC)
    sent = signing.headers(secrets, "a-message", int(now.timestamp()), body.encode())
    for secret in secrets:
        library = Webhook(signing.shown(secret))
        assert library.sign("a-message", now, body) in sent["webhook-signature"].split(" ")

"""What is kept, and for how long: the job of a day, at instants far apart."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, select, update

from fittrack.db.tables.activities import activities, user_days
from fittrack.db.tables.drawings import fulfillments
from fittrack.db.tables.operations import account_devices, account_reviews, audit_log, review_appeals
from fittrack.db.tables.prizes import fulfillment_transitions, shipping_addresses
from fittrack.db.tables.sessions import email_tokens, mfa_used_codes, refresh_tokens, sessions
from fittrack.privacy.rules import activities_kept_from
from tests.fittrack.privacy.conftest import Lived, Past, going_on, work_out
from tests.fittrack.privacy.planting import found_in, mark
from tests.rest_house import PASSWORD, Person


@pytest.fixture
def folder(past: Past, tmp_path: Path) -> Path:
    past.copy_to(tmp_path)
    return tmp_path


async def days_later(past: Past, folder: Path, days: float, look: Callable[[Lived], None]) -> None:
    """So long after, the job of the day was done: look."""
    async with going_on(past, folder, after=timedelta(days=days)) as lived:
        await lived.house.inner.node.jobs.keep_house()
        look(lived)


async def leave(past: Past, folder: Path) -> None:
    async with going_on(past, folder) as lived:
        form = {"password": PASSWORD}
        assert (await lived.house.call("DELETE", "/users/me", form, token=lived.joe.token))[0] == 204
        await lived.house.inner.node.jobs.apply_effects()
        await lived.house.inner.quiet()


def count(lived: Lived, table: Table) -> int:
    with lived.engine.connect() as conn:
        return len(conn.execute(select(table)).all())


def is_there(value: str) -> Callable[[Lived], None]:
    def look(lived: Lived) -> None:
        assert found_in(lived.engine, {value})

    return look


def is_gone(value: str) -> Callable[[Lived], None]:
    def look(lived: Lived) -> None:
        assert found_in(lived.engine, {value}) == {}

    return look


async def test_the_address_of_a_deleted_account_is_kept_for_30_days(past: Past, folder: Path) -> None:
    await leave(past, folder)
    await days_later(past, folder, 29.9, is_there(past.joe.email))
    await days_later(past, folder, 30.1, is_gone(past.joe.email))


async def test_what_is_old_of_somebody_who_stays_goes_and_the_rest_stays(past: Past, folder: Path) -> None:
    recorded: list[int] = []

    def after_89_days(lived: Lived) -> None:
        assert found_in(lived.engine, {mark(sessions, "ip_address")})
        assert found_in(lived.engine, {mark(audit_log, "ip_address")})
        assert count(lived, email_tokens) == count(lived, mfa_used_codes) == 0
        recorded.append(count(lived, audit_log))

    def after_91_days(lived: Lived) -> None:
        assert found_in(lived.engine, {mark(sessions, "ip_address")}) == {}
        assert found_in(lived.engine, {mark(audit_log, "ip_address")}) == {}
        assert found_in(lived.engine, {mark(audit_log, "reason")})
        assert count(lived, audit_log) == recorded[0]
        assert count(lived, account_reviews) == count(lived, review_appeals) == 1

    def after_two_years(lived: Lived) -> None:
        assert count(lived, activities) == 1

    def a_day_later(lived: Lived) -> None:
        assert count(lived, activities) == count(lived, account_devices) == 0
        assert count(lived, account_reviews) == count(lived, review_appeals) == 0
        assert count(lived, user_days) == 1
        assert "users.email" in found_in(lived.engine, {past.joe.email})[past.joe.email]

    await days_later(past, folder, 89, after_89_days)
    await days_later(past, folder, 91, after_91_days)
    await days_later(past, folder, 731, after_two_years)
    await days_later(past, folder, 732, a_day_later)


async def test_sessions_that_ended_long_ago_go_with_their_tokens(past: Past, folder: Path) -> None:
    def only_the_new_one(lived: Lived) -> None:
        assert count(lived, sessions) == count(lived, refresh_tokens) == 1

    await days_later(past, folder, 91, only_the_new_one)


async def test_activities_since_then_stay_and_their_days_are_still_checked(past: Past, folder: Path) -> None:
    async with going_on(past, folder, after=timedelta(days=729)) as lived:
        await work_out(lived.house, Person(lived.joe.user_id, lived.joe.email, lived.joe.token), "later")

    def look(lived: Lived) -> None:
        assert count(lived, activities) == 1

    await days_later(past, folder, 740, look)


async def test_a_shipping_address_goes_when_its_time_has_come(past: Past, folder: Path) -> None:
    async with going_on(past, folder) as lived:
        with lived.engine.begin() as conn:
            conn.execute(update(shipping_addresses).values(erase_at=past.until + timedelta(days=90)))

    def look(expected: int) -> Callable[[Lived], None]:
        def looking(lived: Lived) -> None:
            assert count(lived, shipping_addresses) == expected

        return looking

    await days_later(past, folder, 89.9, look(1))
    await days_later(past, folder, 90, look(0))


async def test_what_a_parcel_was_called_goes_once_it_has_arrived_at_who_left(
    past: Past, folder: Path
) -> None:
    number = mark(fulfillments, "tracking_number")

    async def say(status: str) -> None:
        async with going_on(past, folder) as lived:
            with lived.engine.begin() as conn:
                at = lived.house.inner.clock.now() if status == "delivered" else None
                conn.execute(update(fulfillments).values(status=status, delivered_at=at))
                last = fulfillment_transitions.c.step_number == 2
                conn.execute(update(fulfillment_transitions).where(last).values(to_status=status))

    await say("shipped")
    await leave(past, folder)
    await days_later(past, folder, 1, is_there(number))
    await say("delivered")
    await days_later(past, folder, 2, is_gone(number))


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 6, 10), date(2024, 6, 10)),
        (date(2028, 2, 29), date(2026, 2, 28)),
    ],
)
def test_two_years_are_counted_by_the_calendar(today: date, first: date) -> None:
    assert activities_kept_from(today) == first

"""Whatever a provider does: the player reads what is wrong, nothing is lost, nobody else waits."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from fittrack.accounts.commands import ChangeStatus
from fittrack.connections import sync_queries
from fittrack.db.tables.partners import tracker_connections
from fittrack.jobs.trackers import AT_ONCE
from fittrack.kit.standing import AccountStatus
from tests.actors.house import NOON
from tests.fittrack.connections.conftest import TrackerHouse, a_tracker_node
from tests.fittrack.connections.conftest import status as status_of
from tests.google_health import FakeGoogle, Fault, a_google
from tests.rest_house import Person
from tests.stage import eventually


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(500), "Fitbit has trouble of its own"),
        (Fault(503), "Fitbit has trouble of its own"),
        (Fault(400), "Fitbit refused the request (400)"),
        (Fault(302, "", {"Location": "http://127.0.0.1/"}), "Fitbit refused the request (302)"),
        (Fault(200, "<html>no</html>"), "Fitbit answered something that cannot be read"),
        (Fault(200, '{"rollupDataPoints": 7}'), "Fitbit answered something that cannot be read"),
        (Fault(200, "[" * 5_000), "Fitbit answered something that cannot be read"),
        (Fault(200, " " * 3_000_000), "Fitbit does not answer"),
    ],
)
async def test_trouble_is_told_in_a_sentence_and_passes(house: TrackerHouse, fault: Fault, sentence: str):
    joe, body = await house.connected()
    body.walk(house.today, 2_000)
    house.google.faults.append(fault)
    await house.sync()
    connection = await house.connection(joe)
    assert (connection["sync_status"], connection["sync_error"]) == ("delayed", sentence)
    await house.later(minutes=1)
    connection = await house.connection(joe)
    assert (connection["sync_status"], connection["sync_error"]) == ("idle", None)
    assert await house.balance(joe) == 20


async def test_what_cannot_be_read_takes_nothing_away(house: TrackerHouse):
    joe, body = await house.connected()
    body.work_out("run-1", house.ago(hours=3), 30)
    body.work_out("run-2", house.ago(hours=6), 30)
    await house.sync()
    body.exercises["run-2"]["exercise"]["interval"]["startTime"] = "yesterday"
    body.exercises["run-2"]["exercise"]["interval"].pop("endTime")
    house.google.exercises_per_page = 25
    body.work_out("run-3", house.ago(hours=9), 30)
    original = house.google._list
    house.google._list = lambda body, request: _unfiltered(house, body)
    await house.later(minutes=15)
    house.google._list = original
    assert len(await house.activities(joe)) == 3
    connection = await house.connection(joe)
    assert connection["sync_error"] == "Some of what Fitbit told could not be read"


def _unfiltered(house: TrackerHouse, body):
    from aiohttp import web

    return web.json_response({"dataPoints": list(body.exercises.values())})


async def test_a_limit_is_waited_for_as_long_as_the_provider_says(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 2_000)
    house.google.faults.append(Fault(429, "{}", {"Retry-After": "600"}))
    await house.sync()
    assert (await house.connection(joe))["sync_error"] == "Fitbit asks us to wait"
    asked = len(house.google.requests)
    await house.later(minutes=9)
    assert len(house.google.requests) == asked
    await house.later(minutes=3)
    assert await house.balance(joe) == 20


async def test_an_empty_quota_is_not_asked_again(house: TrackerHouse):
    joe, _ = await house.connected()
    empty = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "300"}
    house.google.faults.append(Fault(200, '{"rollupDataPoints": []}', empty))
    before = len(house.google.requests)
    await house.sync()
    assert len(house.google.requests) == before + 1
    assert await status_of(house, joe) == "delayed"
    await house.later(minutes=4)
    assert len(house.google.requests) == before + 1
    await house.later(minutes=2)
    assert await status_of(house, joe) == "idle"


async def test_nobody_asks_more_than_the_quota_of_a_person(house: TrackerHouse):
    _, body = await house.connected()
    house.google.quota = 1_000_000
    house.google.exercises_per_page = 1
    for number in range(35):
        body.work_out(f"run-{number}", house.ago(hours=2 * number + 1), 30)
    for _ in range(12):
        await house.rest.inner.node.journal.transact(
            sync_queries.ask_for_sync_of, await _keys(house), house.clock.now()
        )
        await house.sync()
    assert house.google.asked_by("joe-at-google") <= 300 + 1  # one is of connecting


async def _keys(house: TrackerHouse) -> list[bytes]:
    return await house.rest.inner.node.reads.run(
        lambda conn: list(conn.execute(select(tracker_connections.c.account_key)).scalars())
    )


async def test_failures_are_tried_again_ever_more_seldom(house: TrackerHouse):
    await house.connected()
    house.google.faults_of["joe-at-google"] = Fault(500)
    before = len(house.google.requests)
    for _ in range(6 * 60):
        await house.leap(minutes=1)
    asked = len(house.google.requests) - before
    assert 8 <= asked <= 20


async def test_one_bad_account_holds_up_nobody(house: TrackerHouse):
    people = [await house.connected(f"player{number}") for number in range(AT_ONCE + 8)]
    for number, (_, body) in enumerate(people):
        body.walk(house.today, 2_000)
        if number % 2:
            house.google.faults_of[body.account] = Fault(500)
    await house.sync()
    balances = [await house.balance(person) for person, _ in people]
    assert balances == [0 if number % 2 else 20 for number in range(len(people))]
    assert house.google.busiest <= AT_ONCE


async def test_who_may_not_earn_is_told_why_and_loses_nothing(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 2_000)

    await house.rest.inner.do(joe.user_id, ChangeStatus(status=AccountStatus.SUSPENDED, reason="looked at"))
    await house.sync()
    [error] = await house.rest.inner.node.reads.run(
        lambda conn: list(conn.execute(select(tracker_connections.c.sync_error)).scalars())
    )
    assert error == "The account is suspended."
    await house.rest.inner.do(joe.user_id, ChangeStatus(status=AccountStatus.ACTIVE, reason="all is well"))
    await house.later(minutes=5)
    assert (await house.rest.inner.standing(joe.user_id)).balance == 20


async def test_neither_a_player_nor_a_notification_shortens_what_the_provider_asked_for(house: TrackerHouse):
    joe, _ = await house.connected()
    house.google.faults.append(Fault(429, "{}", {"Retry-After": "600"}))
    await house.sync()
    asked = len(house.google.requests)
    status, problem = await house.call("POST", "/connections/fitbit/sync", token=joe.token)
    assert (status, problem["code"]) == (429, "rate-limited")
    assert problem["detail"] == "Fitbit asks us to wait; the next sync comes by itself after that"
    assert 590_000 < problem["after_ms"] <= 600_001
    await house.notify("joe-at-google")
    await house.later(minutes=9)
    assert len(house.google.requests) == asked
    await house.later(minutes=1)
    assert len(house.google.requests) == asked + 3
    assert (await house.call("POST", "/connections/fitbit/sync", token=joe.token))[0] == 202


async def test_who_asked_while_the_provider_said_wait_waits_as_well(house: TrackerHouse):
    joe, _ = await house.connected()
    house.google.faults.append(Fault(429, "{}", {"Retry-After": "600"}))
    house.google.answers.clear()
    house.google.asked.clear()
    syncing = asyncio.ensure_future(house.sync())
    await house.google.asked.wait()
    await house.clock.advance(1)
    assert (await house.call("POST", "/connections/fitbit/sync", token=joe.token))[0] == 202
    house.google.answers.set()
    await syncing
    asked = len(house.google.requests)
    await house.later(minutes=9)
    assert len(house.google.requests) == asked
    await house.later(minutes=1)
    assert len(house.google.requests) == asked + 3


async def test_a_quota_that_ran_out_with_the_last_answer_is_waited_for(house: TrackerHouse):
    joe, _ = await house.connected()
    await house.sync()
    house.google.spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800"}
    await house.later(minutes=15)
    assert await status_of(house, joe) == "idle"
    assert (await house.call("POST", "/connections/fitbit/sync", token=joe.token))[0] == 429
    asked = len(house.google.requests)
    await house.later(minutes=29)
    assert len(house.google.requests) == asked
    await house.later(minutes=1)
    assert len(house.google.requests) == asked + 3


# --- Answers that do not come -----------------------------------------------------------------------------


@pytest.fixture
async def google() -> AsyncIterator[FakeGoogle]:
    """Stays while nodes come and go: only the one that is to give up is impatient."""
    async with a_google(lambda: NOON) as google:
        yield google


async def test_an_answer_that_does_not_come_is_given_up_and_asked_for_again(
    tmp_path: Path, google: FakeGoogle
):
    async with a_tracker_node(tmp_path, google) as house:
        joe, body = await house.connected()
        body.walk(house.today, 2_000)
    google.silent.add(body.account)
    async with a_tracker_node(tmp_path, google, TRACKER_ANSWER_WITHIN_MS="50") as house:
        await house.sync()
        connection = await house.connection(joe)
        assert (connection["sync_status"], connection["sync_error"]) == ("delayed", "Fitbit does not answer")
    google.silent.clear()
    async with a_tracker_node(tmp_path, google) as house:
        await house.later(minutes=1)
        assert await status_of(house, joe) == "idle"
        assert await house.balance(joe) == 20


async def test_a_sync_that_takes_too_long_ends_and_comes_again(tmp_path: Path, google: FakeGoogle):
    async with a_tracker_node(tmp_path, google, TRACKER_SYNC_WITHIN_MS="50") as house:
        joe, body = await house.connected()
        google.silent.add(body.account)
        await house.sync()
        connection = await house.connection(joe)
        assert connection["sync_status"] == "delayed"
        assert connection["sync_error"] == "The provider is too slow at the moment"
        assert connection["next_sync_at"] is not None


async def test_an_account_whose_answers_do_not_come_holds_up_nobody(house: TrackerHouse):
    joe, body = await house.connected()
    house.google.silent.add(body.account)
    others = [await house.connected(f"player{number}") for number in range(3)]
    for _, other in others:
        other.walk(house.today, 2_000)
    syncing = asyncio.ensure_future(house.sync())
    await eventually(lambda: all_idle(house, [person for person, _ in others]), "the others' syncs")
    assert not syncing.done()
    assert await status_of(house, joe) == "syncing"
    syncing.cancel()


async def all_idle(house: TrackerHouse, people: list[Person]) -> bool:
    return all([await status_of(house, person) == "idle" for person in people])

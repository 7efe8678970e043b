"""Syncs: what trackers recorded becomes activities like any other, once, whatever the provider does."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from fittrack.accounts.commands import ChangeStatus
from fittrack.connections import queries
from fittrack.connections.queries import Wanted
from fittrack.connections.syncing import LEASE
from fittrack.db.tables.partners import tracker_connections
from fittrack.integrations.trackers.google_health import GoogleHealthHook
from fittrack.integrations.trackers.trouble import HookRefused
from fittrack.jobs.trackers import AT_ONCE
from fittrack.kit.ids import uuid7
from fittrack.kit.standing import AccountStatus
from tests.actors.house import NOON
from tests.fittrack.connections.conftest import TrackerHouse
from tests.google_health import HOOK_SECRET, Fault, notification
from tests.rest_house import Person

DAY = timedelta(days=1)


def of_type(activities: list[dict], kind: str) -> list[dict]:
    return [each for each in activities if each["activity_type"] == kind]


async def status(house: TrackerHouse, person: Person) -> str:
    return str((await house.connection(person))["sync_status"])


# --- What is read -----------------------------------------------------------------------------------------


async def test_the_first_sync_brings_the_last_7_days(house: TrackerHouse):
    joe, body = await house.connected()
    for back in range(10):
        body.walk(house.today - back * DAY, 5_000)
    body.move(house.today, light=10, moderate=20, vigorous=5)
    body.work_out("run-1", house.ago(hours=30), 45)
    await house.sync()
    activities = await house.activities(joe)
    assert len(of_type(activities, "steps")) == 7
    assert {
        (each["intensity"], each["duration_minutes"]) for each in of_type(activities, "active_minutes")
    } == {
        ("light", 10),
        ("moderate", 20),
        ("vigorous", 5),
    }
    [run] = of_type(activities, "workout")
    assert run["metrics"] == {
        "steps": 4000,
        "calories": 300,
        "distance_meters": 5000,
        "heart_rate_avg": 150,
    }
    assert (run["source"], run["external_id"], run["duration_minutes"]) == ("fitbit", "exercise:run-1", 45)
    connection = await house.connection(joe)
    assert (connection["sync_status"], connection["sync_error"]) == ("idle", None)
    assert connection["last_sync_at"] is not None
    assert await house.news(joe) == ["Fitbit is connected"]


async def test_a_synced_day_earns_like_any_other(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 12_345)
    await house.sync()
    today = (await house.rest.get("/activities/summary", joe.token))["today"]
    assert (today["steps"], today["points_earned"]) == (12_345, 120 + 100)
    assert await house.balance(joe) == 220


async def test_a_roll_up_that_grows_is_a_revision_of_the_same_activity(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 3_000)
    await house.sync()
    [before] = await house.activities(joe)
    body.walk(house.today, 8_000)
    await house.later(minutes=15)
    [after] = await house.activities(joe)
    assert after["activity_id"] == before["activity_id"]
    assert after["metrics"] == {"steps": 8_000}
    assert await house.balance(joe) == 80


async def test_a_roll_up_that_shrinks_takes_back_what_it_earned(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 8_000)
    await house.sync()
    body.walk(house.today, 5_000)
    await house.later(minutes=15)
    assert await house.balance(joe) == 50


async def test_what_did_not_change_is_not_told_again(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 3_000)
    await house.sync()
    [before] = await house.activities(joe)
    await house.later(minutes=15)
    await house.later(hours=7)
    assert await house.activities(joe) == [before]


async def test_an_edited_workout_is_revised_and_a_deleted_one_withdrawn(house: TrackerHouse):
    joe, body = await house.connected()
    body.work_out("run-1", house.ago(hours=3), 30)
    body.work_out("run-2", house.ago(hours=6), 30)
    await house.sync()
    earned = await house.balance(joe)
    body.work_out("run-1", house.ago(hours=3), 40)
    del body.exercises["run-2"]
    await house.later(minutes=15)
    [run] = await house.activities(joe)
    assert (run["external_id"], run["duration_minutes"]) == ("exercise:run-1", 40)
    assert await house.balance(joe) < earned


async def test_what_was_typed_in_counts_as_typed_in(house: TrackerHouse):
    joe, body = await house.connected()
    body.work_out("typed", house.ago(hours=3), 30, manual=True)
    await house.sync()
    [workout] = await house.activities(joe)
    assert (workout["source"], workout["external_id"]) == ("manual", "fitbit:exercise:typed")


async def test_platforms_are_the_sources_that_clients_know(house: TrackerHouse):
    joe, body = await house.connected(provider="google_health")
    body.walk(house.today, 1_000)
    for number, platform in enumerate(("FITBIT", "FITBIT_WEB_API", "FIT", "HEALTH_CONNECT")):
        body.work_out(f"run-{number}", house.ago(hours=2 * number + 1), 30, platform=platform)
    await house.sync()
    sources = {each["external_id"].partition(":")[2]: each["source"] for each in await house.activities(joe)}
    assert sources == {
        str(house.today): "google_health",
        "run-0": "fitbit",
        "run-1": "fitbit",
        "run-2": "google_fit",
        "run-3": "google_health",
    }


async def test_a_fitbit_counts_what_it_measured_alone(house: TrackerHouse):
    await house.connected()
    await house.sync()
    assert {body.get("dataSourceFamily") for body in house.google.bodies} == {
        "users/me/dataSourceFamilies/google-wearables"
    }


async def test_pages_are_followed_to_the_end(house: TrackerHouse):
    joe, body = await house.connected()
    house.google.exercises_per_page, house.google.roll_ups_per_page = 25, 3
    for number in range(60):
        body.work_out(f"run-{number}", house.ago(hours=2 * number + 1), 30)
    for back in range(7):
        body.walk(house.today - back * DAY, 1_000)
    await house.sync()
    activities = await house.activities(joe)
    assert (len(of_type(activities, "workout")), len(of_type(activities, "steps"))) == (60, 7)
    assert house.google.asked_by("joe-at-google") == 1 + 3 + 1 + 3


async def test_motors_are_no_exercise(house: TrackerHouse):
    joe, body = await house.connected()
    body.work_out("ride", house.ago(hours=3), 90, kind="MOTORCYCLE")
    await house.sync()
    assert await house.activities(joe) == []


async def test_a_provider_whose_clock_is_ahead_is_heard_again_later(house: TrackerHouse):
    joe, body = await house.connected()
    body.work_out("run-1", house.ago(minutes=-20), 30)
    body.walk(house.today + DAY, 500)
    await house.sync()
    assert await house.activities(joe) == []
    await house.later(hours=1)
    assert len(await house.activities(joe)) == 1


async def test_most_syncs_read_the_last_days_and_some_all_that_counts(house: TrackerHouse):
    await house.connected()
    await house.sync()
    await house.later(minutes=15)
    await house.later(hours=6)
    days = [
        (body["range"]["end"]["date"]["day"] - body["range"]["start"]["date"]["day"])
        for body in house.google.bodies[::2]
    ]
    assert days == [8, 3, 8]


# --- When -------------------------------------------------------------------------------------------------


async def test_a_sync_comes_every_quarter_of_an_hour_spread_a_little(house: TrackerHouse):
    people = [await house.connected(f"player{number}") for number in range(6)]
    await house.sync()
    due = [(await house.connection(person))["next_sync_at"] for person, _ in people]
    assert len(set(due)) > 1
    before = len(house.google.requests)
    await house.later(minutes=13)
    assert len(house.google.requests) == before
    await house.later(minutes=2)
    assert len(house.google.requests) == before + 3 * len(people)


async def test_a_sync_on_demand_comes_at_once(house: TrackerHouse):
    joe, body = await house.connected()
    await house.sync()
    body.walk(house.today, 4_000)
    assert (await house.call("POST", "/connections/fitbit/sync", token=joe.token))[0] == 202
    await house.sync()
    assert await house.balance(joe) == 40


async def test_who_asks_while_a_sync_runs_gets_another_one(house: TrackerHouse):
    joe, body = await house.connected()
    house.google.answers.clear()
    house.google.asked.clear()
    syncing = asyncio.ensure_future(house.sync())
    await house.google.asked.wait()
    assert await status(house, joe) == "syncing"
    await house.clock.advance(1)
    await house.call("POST", "/connections/fitbit/sync", token=joe.token)
    house.google.answers.set()
    await syncing
    body.walk(house.today, 4_000)
    await house.sync()
    assert await house.balance(joe) == 40


async def test_two_nodes_never_claim_the_same_connection(house: TrackerHouse):
    for number in range(5):
        await house.connected(f"player{number}")
    node, now = house.rest.inner.node, house.clock.now()

    async def claim(limit: int) -> set:
        wanted = Wanted(["fitbit"], uuid7(), now, now + LEASE, limit)
        return {each.connection_id for each in await node.journal.transact(queries.claim_due, wanted)}

    claims = await asyncio.gather(claim(2), claim(2), claim(2), claim(2))
    assert sorted(map(len, claims)) == [0, 1, 2, 2]
    assert len(set().union(*claims)) == 5


async def test_a_claim_runs_out_when_its_node_died(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 4_000)
    node, now = house.rest.inner.node, house.clock.now()
    await node.journal.transact(queries.claim_due, Wanted(["fitbit"], uuid7(), now, now + LEASE, 9))
    await house.sync()
    assert house.google.requests[1:] == [], "it is somebody else's"
    await house.later(seconds=LEASE.total_seconds())
    assert await house.balance(joe) == 40


async def test_who_lost_the_claim_writes_nothing(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 4_000)
    house.google.answers.clear()
    house.google.asked.clear()
    slow = asyncio.ensure_future(house.sync())
    await house.google.asked.wait()
    [connection_id] = await house.rest.inner.node.reads.run(
        lambda conn: list(conn.execute(select(tracker_connections.c.connection_id)).scalars())
    )
    now = house.clock.now() + LEASE
    wanted = Wanted(["fitbit"], uuid7(), now, now + LEASE, 9)
    [other] = await house.rest.inner.node.journal.transact(queries.claim_due, wanted)
    assert other.connection_id == connection_id
    house.google.answers.set()
    await slow
    assert await status(house, joe) == "syncing", "the other one's"


# --- Tokens -----------------------------------------------------------------------------------------------


async def test_tokens_are_refreshed_ahead_of_their_end(house: TrackerHouse):
    joe, body = await house.connected()
    await house.sync()
    await house.later(minutes=56)
    assert house.google.refreshes == 1
    body.walk(house.today, 2_000)
    await house.later(minutes=20)
    assert (house.google.refreshes, await house.balance(joe)) == (1, 20)


@pytest.mark.parametrize("rotates", [False, True])
async def test_a_token_that_ended_before_its_time_is_refreshed_and_kept(house: TrackerHouse, rotates: bool):
    joe, body = await house.connected()
    house.google.rotates = rotates
    body.walk(house.today, 2_000)
    for _ in range(3):
        house.google.expire_access()
        await house.later(minutes=15)
    assert house.google.refreshes == 3
    assert (await status(house, joe), await house.balance(joe)) == ("idle", 20)


async def test_consent_that_was_taken_back_is_told_and_asked_for_again(house: TrackerHouse):
    joe, body = await house.connected()
    await house.sync()
    house.google.take_back("joe-at-google")
    await house.later(minutes=15)
    connection = await house.connection(joe)
    assert connection["sync_status"] == "reconnect"
    assert connection["sync_error"] == "Fitbit no longer lets us read your activities"
    assert connection["next_sync_at"] is None
    assert await house.news(joe) == ["Fitbit is connected", "Connect Fitbit again"]
    asked = len(house.google.requests)
    await house.later(hours=2)
    assert len(house.google.requests) == asked, "nobody is asked any more"
    again = Person(joe.user_id, joe.email, await house.rest.sign_in("joe"))
    assert (await house.call("POST", "/connections/fitbit/sync", token=again.token))[0] == 409
    await house.connect(again)
    body.walk(house.today, 2_000)
    await house.sync()
    assert (await status(house, joe), await house.balance(joe)) == ("idle", 20)


async def test_a_scope_that_is_missing_needs_the_player(house: TrackerHouse):
    joe, _ = await house.connected()
    house.google.faults_of["joe-at-google"] = Fault(403)
    await house.sync()
    assert await status(house, joe) == "reconnect"


async def test_an_outage_of_the_token_endpoint_loses_no_consent(house: TrackerHouse):
    joe, body = await house.connected()
    await house.sync()
    house.google.token_faults.append(Fault(503))
    await house.later(minutes=57)
    assert await status(house, joe) == "delayed"
    body.walk(house.today, 2_000)
    await house.later(minutes=5)
    assert (await status(house, joe), await house.balance(joe)) == ("idle", 20)


# --- Trouble ----------------------------------------------------------------------------------------------


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
    assert await status(house, joe) == "delayed"
    await house.later(minutes=4)
    assert len(house.google.requests) == before + 1
    await house.later(minutes=2)
    assert await status(house, joe) == "idle"


async def test_nobody_asks_more_than_the_quota_of_a_person(house: TrackerHouse):
    _, body = await house.connected()
    house.google.quota = 1_000_000
    house.google.exercises_per_page = 1
    for number in range(35):
        body.work_out(f"run-{number}", house.ago(hours=2 * number + 1), 30)
    for _ in range(12):
        await house.rest.inner.node.journal.transact(
            queries.ask_for_sync_of, await _keys(house), house.clock.now()
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
        await house.later(minutes=1)
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


# --- Overlaps ---------------------------------------------------------------------------------------------


async def test_the_primary_tracker_wins_overlaps_also_of_the_last_days(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 6_000)
    await house.sync()
    await house.call("POST", "/connections/apple_health/initiate", token=joe.token)
    phone = {
        "activity_type": "steps",
        "start_time": house.ago(hours=3).isoformat(),
        "end_time": house.ago(hours=1).isoformat(),
        "duration_minutes": 120,
        "source": "apple_health",
        "external_id": "walk",
        "metrics": {"steps": 9_000},
    }
    await house.call("POST", "/activities", phone, token=joe.token)
    assert await house.balance(joe) == 60
    change = {"is_primary": True}
    status, chosen = await house.call("PATCH", "/connections/apple_health", change, token=joe.token)
    assert (status, chosen["is_primary"]) == (200, True)
    assert await house.balance(joe) == 90
    assert {each["provider"]: each["is_primary"] for each in await house.connections(joe)} == {
        "fitbit": False,
        "apple_health": True,
    }
    await house.call("PATCH", "/connections/fitbit", change, token=joe.token)
    assert await house.balance(joe) == 60


# --- Notifications ----------------------------------------------------------------------------------------


async def test_a_notification_has_what_changed_fetched(house: TrackerHouse):
    joe, body = await house.connected()
    await house.sync()
    body.walk(house.today, 7_000)
    assert await hook(house, notification("joe-at-google"), HOOK_SECRET) == (200, {"received": 1})
    await house.sync()
    assert await house.balance(joe) == 70


async def hook(house: TrackerHouse, body: bytes, secret: str | None, provider: str = "fitbit"):
    headers = {"Content-Type": "application/json"}
    if secret is not None:
        headers["Authorization"] = secret
    url = f"/api/v1/hooks/{provider}"
    async with house.rest.http.post(url, data=body, headers=headers) as response:
        return response.status, await response.json()


@pytest.mark.parametrize("sent", ["Bearer \udcff", "Bearer ÿ", ""])
def test_a_header_that_is_no_text_is_not_the_secret(sent: str):
    with pytest.raises(HookRefused):
        GoogleHealthHook(HOOK_SECRET).read({"Authorization": sent}, b"{}", NOON)
    assert not GoogleHealthHook(HOOK_SECRET).handshake(sent)


async def test_the_handshake_needs_the_secret(house: TrackerHouse):
    question = b'{"type": "verification"}'
    assert (await hook(house, question, HOOK_SECRET))[0] == 201
    assert (await hook(house, question, None))[0] == 401
    assert (await hook(house, question, "Bearer wrong"))[0] == 401
    assert (await hook(house, question, HOOK_SECRET, "garmin"))[0] == 404
    async with house.rest.http.get("/api/v1/hooks/fitbit", params={"verify": HOOK_SECRET}) as response:
        assert response.status == 204
    async with house.rest.http.get("/api/v1/hooks/fitbit", params={"verify": "guess"}) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"{}", 200), (b"[", 400), (b'{"data": 1}', 400), (notification("nobody-here"), 200)],
)
async def test_a_notification_that_concerns_nobody_changes_nothing(
    house: TrackerHouse, body: bytes, expected: int
):
    await house.connected()
    await house.sync()
    asked = len(house.google.requests)
    assert (await hook(house, body, HOOK_SECRET))[0] == expected
    await house.sync()
    assert len(house.google.requests) == asked

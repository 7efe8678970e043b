"""Tokens are refreshed as long as there is consent; where it is gone, the player is told."""

import json
from datetime import timedelta

import pytest

from tests.fittrack.connections.conftest import TrackerHouse, status
from tests.google_health import Fault
from tests.rest_house import Person


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


def refused(status: str, *reasons: str, **headers: str) -> Fault:
    """A 403 as Google words it."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": each} for each in reasons]
    said = {"error": {"code": 403, "status": status, "message": "…", "details": details}}
    return Fault(403, json.dumps(said), headers)


@pytest.mark.parametrize(
    "fault",
    [
        refused("PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        refused("PERMISSION_DENIED"),
        Fault(403, '{"error": {"code": 403, "errors": [{"reason": "insufficientPermissions"}]}}'),
        Fault(403, "", {"WWW-Authenticate": 'Bearer realm="google", error="insufficient_scope"'}),
    ],
)
async def test_a_permission_that_is_missing_needs_the_player(house: TrackerHouse, fault: Fault):
    joe, _ = await house.connected()
    house.google.faults_of["joe-at-google"] = fault
    await house.sync()
    assert await status(house, joe) == "reconnect"


OUR_FAULT = "Fitbit does not let our service in at the moment"
TOO_MUCH = "Fitbit asks us to wait"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (refused("PERMISSION_DENIED", "SERVICE_DISABLED"), OUR_FAULT),
        (refused("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"), TOO_MUCH),
        (
            Fault(403, '{"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}'),
            TOO_MUCH,
        ),
        (Fault(403, '{"error": "forbidden"}'), OUR_FAULT),
        (Fault(403, "<html>a proxy</html>"), OUR_FAULT),
    ],
)
async def test_a_refusal_that_is_no_fault_of_the_player_passes(
    house: TrackerHouse, fault: Fault, sentence: str
):
    joe, _ = await house.connected()
    house.google.faults.append(fault)
    await house.sync()
    connection = await house.connection(joe)
    assert (connection["sync_status"], connection["sync_error"]) == ("delayed", sentence)
    await house.later(minutes=2)
    assert await status(house, joe) == "idle"


async def test_an_outage_of_the_token_endpoint_loses_no_consent(house: TrackerHouse):
    joe, body = await house.connected()
    await house.sync()
    house.google.token_faults.append(Fault(503))
    await house.later(minutes=57)
    assert await status(house, joe) == "delayed"
    body.walk(house.today, 2_000)
    await house.later(minutes=5)
    assert (await status(house, joe), await house.balance(joe)) == ("idle", 20)


async def test_what_was_deleted_while_consent_was_gone_is_withdrawn_once_it_is_back(house: TrackerHouse):
    joe, body = await house.connected()
    body.work_out("run-1", house.ago(hours=3), 30)
    body.work_out("run-2", house.ago(hours=6), 30)
    await house.sync()
    house.google.take_back("joe-at-google")
    await house.later(minutes=15)
    assert await status(house, joe) == "reconnect"
    del body.exercises["run-2"]
    await house.connect(joe)
    await house.sync()
    assert [each["external_id"] for each in await house.activities(joe)] == ["exercise:run-1"]


async def test_a_connection_that_is_renamed_tells_nothing_twice(house: TrackerHouse):
    joe, body = await house.connected()
    for back in range(6):
        body.walk(house.today - timedelta(days=back), 5_000)
    body.work_out("run", house.ago(hours=30), 30)
    await house.sync()
    earned = await house.balance(joe)
    await house.connect(joe, "google_fit")
    await house.sync()
    told = {(each["source"], each["activity_type"]) for each in await house.activities(joe)}
    assert told == {("google_fit", "steps"), ("fitbit", "workout")}
    assert len(await house.activities(joe)) == 7
    assert await house.balance(joe) == earned


async def test_another_account_at_the_service_begins_anew(house: TrackerHouse):
    joe, body = await house.connected()
    body.work_out("run", house.ago(hours=3), 30)
    await house.sync()
    await house.connect(joe, "fitbit", "another")
    await house.sync()
    assert len(await house.activities(joe)) == 1, "it was done, whichever account tells of it"

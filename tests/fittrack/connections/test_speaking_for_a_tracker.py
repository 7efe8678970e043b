"""What a client says of a tracker that tells us itself is refused: it would replace what was measured."""

from typing import Any

import pytest

from protocol.shapes import instant
from tests.fittrack.connections.conftest import TrackerHouse


def steps(house: TrackerHouse, steps: int, source: str = "fitbit", **more: Any) -> dict[str, Any]:
    """As a sync names the day's steps."""
    return {
        "activity_type": "steps",
        "start_time": instant(house.ago(hours=2)),
        "end_time": instant(house.ago(hours=1)),
        "duration_minutes": 60,
        "source": source,
        "external_id": f"steps:{house.today}",
        "metrics": {"steps": steps},
        **more,
    }


@pytest.mark.parametrize("source", ["fitbit", "google_fit", "google_health"])
async def test_a_client_cannot_replace_what_was_synced(house: TrackerHouse, source: str):
    joe, body = await house.connected()
    body.walk(house.today, 2_000)
    await house.sync()
    before = await house.activities(joe)
    status, problem = await house.call("POST", "/activities", steps(house, 90_000, source), token=joe.token)
    assert (status, problem["detail"]) == (422, "The activity is refused: told-by-tracker")
    assert await house.activities(joe) == before
    assert await house.balance(joe) == 20


async def test_in_a_batch_the_others_stand(house: TrackerHouse):
    joe, _ = await house.connected()
    batch = {"activities": [steps(house, 90_000), steps(house, 3_000, "garmin")]}
    status, answer = await house.call("POST", "/activities", batch, token=joe.token)
    assert status == 201
    assert [(each["status"], each.get("code")) for each in answer["activities"]] == [
        ("rejected", "told-by-tracker"),
        ("accepted", None),
    ]


async def test_also_among_what_a_phone_reports(house: TrackerHouse):
    joe, _ = await house.connected()
    push = {
        "provider": "apple_health",
        "activities": [steps(house, 90_000), steps(house, 3_000, "apple_health")],
    }
    _, answer = await house.call("POST", "/activities", push, token=joe.token)
    assert [each["status"] for each in answer["activities"]] == ["rejected", "accepted"]


async def test_what_somebody_typed_in_counts_as_a_manual_entry_as_ever(house: TrackerHouse):
    joe, _ = await house.connected()
    typed = steps(house, 3_000, user_entered=True)
    assert (await house.call("POST", "/activities", typed, token=joe.token))[0] == 201
    [entry] = await house.activities(joe)
    assert entry["source"] == "manual"


async def test_without_a_connection_an_app_may_speak_for_a_tracker(house: TrackerHouse):
    joe = await house.person()
    assert (await house.call("POST", "/activities", steps(house, 1_000), token=joe.token))[0] == 201
    await house.connect(joe)
    refused = await house.call("POST", "/activities", steps(house, 2_000), token=joe.token)
    assert refused[0] == 422
    await house.call("DELETE", "/connections/fitbit", token=joe.token)
    assert (await house.call("POST", "/activities", steps(house, 3_000), token=joe.token))[0] == 201

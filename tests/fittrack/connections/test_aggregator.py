"""An aggregator pushes what it reads in signed messages: who connects, what they did, when they leave."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from protocol.shapes import instant
from tests.fittrack.connections.conftest import TERRA_SECRET, TrackerHouse
from tests.rest_house import Person

Answer = tuple[int, Any]


def signature(body: bytes, at: datetime, secret: str = TERRA_SECRET) -> str:
    stamp = str(int(at.timestamp()))
    code = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={code}"


async def send(house: TrackerHouse, message: dict[str, Any] | bytes, signed: str | None = None) -> Answer:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    headers = {"Content-Type": "application/json"}
    headers["terra-signature"] = signature(body, house.clock.now()) if signed is None else signed
    async with house.rest.http.post("/api/v1/hooks/terra", data=body, headers=headers) as response:
        return response.status, await response.json()


async def joined(house: TrackerHouse, name: str = "joe") -> Person:
    """Somebody who agreed at the aggregator."""
    person = await house.person(name)
    await agree(house, person, name)
    return person


async def agree(house: TrackerHouse, person: Person, name: str = "joe") -> None:
    status, begun = await house.call("POST", "/connections/terra/initiate", {}, token=person.token)
    assert (status, begun["authorization_url"]) == (201, None)
    user = {"user_id": f"{name}-at-terra", "provider": "APPLE", "reference_id": begun["state"]}
    assert await send(house, {"type": "auth", "status": "success", "user": user}) == (200, {"received": 1})


def workout(house: TrackerHouse, name: str, **metadata: Any) -> dict[str, Any]:
    start = house.ago(hours=3)
    return {
        "metadata": {
            "summary_id": name,
            "start_time": instant(start),
            "end_time": instant(start + timedelta(minutes=40)),
            "upload_type": 1,
            **metadata,
        },
        "distance_data": {"summary": {"steps": 4_000, "distance_meters": 5_000.5}},
        "calories_data": {"total_burned_calories": 320},
        "heart_rate_data": {"summary": {"avg_hr_bpm": 150}},
        "active_durations_data": {"activity_seconds": 1_800},
    }


def told(kind: str, *entries: dict[str, Any], account: str = "joe-at-terra") -> dict[str, Any]:
    return {"type": kind, "user": {"user_id": account, "provider": "APPLE"}, "data": list(entries)}


async def test_who_agrees_there_is_connected_here(house: TrackerHouse):
    joe = await joined(house)
    connection = await house.connection(joe)
    assert (connection["provider"], connection["sync_status"]) == ("terra", "idle")


async def test_a_reference_works_once(house: TrackerHouse):
    joe, eve = await house.person(), await house.person("eve")
    _, begun = await house.call("POST", "/connections/terra/initiate", {}, token=joe.token)
    for account in ("first", "second"):
        user = {"user_id": account, "reference_id": begun["state"]}
        await send(house, {"type": "auth", "status": "success", "user": user})
    assert len(await house.connections(joe)) == 1
    await send(house, told("activity", workout(house, "run"), account="second"))
    assert await house.activities(joe) == []
    assert await house.connections(eve) == []


async def test_what_is_pushed_becomes_activities(house: TrackerHouse):
    joe = await joined(house)
    assert (await send(house, told("activity", workout(house, "run"))))[0] == 200
    [run] = await house.activities(joe)
    assert (run["source"], run["external_id"], run["duration_minutes"]) == ("terra", "activity:run", 30)
    assert run["metrics"] == {
        "steps": 4_000,
        "distance_meters": 5_000.5,
        "calories": 320,
        "heart_rate_avg": 150,
    }
    assert (await house.connection(joe))["last_sync_at"] is not None


async def test_a_day_that_grows_is_a_revision(house: TrackerHouse):
    joe = await joined(house)
    for steps in (3_000, 8_000, 8_000):
        day = {
            "metadata": {
                "start_time": f"{house.today}T00:00:00-04:00",
                "end_time": f"{house.today}T12:00:00-04:00",
            },
            "distance_data": {"steps": steps},
            "active_durations_data": {"moderate_intensity_seconds": 600},
        }
        await send(house, told("daily", day))
    activities = await house.activities(joe)
    assert {each["activity_type"] for each in activities} == {"steps", "active_minutes"}
    assert len(activities) == 2
    assert await house.balance(joe) == 80 + 20


async def test_a_day_that_ends_at_the_coming_midnight_counts_so_far(house: TrackerHouse):
    joe = await joined(house)
    for steps in (3_000, 8_000):
        day = {
            "metadata": {
                "start_time": f"{house.today}T00:00:00-04:00",
                "end_time": f"{house.today + timedelta(days=1)}T00:00:00-04:00",
            },
            "distance_data": {"steps": steps},
            "active_durations_data": {"low_intensity_seconds": 600},
        }
        await send(house, told("daily", day))
        await house.clock.advance(600)
    assert await house.balance(joe) == 80 + 10
    assert len(await house.activities(joe)) == 2


async def test_a_day_that_is_to_come_is_left_for_later(house: TrackerHouse):
    joe = await joined(house)
    tomorrow = house.today + timedelta(days=1)
    day = {
        "metadata": {
            "start_time": f"{tomorrow}T00:00:00-04:00",
            "end_time": f"{tomorrow}T12:00:00-04:00",
        },
        "distance_data": {"steps": 3_000},
    }
    assert (await send(house, told("daily", day)))[0] == 200
    assert await house.activities(joe) == []


async def test_what_cannot_count_is_recorded(house: TrackerHouse):
    await joined(house)
    long_ago = house.ago(days=9)
    old = workout(house, "old", start_time=instant(long_ago), end_time=instant(long_ago + timedelta(hours=1)))
    with capture_logs() as lines:
        await send(house, told("activity", old, workout(house, "run")))
    [line] = [each for each in lines if each["event"] == "tracker.refused"]
    assert line["codes"] == {"too-old": 1}


async def test_deletions_and_typed_in_entries_are_honoured(house: TrackerHouse):
    joe = await joined(house)
    await send(house, told("activity", workout(house, "run"), workout(house, "typed", upload_type=2)))
    sources = {each["external_id"]: each["source"] for each in await house.activities(joe)}
    assert sources == {"activity:run": "terra", "terra:activity:typed": "manual"}
    await send(house, told("activity", workout(house, "run", upload_type=4)))
    await send(house, told("activity", workout(house, "typed", upload_type=4)))
    assert await house.activities(joe) == []
    assert await house.balance(joe) == 0


async def test_a_message_told_twice_earns_once(house: TrackerHouse):
    joe = await joined(house)
    message = told("activity", workout(house, "run"))
    await send(house, message)
    earned = await house.balance(joe)
    await send(house, message)
    assert await house.balance(joe) == earned > 0


async def test_an_entry_that_cannot_be_read_stands_alone_and_is_logged(house: TrackerHouse):
    joe = await joined(house)
    broken = workout(house, "broken", start_time="yesterday")
    with capture_logs() as logs:
        assert (await send(house, told("activity", broken, workout(house, "run"))))[0] == 200
    assert [line["items"] for line in logs if line["event"] == "hook.unreadable_items"] == [1]
    assert [each["external_id"] for each in await house.activities(joe)] == ["activity:run"]


async def test_who_leaves_there_must_connect_again(house: TrackerHouse):
    joe = await joined(house)
    await send(house, told("deauth"))
    connection = await house.connection(joe)
    assert (connection["sync_status"], connection["sync_error"]) == (
        "reconnect",
        "Terra no longer sends your activities",
    )
    await send(house, told("deauth"))
    assert await house.news(joe) == ["Connect Terra again"], "once"


async def test_what_comes_after_consent_was_taken_back_is_not_taken(house: TrackerHouse):
    joe = await joined(house)
    await send(house, told("deauth"))
    assert (await send(house, told("activity", workout(house, "run"))))[0] == 200
    assert await house.activities(joe) == []
    assert (await house.connection(joe))["sync_status"] == "reconnect"
    await agree(house, joe)
    await send(house, told("activity", workout(house, "run")))
    assert len(await house.activities(joe)) == 1
    assert (await house.connection(joe))["sync_status"] == "idle"


@pytest.mark.parametrize("age", [301, -301])
async def test_a_message_is_good_for_five_minutes(house: TrackerHouse, age: float):
    joe = await joined(house)
    body = json.dumps(told("activity", workout(house, "run"))).encode()
    old = signature(body, house.ago(seconds=age))
    status, problem = await send(house, body, old)
    assert (status, problem["code"]) == (401, "hook-not-authentic")
    assert await house.activities(joe) == []


@pytest.mark.parametrize("forged", ["", "t=1", "v1=ab", "t=1,v1=", "nonsense", "t=²,v1=" + "0" * 64])
async def test_what_is_not_signed_is_not_heard(house: TrackerHouse, forged: str):
    assert (await send(house, told("activity"), forged))[0] == 401


async def test_a_signature_is_for_its_body_and_its_secret(house: TrackerHouse):
    joe = await joined(house)
    body = json.dumps(told("activity", workout(house, "run"))).encode()
    now = house.clock.now()
    assert (await send(house, body + b" ", signature(body, now)))[0] == 401
    assert (await send(house, body, signature(body, now, "another-secret")))[0] == 401
    both = signature(body, now, "a-former-secret") + "," + signature(body, now).partition(",")[2]
    assert (await send(house, body, both))[0] == 200, "while the secret is replaced there are two"
    assert len(await house.activities(joe)) == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"[", 400), (b"{}", 400), (b'{"type": "healthcheck"}', 200), (b'{"type": "auth", "user": 1}', 400)],
)
async def test_signed_nonsense_is_answered_in_words(house: TrackerHouse, body: bytes, expected: int):
    assert (await send(house, body))[0] == expected

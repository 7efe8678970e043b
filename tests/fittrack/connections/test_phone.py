"""A phone's app reports what its store of health data holds: batches, deletions, anchors."""

from typing import Any

from protocol.shapes import instant
from tests.fittrack.connections.conftest import TrackerHouse
from tests.rest_house import Person


def walk(house: TrackerHouse, name: str, steps: int = 3_000, hours: float = 2, **more: Any) -> dict[str, Any]:
    return {
        "activity_type": "steps",
        "start_time": instant(house.ago(hours=hours)),
        "end_time": instant(house.ago(hours=hours - 1)),
        "duration_minutes": 60,
        "source": "apple_health",
        "external_id": name,
        "metrics": {"steps": steps},
        **more,
    }


async def push(house: TrackerHouse, person: Person, **body: Any) -> dict[str, Any]:
    body = {"provider": "apple_health", **body}
    status, answer = await house.call("POST", "/activities", body, token=person.token)
    assert status == 201, answer
    return dict(answer)


async def phone(house: TrackerHouse) -> Person:
    person = await house.person()
    await house.call("POST", "/connections/apple_health/initiate", token=person.token)
    return person


async def test_an_anchor_is_echoed_and_kept_with_what_it_stands_for(house: TrackerHouse):
    joe = await phone(house)
    answer = await push(house, joe, anchor="anchor-1", activities=[walk(house, "walk-1")])
    assert (answer["anchor"], answer["points_earned"]) == ("anchor-1", 30)
    connection = await house.connection(joe)
    assert connection["anchor"] == "anchor-1"
    assert connection["last_sync_at"] is not None
    answer = await push(house, joe, anchor="anchor-2")
    assert (answer["anchor"], answer["activities"]) == ("anchor-2", [])
    assert (await house.connection(joe))["anchor"] == "anchor-2"


async def test_without_an_anchor_the_last_one_stays(house: TrackerHouse):
    joe = await phone(house)
    await push(house, joe, anchor="anchor-1")
    assert "anchor" not in await push(house, joe, activities=[walk(house, "walk-1")])
    assert (await house.connection(joe))["anchor"] == "anchor-1"


async def test_who_is_not_connected_is_echoed_all_the_same(house: TrackerHouse):
    joe = await house.person()
    assert (await push(house, joe, anchor="anchor-1"))["anchor"] == "anchor-1"
    assert await house.connections(joe) == []


async def test_what_is_deleted_on_the_phone_is_withdrawn(house: TrackerHouse):
    joe = await phone(house)
    await push(house, joe, activities=[walk(house, "walk-1"), walk(house, "walk-2", hours=4)])
    assert await house.balance(joe) == 60
    answer = await push(house, joe, deleted=["walk-1", "never-told"], anchor="anchor-2")
    assert [(each["status"], each.get("code")) for each in answer["activities"]] == [
        ("withdrawn", None),
        ("rejected", "unknown-activity"),
    ]
    assert answer["balance"] == 30
    assert [each["external_id"] for each in await house.activities(joe)] == ["walk-2"]


async def test_what_was_typed_in_is_a_manual_entry_also_when_it_is_deleted(house: TrackerHouse):
    joe = await phone(house)
    await push(house, joe, activities=[walk(house, "typed", user_entered=True)])
    [entry] = await house.activities(joe)
    assert (entry["source"], entry["external_id"]) == ("manual", "apple_health:typed")
    await push(house, joe, deleted=["typed"])
    assert await house.activities(joe) == []


async def test_a_bad_item_of_a_push_refuses_no_other(house: TrackerHouse):
    joe = await phone(house)
    bad = {**walk(house, "walk-1"), "metrics": {"steps": -1}}
    answer = await push(house, joe, activities=[bad, walk(house, "walk-2", hours=4)], anchor="anchor-1")
    assert [each["status"] for each in answer["activities"]] == ["rejected", "accepted"]


async def test_the_same_push_under_its_key_is_taken_in_once(house: TrackerHouse):
    joe = await phone(house)
    body = {"provider": "apple_health", "anchor": "a", "activities": [walk(house, "walk-1")]}
    headers = {"Idempotency-Key": "push-1"}
    answers = [
        await house.call("POST", "/activities", body, token=joe.token, headers=headers) for _ in range(2)
    ]
    assert answers[0] == answers[1]
    other = {**body, "anchor": "b"}
    status, problem = await house.call("POST", "/activities", other, token=joe.token, headers=headers)
    assert (status, problem["code"]) == (422, "idempotency-mismatch")


async def test_a_push_of_an_unknown_store_is_refused(house: TrackerHouse):
    joe = await phone(house)
    body = {"provider": "fitbit", "anchor": "a"}
    status, problem = await house.call("POST", "/activities", body, token=joe.token)
    assert (status, problem["code"]) == (422, "validation")


async def test_connecting_again_keeps_the_anchor(house: TrackerHouse):
    joe = await phone(house)
    await push(house, joe, anchor="anchor-1", activities=[walk(house, "walk-1")])
    before = await house.connection(joe)
    status, begun = await house.call("POST", "/connections/apple_health/initiate", token=joe.token)
    assert (status, begun["connection"]["anchor"]) == (201, "anchor-1")
    assert await house.connection(joe) == before

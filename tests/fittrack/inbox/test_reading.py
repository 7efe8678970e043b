"""The inbox over REST, and what all of a player's devices hear of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from fittrack.inbox import notices
from fittrack.inbox.notices import Notice
from tests.fittrack.inbox.telling import tell
from tests.rest_house import Person, RestHouse, a_rest_house
from tests.server import Address
from tests.wire import Wire, wired


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[RestHouse]:
    async with a_rest_house(tmp_path) as built:
        yield built


@pytest.fixture
async def joe(house: RestHouse) -> Person:
    """Somebody who was told of three prizes and a gift, the gift last."""
    joe = await house.person("joe")
    for prize in ("Watch", "Bottle", "Shirt"):
        await tell(house, joe, notices.prize_delivered(prize, uuid4()), of=uuid4())
    await tell(house, joe, notices.points_adjusted(500, "A gift"), of=uuid4())
    return joe


async def titles(house: RestHouse, joe: Person, query: str = "") -> list[str]:
    return [each["title"] for each in (await house.get(f"/notifications{query}", joe.token))["items"]]


async def unread(house: RestHouse, joe: Person) -> int:
    return int((await house.get("/notifications/unread-count", joe.token))["unread"])


async def read(house: RestHouse, joe: Person, which: dict[str, Any]) -> dict[str, Any]:
    status, body = await house.call("PUT", f"/notifications/{which['notification_id']}/read", token=joe.token)
    assert status == 200, body
    return dict(body)


async def test_the_latest_comes_first_and_a_cursor_goes_on_whatever_is_added(
    house: RestHouse, joe: Person
) -> None:
    page = await house.get("/notifications?limit=2", joe.token)
    assert [each["title"] for each in page["items"]] == ["500 points added", "Delivered: Shirt"]
    assert page["pagination"]["total_items"] == 4
    await tell(house, joe, notices.points_adjusted(100, "Another"), of=uuid4())
    cursor = quote(page["pagination"]["next_cursor"])
    assert await titles(house, joe, f"?limit=2&cursor={cursor}") == ["Delivered: Bottle", "Delivered: Watch"]


async def test_the_list_can_be_narrowed_to_a_type_and_to_what_is_unread(
    house: RestHouse, joe: Person
) -> None:
    assert await titles(house, joe, "?type=point_adjustment") == ["500 points added"]
    shirt = (await house.get("/notifications?type=fulfillment_update", joe.token))["items"][0]
    await read(house, joe, shirt)
    assert await titles(house, joe, "?read=true") == ["Delivered: Shirt"]
    page = await house.get("/notifications?read=false&type=fulfillment_update&limit=1", joe.token)
    assert [each["title"] for each in page["items"]] == ["Delivered: Bottle"]
    assert page["pagination"]["total_items"] == 2
    status, problem = await house.call("GET", "/notifications?type=gossip", token=joe.token)
    assert (status, problem["code"]) == (400, "malformed")


async def test_what_was_read_counts_once(house: RestHouse, joe: Person) -> None:
    newest = (await house.get("/notifications", joe.token))["items"][0]
    assert await read(house, joe, newest) == {"unread": 3}
    assert await read(house, joe, newest) == {"unread": 3}
    again = await house.get(f"/notifications/{newest['notification_id']}", joe.token)
    assert (again["read"], again["unread"]) == (True, 3)
    status, body = await house.call("POST", "/notifications/read-all", token=joe.token)
    assert (status, body) == (200, {"unread": 0})
    assert await unread(house, joe) == 0


async def test_anothers_notifications_are_not_there(house: RestHouse, joe: Person) -> None:
    eve = await house.person("eve")
    newest = (await house.get("/notifications", joe.token))["items"][0]
    for method, path in (("GET", ""), ("PUT", "/read")):
        at = f"/notifications/{newest['notification_id']}{path}"
        assert (await house.call(method, at, token=eve.token))[0] == 404
    assert await unread(house, joe) == 4


async def heard(wire: Wire, unread: int) -> None:
    """The device shows that so many are unread."""
    while True:
        for frame in wire.frames:
            if frame["t"] in ("inbox.changed", "notification") and frame["d"]["unread"] == unread:
                return
        assert await wire.read(), wire.close_code


async def test_every_device_shows_how_many_are_unread_at_once(house: RestHouse, joe: Person) -> None:
    address = Address(house.http.port or 0)
    gift: Notice = notices.points_adjusted(1, "One")
    async with wired(address, joe.token) as phone, wired(address, joe.token) as watch:
        assert (await phone.until("welcome"))["d"]["unread"] == 4
        await tell(house, joe, gift, of=uuid4())
        for device in (phone, watch):
            await heard(device, 5)
        await read(house, joe, (await house.get("/notifications", joe.token))["items"][0])
        for device in (phone, watch):
            await heard(device, 4)
        await phone.send({"t": "inbox.read", "id": 1, "key": str(uuid4()), "d": {"up_to": 2}})
        assert (await phone.answers([1]))[1]["d"]["unread"] == 2
        for device in (phone, watch):
            await heard(device, 2)

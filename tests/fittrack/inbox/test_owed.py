"""What another's unit owes a player in the way of news is told once, in the inbox and by email."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from fittrack.inbox import notices
from tests.fittrack.inbox.telling import tell
from tests.rest_house import Person, RestHouse, a_rest_house

PRIZE = uuid4()
SHIPPED = notices.prize_shipped("Watch", PRIZE, "UPS", "1Z-999")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[RestHouse]:
    async with a_rest_house(tmp_path) as built:
        yield built


@pytest.fixture
async def joe(house: RestHouse) -> Person:
    return await house.person("joe")


async def test_it_is_in_the_inbox_and_in_the_mail(house: RestHouse, joe: Person) -> None:
    await tell(house, joe, SHIPPED, of=PRIZE)
    [told] = (await house.get("/notifications", joe.token))["items"]
    assert told["notification_type"] == "fulfillment_update"
    assert (told["reference_type"], told["reference_id"]) == ("fulfillment", str(PRIZE))
    letter = (await house.letters())[-1]
    assert (letter["To"], letter["Subject"]) == (joe.email, "On its way: Watch")


async def test_the_same_step_is_told_once(house: RestHouse, joe: Person) -> None:
    await tell(house, joe, SHIPPED, of=PRIZE)
    await tell(house, joe, SHIPPED, of=PRIZE)
    assert (await house.get("/notifications", joe.token))["pagination"]["total_items"] == 1
    await tell(house, joe, notices.prize_delivered("Watch", PRIZE), of=PRIZE, step="delivered")
    assert (await house.get("/notifications/unread-count", joe.token))["unread"] == 2


async def test_preferences_hold_for_it(house: RestHouse, joe: Person) -> None:
    choices = [{"category": "point_adjustment", "in_app": True, "email": False}]
    path = "/users/me/notification-preferences"
    await house.call("PUT", path, {"categories": choices}, token=joe.token)
    before = len(await house.letters())
    await tell(house, joe, notices.points_adjusted(500, "A gift"), of=uuid4())
    assert (await house.get("/notifications/unread-count", joe.token))["unread"] == 1
    assert len(await house.letters()) == before


async def test_who_left_is_told_nothing(house: RestHouse, joe: Person) -> None:
    status, _ = await house.call(
        "DELETE", "/users/me", {"password": "Correct-Horse-7-Battery"}, token=joe.token
    )
    assert status < 300
    letters = len(await house.letters())
    await tell(house, joe, SHIPPED, of=PRIZE)
    assert len(await house.letters()) == letters
    assert await house.inner.node.jobs.apply_effects() == 0

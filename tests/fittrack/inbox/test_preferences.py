"""What a player is told of, and how: chosen over REST, obeyed by whatever tells (SPEC 8)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fittrack.accounts.commands import ChangeStatus
from fittrack.activities.commands import LogActivities
from fittrack.inbox.rules import CATEGORIES, OPTIONAL, REQUIRED, Preferences
from fittrack.kit.standing import AccountStatus
from tests.actors.house import hard_day
from tests.rest_house import Person, RestHouse, a_rest_house

PATH = "/users/me/notification-preferences"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[RestHouse]:
    async with a_rest_house(tmp_path) as built:
        yield built


@pytest.fixture
async def joe(house: RestHouse) -> Person:
    return await house.person("joe")


def choice(category: str, *, in_app: bool = True, email: bool = True) -> dict[str, Any]:
    return {"category": category, "in_app": in_app, "email": email}


async def put(house: RestHouse, joe: Person, *choices: dict[str, Any], **headers: str) -> tuple[int, Any]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await house.call("PUT", PATH, {"categories": list(choices)}, token=joe.token, headers=sent)


def off(body: Any) -> set[str]:
    return {each["category"] for each in body["categories"] if not (each["in_app"] and each["email"])}


async def a_week(house: RestHouse, joe: Person) -> None:
    """Seven active days: a streak's bonus, which is told of."""
    items = [hard_day(house.inner.clock, back) for back in range(1, 7)]
    await house.inner.do(joe.user_id, LogActivities(items))
    await house.inner.leap(days=1)
    await house.inner.do(joe.user_id, LogActivities([hard_day(house.inner.clock, 1)]))


async def test_at_first_everything_is_on(house: RestHouse, joe: Person) -> None:
    body = await house.get(PATH, joe.token)
    assert [each["category"] for each in body["categories"]] == list(CATEGORIES)
    assert off(body) == set()
    assert {each["category"] for each in body["categories"] if each["required"]} == REQUIRED


async def test_what_is_chosen_is_kept_and_what_is_left_out_is_on_again(house: RestHouse, joe: Person) -> None:
    status, body = await put(house, joe, choice("streak", in_app=False), choice("general", email=False))
    assert (status, off(body)) == (200, {"streak", "general"})
    assert await house.get(PATH, joe.token) == body
    status, body = await put(house, joe, choice("general", email=False))
    assert (status, off(body)) == (200, {"general"})


@pytest.mark.parametrize("category", sorted(REQUIRED))
@pytest.mark.parametrize("way", ["in_app", "email"])
async def test_what_is_needed_cannot_be_switched_off(
    house: RestHouse, joe: Person, category: str, way: str
) -> None:
    status, body = await put(house, joe, choice("streak"), choice(category, **{way: False}))
    assert status == 422
    assert [error["pointer"] for error in body["errors"]] == [f"/categories/1/{way}"]
    assert off(await house.get(PATH, joe.token)) == set()


async def test_a_category_is_chosen_once(house: RestHouse, joe: Person) -> None:
    status, body = await put(house, joe, choice("streak", in_app=False), choice("streak"))
    assert status == 422
    assert [error["pointer"] for error in body["errors"]] == ["/categories/1/category"]


async def test_a_notice_that_is_switched_off_is_not_kept(house: RestHouse, joe: Person) -> None:
    await put(house, joe, choice("streak", in_app=False))
    await a_week(house, joe)
    assert await house.inner.inbox(joe.user_id) == []
    assert (await house.inner.standing(joe.user_id)).unread == 0


async def test_a_notice_that_is_on_is_kept(house: RestHouse, joe: Person) -> None:
    await put(house, joe, choice("streak", email=False), choice("general", in_app=False))
    await a_week(house, joe)
    assert [each.notification_type for each in await house.inner.inbox(joe.user_id)] == ["streak"]


async def test_choices_outlive_the_actor(house: RestHouse, joe: Person) -> None:
    await put(house, joe, choice("streak", in_app=False))
    await house.inner.pass_time(minutes=10)
    await a_week(house, joe)
    assert await house.inner.inbox(joe.user_id) == []


async def test_a_change_of_status_is_told_in_the_inbox_and_by_letter_whatever_was_chosen(
    house: RestHouse, joe: Person
) -> None:
    await put(house, joe, *(choice(category, in_app=False, email=False) for category in OPTIONAL))
    before = len(await house.letters())
    await house.inner.do(joe.user_id, ChangeStatus(status=AccountStatus.SUSPENDED, reason="too fast"))
    letter = (await house.letters())[before:]
    assert [each["Subject"] for each in letter] == ["Your account is suspended"]
    assert "too fast" not in letter[0].as_string(), "why is the house's own affair"
    assert [each.title for each in await house.inner.inbox(joe.user_id)] == ["Your account is suspended"]


async def test_a_version_that_was_seen_guards_the_next(house: RestHouse, joe: Person) -> None:
    async with house.http.get(f"/api/v1{PATH}", headers={"Authorization": f"Bearer {joe.token}"}) as response:
        seen = response.headers["ETag"]
    status, _ = await put(house, joe, choice("streak", in_app=False), If_Match=seen)
    assert status == 200
    status, body = await put(house, joe, choice("general", in_app=False), If_Match=seen)
    assert (status, body["code"]) == (412, "precondition-failed")


async def test_until_the_profile_is_complete_they_can_only_be_read(house: RestHouse) -> None:
    eve = await house.person("eve", complete=False)
    assert off(await house.get(PATH, eve.token)) == set()
    status, body = await put(house, eve, choice("streak", in_app=False))
    assert (status, body["code"]) == (403, "profile-incomplete")


def test_letters_and_inbox_are_chosen_apart() -> None:
    chosen = Preferences(frozenset({"streak"}), frozenset({"general"}))
    assert not chosen.in_app("streak")
    assert chosen.by_email("streak")
    assert chosen.in_app("general")
    assert not chosen.by_email("general")
    assert chosen.version != Preferences(frozenset({"general"}), frozenset({"streak"})).version

"""Finding accounts, and looking at one."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from fittrack.accounts.commands import ChangeRole, ChangeStatus
from fittrack.activities.commands import LogActivities
from fittrack.kit.standing import AccountStatus, Role
from tests.actors.house import House, hard_day
from tests.door import Door, a_player


@pytest.fixture
async def town(house: House, admin: Door) -> dict[str, Door]:
    """Some accounts, one after the other."""
    people = {}
    for name, display_name in (("ada_1", "Ada Byron"), ("bob%x", "Bob"), ("cy", None), ("dora", "ädelheid")):
        await house.clock.advance(1)
        people[name] = await a_player(house, admin.client, name, display_name=display_name)
    await house.do(people["bob%x"].user_id, ChangeStatus(status=AccountStatus.BANNED, reason="Cheating"))
    premium = ChangeRole(role=Role.PREMIUM, reason=None, premium_expires_at=None)
    await house.do(people["dora"].user_id, premium)
    return people


async def found(admin: Door, query: str) -> list[str]:
    page = await admin.get(f"/admin/users?{query}")
    assert page["pagination"]["total_items"] >= len(page["items"])
    return [str(item["email"]).partition("@")[0] for item in page["items"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=ADA", ["ada_1"]),
        ("q=byron", ["ada_1"]),
        ("q=%C3%84DEL", ["dora"]),
        ("email=test.example", ["dora", "cy", "bob%25x", "ada_1", "boss"]),
        ("email=_", ["ada_1"]),
        ("email=%25", ["bob%25x"]),
        ("name=bob", ["bob%25x"]),
        ("name=ada&email=bob", []),
        ("status=banned", ["bob%25x"]),
        ("role=premium", ["dora"]),
        ("role=admin", ["boss"]),
        ("tier=f-30-39-adv&sort=created_at", ["ada_1", "bob%25x", "dora"]),
        ("tier=OPEN&sort=created_at", ["ada_1", "bob%25x", "dora"]),
        ("tier=F-60+-ADV", []),
        ("under_review=true", []),
        ("sort=email", ["ada_1", "bob%25x", "boss", "cy", "dora"]),
        ("sort=-email&limit=2", ["dora", "cy"]),
        ("sort=display_name&limit=3", ["ada_1", "bob%25x", "dora"]),
        ("sort=-display_name&limit=3", ["dora", "bob%25x", "ada_1"]),
        ("limit=2&page=2", ["bob%25x", "ada_1"]),
    ],
)
async def test_accounts_are_found_by_what_is_known_of_them(
    admin: Door, town: dict[str, Door], query: str, names: list[str]
) -> None:
    del town
    assert await found(admin, query) == [name.replace("%25", "%") for name in names]


async def test_users_are_the_same_accounts(admin: Door, town: dict[str, Door]) -> None:
    assert await admin.get("/users?q=byron") == await admin.get("/admin/users?q=byron")
    ada = town["ada_1"].user_id
    assert await admin.get(f"/users/{ada}") == await admin.get(f"/admin/users/{ada}")
    assert (await admin.get("/users/me"))["user_id"] == str(admin.user_id)


@pytest.mark.parametrize(
    "query", ["status=asleep", "role=king", "sort=password_hash", "limit=101", "q=", "who=ada", "tier=Z"]
)
async def test_a_search_that_makes_no_sense_is_refused(admin: Door, query: str) -> None:
    assert await admin.refused(f"/admin/users?{query}", method="GET") == "malformed"


async def test_an_account_is_shown_with_what_only_admins_see(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client, display_name="Joe")
    detail = await admin.get(f"/admin/users/{player.user_id}")
    wanted: dict[str, Any] = {
        "email": player.email,
        "status": "active",
        "role": "user",
        "point_balance": 0,
        "live_sessions": 1,
        "mfa_enrolled": False,
        "under_review": False,
    }
    assert detail | wanted == detail
    assert detail["profile"]["display_name"] == "Joe"
    await admin.set_up()
    assert (await admin.get(f"/admin/users/{admin.user_id}"))["mfa_enrolled"] is True


async def test_nobody_but_admins_sees_accounts(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client)
    for path in ("/admin/users", f"/admin/users/{player.user_id}", "/transactions"):
        assert await player.refused(path, method="GET") == "forbidden"
    assert await admin.refused(f"/admin/users/{uuid4()}", method="GET") == "not-found"


async def test_where_an_account_is_signed_in_and_what_was_logged_is_shown(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client, display_name="Joe")
    await house.do(player.user_id, LogActivities([hard_day(house.clock, back) for back in (1, 2)]))
    at = f"/admin/users/{player.user_id}"
    [session] = (await admin.get(f"{at}/sessions"))["items"]
    assert session["current"] is False, "it is not the one of who looks"
    page = await admin.get(f"{at}/activities?limit=1")
    assert page["items"] == (await player.get("/activities?limit=1"))["items"]
    cursor = page["pagination"]["next_cursor"]
    [older] = (await admin.get(f"{at}/activities?limit=1&cursor={quote(cursor)}"))["items"]
    assert older != page["items"][0]


async def test_what_a_player_bought_is_shown_and_nobody_elses(house: House, admin: Door) -> None:
    player, other = [await a_player(house, admin.client, name, display_name=name) for name in ("joe", "ann")]
    first, second = await house.drawing(), await house.drawing()
    for buyer, drawing_id, quantity in ((player, first, 1), (other, first, 4), (player, second, 2)):
        await house.do(buyer.user_id, LogActivities([hard_day(house.clock, 1)]))
        await house.buy(buyer.user_id, drawing_id, quantity)
        await house.clock.advance(1)
    at = f"/admin/users/{player.user_id}/tickets"
    page = await admin.get(f"{at}?limit=1")
    assert (page["items"][0]["quantity"], page["pagination"]["total_items"]) == (2, 2)
    assert [entry["quantity"] for entry in (await admin.get(f"{at}?drawing_id={first}"))["items"]] == [1]
    assert (await admin.get(at))["items"] == (await player.get("/tickets"))["items"]
    assert await other.refused(at, method="GET") == "forbidden"


async def test_a_birthday_moves_a_player_to_the_next_bracket_in_the_list_too(
    house: House, admin: Door
) -> None:
    player = await a_player(house, admin.client, display_name="Joe")
    turns_40 = {"date_of_birth": "1986-06-11", "reason": "Seen on a passport"}
    await admin.granted(f"/users/{player.user_id}", turns_40, method="PATCH")
    before = await admin.get("/admin/users?tier=F-30-39-ADV")
    assert [row["tier_code"] for row in before["items"]] == ["F-30-39-ADV"]
    house.clock.leap_to(house.clock.now() + timedelta(days=1))
    admin = await admin.signed_in_again()
    after = await admin.get("/admin/users?tier=F-40-49-ADV")
    assert [row["tier_code"] for row in after["items"]] == ["F-40-49-ADV"]
    assert (await admin.get(f"/users/{player.user_id}"))["profile"]["tier_code"] == "F-40-49-ADV"
    assert await found(admin, "tier=F-30-39-ADV") == []


async def test_a_plus_that_a_client_forgets_to_escape_is_still_one(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client, display_name="Joe")
    born = {"date_of_birth": "1950-01-01", "reason": "Seen on a passport"}
    await admin.granted(f"/users/{player.user_id}", born, method="PATCH")
    assert await found(admin, "tier=F-60+-ADV") == ["joe"]

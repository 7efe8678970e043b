"""Profiles and tiers over REST, and what others may know of a player."""

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, update

from fittrack.accounts.admin import create_admin
from fittrack.db.tables.accounts import users
from fittrack.db.tables.logs import ledger
from fittrack.kit.ids import uuid7
from fittrack.profiles.tiers import TIERS
from tests.fittrack.accounts.house import NOON, PASSWORD, House, a_profile


@pytest.fixture
async def token(house: House) -> str:
    """The access token of Ada, verified, without a profile."""
    await house.verified()
    return str((await house.sign_in())["access_token"])


async def complete(house: House, token: str, **changes: Any) -> tuple[int, Any]:
    return await house.call("PUT", "/users/me/profile", a_profile(**changes), token=token)


async def second_player(house: House) -> str:
    await house.verified(email="bob@example.com", date_of_birth="1960-01-01")
    return str((await house.sign_in("bob@example.com"))["access_token"])


async def test_bracket_and_tier_follow_from_the_profile(house: House, token: str) -> None:
    status, profile = await complete(house, token)
    assert status == 200
    assert (profile["age_bracket"], profile["tier_code"]) == ("30-39", "F-30-39-INT")
    assert profile["tier_name"] == "Female 30-39 Intermediate"
    assert (profile["state_of_residence"], profile["date_of_birth"]) == ("CA", "1990-05-17")
    assert (profile["height_inches"], profile["weight_pounds"]) == (66.5, 140)
    assert await house.get("/users/me/profile", token) == (200, profile)


async def test_until_it_is_complete_there_is_no_profile_and_one_is_told_what_is_missing(
    house: House, token: str
) -> None:
    assert (await house.get("/users/me/profile", token))[0] == 404
    _, answer = await house.get("/users/me/profile/complete", token)
    assert answer == {"complete": False, "missing": ["display_name", "biological_sex", "fitness_level"]}
    await complete(house, token)
    _, answer = await house.get("/users/me/profile/complete", token)
    assert answer == {"complete": True, "missing": []}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"display_name": "A"}, "/display_name"),
        ({"height_inches": 35}, "/height_inches"),
        ({"weight_pounds": 701}, "/weight_pounds"),
        ({"fitness_level": "elite"}, "/fitness_level"),
        ({"age_bracket": "18-29"}, "/age_bracket"),
    ],
)
async def test_what_is_wrong_with_a_profile_is_told_by_field(
    house: House, token: str, changes: dict[str, Any], pointer: str
) -> None:
    status, problem = await complete(house, token, **changes)
    assert status == 422
    assert pointer in {error["pointer"] for error in problem["errors"]}


async def test_display_names_are_unique_in_any_case(house: House, token: str) -> None:
    await complete(house, token)
    bob = await second_player(house)
    status, problem = await complete(house, bob, display_name="ADA")
    assert (status, problem["code"]) == (409, "display-name-taken")
    assert (await complete(house, bob, display_name="Bob"))[0] == 200


async def test_of_two_who_want_a_name_at_once_one_gets_it(house: House, token: str) -> None:
    bob = await second_player(house)
    answers = await asyncio.gather(*(complete(house, who, display_name="Swift") for who in (token, bob)))
    assert sorted(status for status, _ in answers) == [200, 409]


async def test_one_may_keep_ones_own_name(house: House, token: str) -> None:
    await complete(house, token)
    assert (await complete(house, token, display_name="ADA"))[0] == 200


async def test_a_patch_changes_only_what_it_names(house: House, token: str) -> None:
    _, before = await complete(house, token)
    await house.clock.advance(1)
    _, after = await house.call("PATCH", "/users/me/profile", {"fitness_level": "advanced"}, token=token)
    changed = {"fitness_level", "tier_code", "tier_name", "updated_at"}
    assert {name for name in before if before[name] != after[name]} == changed
    _, cleared = await house.call("PATCH", "/users/me/profile", {"weight_pounds": None}, token=token)
    assert (cleared["weight_pounds"], cleared["height_inches"]) == (None, 66.5)


async def test_a_version_that_is_no_longer_current_is_refused(house: House, token: str) -> None:
    await complete(house, token)
    async with house.http.get(
        "/api/v1/users/me/profile", headers={"Authorization": f"Bearer {token}"}
    ) as response:
        match = {"If-Match": response.headers["ETag"]}
    await house.clock.advance(1)
    patch = {"fitness_level": "advanced"}
    first = await house.call("PATCH", "/users/me/profile", patch, token=token, headers=match)
    second = await house.call("PUT", "/users/me/profile", a_profile(), token=token, headers=match)
    assert (first[0], second[0]) == (200, 412)


async def test_two_patches_at_once_both_take_effect(house: House, token: str) -> None:
    await complete(house, token)
    await house.clock.advance(1)
    patches: list[dict[str, Any]] = [{"fitness_level": "advanced"}, {"weight_pounds": 150}]
    await asyncio.gather(*(house.call("PATCH", "/users/me/profile", patch, token=token) for patch in patches))
    _, profile = await house.get("/users/me/profile", token)
    assert (profile["fitness_level"], profile["weight_pounds"]) == ("advanced", 150)


async def test_profiles_of_others_are_for_admins_only(house: House, token: str) -> None:
    _, ada = await complete(house, token)
    bob = await second_player(house)
    await create_admin(house.engine, "admin@example.com", PASSWORD, now=NOON)
    admin = (await house.sign_in("admin@example.com"))["access_token"]
    path = f"/profiles/{ada['user_id']}"
    assert [(await house.get(path, who))[0] for who in (token, bob, admin)] == [200, 403, 200]
    assert [(await house.get("/profiles", who))[0] for who in (bob, admin)] == [403, 200]
    assert (await house.call("PUT", path, a_profile(), token=bob))[0] == 403


async def test_the_public_profile_shows_name_tier_rank_and_month_and_nothing_else(
    house: House, token: str
) -> None:
    _, ada = await complete(house, token)
    bob = await second_player(house)
    status, public = await house.get(f"/users/{ada['user_id']}/public", bob)
    assert status == 200
    assert public == {
        "user_id": ada["user_id"],
        "display_name": "Ada",
        "tier_code": "F-30-39-INT",
        "tier_name": "Female 30-39 Intermediate",
        "rank": None,
        "member_since": "2026-03",
    }
    assert (await house.get(f"/users/{ada['user_id']}/public"))[0] == 401


async def test_the_own_account_shows_profile_balance_and_figures(house: House, token: str) -> None:
    _, profile = await complete(house, token)
    user_id = profile["user_id"]
    with house.engine.begin() as connection:
        found = connection.execute(users.select()).one().user_id
        for seq, (kind, amount, balance, day) in enumerate(
            [("earn", 300, 300, "2026-03-01"), ("spend", -100, 200, None)], start=1
        ):
            connection.execute(
                insert(ledger).values(
                    user_id=found,
                    seq=seq,
                    transaction_id=uuid7(),
                    transaction_type=kind,
                    amount=amount,
                    balance_after=balance,
                    reference_type="test",
                    description="test",
                    day=day,
                    created_at=NOON,
                )
            )
    _, me = await house.get("/users/me", token)
    assert me["user_id"] == user_id
    assert me["point_balance"] == 200
    assert me["profile"] == profile
    assert me["connections"] == []
    assert me["stats"] == {"total_points_earned": 300, "drawings_entered": 0, "prizes_won": 0}
    assert me["created_at"] == "2026-03-02T17:00:00.000Z"
    assert await house.get("/auth/me", token) == (200, me)


async def test_there_are_31_tiers_and_open_holds_everybody(house: House, token: str) -> None:
    await complete(house, token)
    bob = await second_player(house)
    await complete(house, bob, display_name="Bob", biological_sex="male", fitness_level="beginner")
    _, listed = await house.get("/tiers")
    players = {tier["tier_code"]: tier["players"] for tier in listed["items"]}
    assert set(players) == set(TIERS)
    assert {code: count for code, count in players.items() if count} == {
        "F-30-39-INT": 1,
        "M-60+-BEG": 1,
        "OPEN": 2,
    }
    _, tier = await house.get("/tiers/M-60+-BEG")
    assert (tier["name"], tier["players"]) == ("Male 60+ Beginner", 1)
    assert (await house.get("/tiers/X-1-2"))[0] == 404


@pytest.mark.parametrize(
    ("born", "tier"),
    [("1996-03-02", "F-30-39-INT"), ("1996-03-03", "F-18-29-INT"), ("1966-03-02", "F-60+-INT")],
)
async def test_players_are_counted_in_the_bracket_they_have_today(
    house: House, token: str, born: str, tier: str
) -> None:
    await complete(house, token)
    with house.engine.begin() as connection:
        connection.execute(update(users).values(date_of_birth=date.fromisoformat(born)))
    _, answer = await house.get(f"/tiers/{tier}")
    assert answer["players"] == 1

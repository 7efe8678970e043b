"""Correcting whose an account is: email, date of birth, state; on record, and felt at once."""

from uuid import uuid4

import pytest

from tests.actors.house import House
from tests.door import Door, a_player, an_admin
from tests.fittrack.admin.mailbox import code_in, letters_to
from tests.fittrack.admin.records import actions_on
from tests.rest_house import call
from tests.server import Address
from tests.wire import wired

WHY = {"reason": "Asked by post"}


def at(door: Door) -> str:
    return f"/users/{door.user_id}"


async def correct(admin: Door, door: Door, **body: object) -> dict[str, object]:
    return await admin.granted(at(door), {**WHY, **body}, method="PATCH")


async def test_a_new_email_is_verified_anew_and_the_former_one_is_told(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client, display_name="Joe")
    async with wired(Address(admin.client.port or 0), player.token) as phone:
        corrected = await correct(admin, player, email="joe@new.example")
        assert (corrected["email"], corrected["email_verified"], corrected["status"]) == (
            "joe@new.example",
            False,
            "pending",
        )
        while await phone.read():
            pass
        assert phone.close_code == 4503
    assert (await player.call("GET", "/auth/me"))[0] == 401, "every session has ended"
    [told] = await letters_to(house, player.email)
    assert told["Subject"] == "Your email address was changed"
    token = code_in((await letters_to(house, "joe@new.example"))[-1])
    status, verified = await call(admin.client, "POST", "/auth/verify-email", {"token": token})
    assert (status, verified["status"]) == (200, "active")
    assert (await admin.get(at(player)))["email_verified"] is True


async def test_codes_that_were_mailed_to_the_former_address_are_void(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client)
    await call(admin.client, "POST", "/auth/forgot-password", {"email": player.email})
    token = code_in((await letters_to(house, player.email))[0])
    await correct(admin, player, email="joe@new.example")
    form = {"token": token, "new_password": "Another-Horse-8-Battery"}
    status, problem = await call(admin.client, "POST", "/auth/reset-password", form)
    assert (status, problem["code"]) == (400, "invalid-token")


async def test_a_date_of_birth_moves_the_player_to_another_tier(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client, display_name="Joe")
    assert (await player.get("/users/me/profile"))["tier_code"] == "F-30-39-ADV"
    corrected = await correct(admin, player, date_of_birth="1970-05-17", state="ny")
    assert (corrected["date_of_birth"], corrected["state_of_residence"]) == ("1970-05-17", "NY")
    assert corrected["status"] == "active"
    assert (await player.get("/users/me/profile"))["tier_code"] == "F-50-59-ADV"
    assert (await admin.get("/users?tier=F-50-59-ADV"))["pagination"]["total_items"] == 1
    assert [note.title for note in await house.inbox(player.user_id)] == ["Your account was corrected"]


async def test_what_was_corrected_is_on_record_as_it_was_and_became(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client)
    await correct(admin, player, state="CA")
    [record] = await actions_on(admin, player)
    assert (record["action"], record["reason"]) == ("user.correct", "Asked by post")
    assert (record["before"], record["after"]) == ({"state_of_residence": "TX"}, {"state_of_residence": "CA"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"email": "nobody"}, "validation"),
        ({"date_of_birth": "2020-01-01"}, "validation"),
        ({"state": "Bavaria"}, "validation"),
        ({}, "validation"),
        ({"email": "Ann@test.example"}, "email-taken"),
    ],
)
async def test_what_is_no_correction_is_refused(
    house: House, admin: Door, body: dict[str, str], code: str
) -> None:
    player = await a_player(house, admin.client)
    await a_player(house, admin.client, "ann")
    assert await admin.refused(at(player), WHY | body, method="PATCH") == code


async def test_a_correction_of_another_version_is_refused(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client)
    seen = f'"{(await admin.get(at(player)))["standing_changed_at"]}"'
    await house.clock.advance(1)
    body = {**WHY, "state": "CA"}
    assert (await admin.call("PATCH", at(player), body, **{"If-Match": seen}))[0] == 200
    assert (await admin.call("PATCH", at(player), body, **{"If-Match": seen}))[0] == 412
    wrong = {**WHY, "state": "ZZ"}
    assert (await admin.call("PATCH", at(player), wrong, **{"If-Match": seen}))[0] == 422


async def test_nobody_corrects_their_own_account(house: House, admin: Door) -> None:
    assert await admin.refused(at(admin), {**WHY, "state": "CA"}, method="PATCH") == "own-standing"
    other = await an_admin(house, admin.client, "other")
    await correct(admin, other, email="other@new.example")
    assert (await other.call("GET", "/auth/me"))[0] == 401


async def test_a_put_under_a_key_is_done_once(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client)
    body, key = {"status": "suspended", "reason": "Looked at"}, {"Idempotency-Key": str(uuid4())}
    path = f"/admin/users/{player.user_id}/status"
    first = await admin.put(path, body, **key)
    assert await admin.put(path, body, **key) == first
    assert len(await actions_on(admin, player)) == 1
    assert (await admin.put(path, body | {"status": "banned"}, **key))[1]["code"] == "idempotency-mismatch"

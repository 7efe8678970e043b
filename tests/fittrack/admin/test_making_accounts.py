"""Accounts that admins make for others, who open them with the code from the invitation."""

from uuid import uuid4

import pytest

from fittrack.accounts.rules import INVITATION_LIFETIME
from protocol.shapes import instant
from tests.actors.house import House
from tests.door import Door
from tests.fittrack.admin.mailbox import code_in, letters_to
from tests.rest_house import PASSWORD, call

EVE = {"email": "Eve@Example.com", "date_of_birth": "1988-02-29", "state": "tx", "reason": "Asked by phone"}
CONSENT = {"password": PASSWORD, "accepted_terms": True, "accepted_rules": True}


async def accept(admin: Door, token: str, **changes: object) -> tuple[int, dict[str, object]]:
    status, body = await call(
        admin.client, "POST", "/auth/accept-invitation", {"token": token, **CONSENT, **changes}
    )
    return status, body


async def sign_in(admin: Door, email: str = "eve@example.com") -> int:
    return (await call(admin.client, "POST", "/auth/login", {"email": email, "password": PASSWORD}))[0]


async def test_who_is_invited_chooses_a_password_and_accepts_before_the_account_opens(
    house: House, admin: Door
) -> None:
    invited = await admin.granted("/users", EVE)
    assert (invited["email"], invited["status"], invited["role"]) == ("Eve@Example.com", "pending", "user")
    [letter] = await letters_to(house, "Eve@Example.com")
    token = code_in(letter)
    assert await sign_in(admin) == 401
    status, problem = await call(admin.client, "POST", "/auth/verify-email", {"token": token})
    assert (status, problem["code"]) == (409, "invitation-open")
    status, problem = await accept(admin, token, accepted_rules=False)
    assert (status, problem["code"]) == (422, "validation")
    status, verified = await accept(admin, token)
    assert (status, verified["status"]) == (200, "active")
    assert await sign_in(admin) == 200
    assert (await accept(admin, token))[1]["code"] == "invalid-token", "it works once"


async def test_what_was_made_is_on_record_and_made_once_under_a_key(house: House, admin: Door) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = await admin.post("/users", EVE, **key)
    assert first[0] == 201
    assert await admin.post("/users", EVE, **key) == first
    assert len(await letters_to(house, "Eve@Example.com")) == 1
    [record] = (await admin.get(f"/admin/users/{first[1]['user_id']}/actions"))["items"]
    assert (record["action"], record["reason"]) == ("user.create", "Asked by phone")
    assert record["after"] == {
        "email": "Eve@Example.com",
        "date_of_birth": "1988-02-29",
        "state_of_residence": "TX",
    }


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"email": "nobody"}, "/email"),
        ({"date_of_birth": "2020-01-01"}, "/date_of_birth"),
        ({"state": "NY"}, "/state"),
        ({"state": "Bavaria"}, "/state"),
    ],
)
async def test_nobody_is_invited_who_could_not_register(
    admin: Door, change: dict[str, str], pointer: str
) -> None:
    status, problem = await admin.post("/users", EVE | change)
    assert status == 422
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


async def test_an_address_has_one_account(admin: Door) -> None:
    await admin.granted("/users", EVE)
    assert await admin.refused("/users", EVE | {"email": "EVE@example.COM"}) == "email-taken"


async def test_a_later_letter_opens_the_account_as_well(house: House, admin: Door) -> None:
    invited = await admin.granted("/users", EVE)
    assert invited["invitation_expires_at"] == instant(house.clock.now() + INVITATION_LIFETIME)
    former = code_in((await letters_to(house, "Eve@Example.com"))[0])
    await call(admin.client, "POST", "/auth/resend-verification", {"email": "eve@example.com"})
    assert (await accept(admin, former))[1]["code"] == "invalid-token", "the latest letter counts"
    token = code_in((await letters_to(house, "Eve@Example.com"))[-1])
    assert (await accept(admin, token))[0] == 200


async def test_who_registered_has_no_invitation(house: House, admin: Door) -> None:
    form = {k: v for k, v in (EVE | CONSENT).items() if k != "reason"}
    assert (await call(admin.client, "POST", "/auth/register", form))[0] == 201
    token = code_in((await letters_to(house, "Eve@Example.com"))[0])
    assert (await accept(admin, token))[1]["code"] == "invalid-token"

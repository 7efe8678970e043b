"""Registering: who may, what is recorded, and how the email address is verified."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from fittrack.db.tables.accounts import users
from fittrack.db.tables.logs import user_log
from fittrack.db.tables.messages import mail_outbox
from fittrack.db.tables.sessions import email_tokens
from tests.fittrack.accounts.house import NOON, House, a_registration, text_of


async def test_a_new_account_waits_for_its_email_and_says_where_the_letter_is(house: House) -> None:
    status, body = await house.post("/auth/register", a_registration())
    assert status == 201
    assert body["email"] == "Ada@Example.com"
    assert body["status"] == "pending"
    assert "var/mail" in body["message"]


async def test_registration_begins_the_players_log_and_records_what_was_accepted(house: House) -> None:
    await house.register()
    with house.engine.connect() as connection:
        user = connection.execute(select(users)).one()
        unit = connection.execute(select(user_log)).one()
    assert (unit.rev, unit.kind, unit.user_id) == (1, "registered", user.user_id)
    assert (user.accepted_terms_at, user.accepted_rules_at) == (NOON, NOON)
    assert user.accepted_rules_version
    assert user.password_hash.startswith("$argon2id$")


async def test_the_letter_verifies_the_email_and_makes_the_account_active(house: House) -> None:
    await house.register()
    status, body = await house.post("/auth/verify-email", {"token": await house.code()})
    assert (status, body["status"]) == (200, "active")
    signed_in = await house.sign_in()
    assert signed_in["user"]["status"] == "active"


async def test_verifying_twice_is_no_error(house: House) -> None:
    await house.register()
    token = await house.code()
    first, second = [await house.post("/auth/verify-email", {"token": token}) for _ in range(2)]
    assert first == second
    assert first[0] == 200


async def test_a_signed_in_account_is_active_at_once_when_it_is_verified(house: House) -> None:
    await house.register()
    signed_in = await house.sign_in()
    await house.post("/auth/verify-email", {"token": await house.code()})
    _, me = await house.get("/users/me", signed_in["access_token"])
    assert (me["status"], me["email_verified"]) == ("active", True)


async def test_a_code_is_too_old_after_24_hours(house: House) -> None:
    await house.register()
    token = await house.code()
    await house.clock.advance(24 * 3600)
    status, problem = await house.post("/auth/verify-email", {"token": token})
    assert (status, problem["code"]) == (400, "invalid-token")


async def test_a_code_that_nobody_sent_is_refused(house: House) -> None:
    status, problem = await house.post("/auth/verify-email", {"token": "fte_guess"})
    assert (status, problem["code"]) == (400, "invalid-token")


async def test_neither_codes_nor_letters_can_be_read_in_the_database(house: House) -> None:
    await house.register()
    with house.engine.connect() as connection:
        sealed = connection.execute(select(mail_outbox.c.sealed_letter)).scalar_one()
    token = await house.code()
    with house.engine.connect() as connection:
        kept = connection.execute(select(email_tokens.c.token_hash)).scalar_one()
        delivered = connection.execute(select(mail_outbox)).one()
    assert token.encode() not in sealed
    assert kept != token.encode()
    assert (delivered.sealed_letter, delivered.next_due_at) == (None, None)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"date_of_birth": "2008-03-03"}, "/date_of_birth"),
        ({"date_of_birth": "2030-01-01"}, "/date_of_birth"),
        ({"state": "NY"}, "/state"),
        ({"state": "FL"}, "/state"),
        ({"state": "ZZ"}, "/state"),
        ({"password": "short-1A"}, "/password"),
        ({"password": "no-upper-case-7"}, "/password"),
        ({"accepted_terms": False}, "/accepted_terms"),
        ({"accepted_rules": False}, "/accepted_rules"),
        ({"email": "nobody"}, "/email"),
        ({"email": "a@b.c\nBcc: d@e.fg"}, "/email"),
        ({"email": 7}, "/email"),
    ],
)
async def test_what_is_wrong_is_told_by_field_with_status_400(
    house: House, changes: dict[str, Any], pointer: str
) -> None:
    status, problem = await house.post("/auth/register", a_registration(**changes))
    assert status == 400
    assert pointer in {error["pointer"] for error in problem["errors"]}


async def test_who_turns_18_today_may_register(house: House) -> None:
    await house.register(date_of_birth="2008-03-02")


async def test_everything_that_is_wrong_is_told_at_once(house: House) -> None:
    form = a_registration(password="x", state="RI", accepted_terms=False)
    _, problem = await house.post("/auth/register", form)
    assert {error["pointer"] for error in problem["errors"]} == {"/password", "/state", "/accepted_terms"}


async def test_a_missing_acceptance_is_an_error_of_its_field(house: House) -> None:
    form = a_registration()
    del form["accepted_rules"]
    status, problem = await house.post("/auth/register", form)
    assert status == 400
    assert "accepted_rules" in str(problem["errors"])


async def test_an_email_is_taken_in_any_case(house: House) -> None:
    await house.register()
    status, problem = await house.post("/auth/register", a_registration(email="aDA@exAMPLE.com"))
    assert (status, problem["code"]) == (409, "email-taken")


async def test_two_registrations_at_once_make_one_account(house: House) -> None:
    answers = await asyncio.gather(*(house.post("/auth/register", a_registration()) for _ in range(4)))
    assert sorted(status for status, _ in answers) == [201, 409, 409, 409]


async def test_the_same_key_gives_the_same_answer_and_one_letter(house: House) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    first = await house.post("/auth/register", a_registration(), headers=headers)
    again = await house.post("/auth/register", a_registration(), headers=headers)
    assert first == again
    assert len(await house.mail()) == 1


async def test_the_same_key_for_another_password_is_a_mismatch(house: House) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    await house.post("/auth/register", a_registration(), headers=headers)
    other = a_registration(password="Something-Else-77")
    status, problem = await house.post("/auth/register", other, headers=headers)
    assert (status, problem["code"]) == (422, "idempotency-mismatch")


async def test_another_letter_can_be_asked_for_and_ends_the_former_code(house: House) -> None:
    await house.register()
    former = await house.code()
    await house.clock.advance(60)
    status, _ = await house.post("/auth/resend-verification", {"email": "ADA@example.com"})
    newer = await house.code()
    assert status == 202
    assert (await house.post("/auth/verify-email", {"token": former}))[0] == 400
    assert (await house.post("/auth/verify-email", {"token": newer}))[0] == 200


async def test_asking_for_a_letter_never_tells_whether_the_email_exists(house: House) -> None:
    await house.verified()
    for path in ("/auth/resend-verification", "/auth/forgot-password"):
        known = await house.post(path, {"email": "ada@example.com"})
        unknown = await house.post(path, {"email": "nobody@example.com"})
        assert known == unknown


async def test_one_address_is_not_flooded_with_letters(house: House) -> None:
    await house.register()
    for _ in range(20):
        await house.post("/auth/resend-verification", {"email": "ada@example.com"})
    assert len(await house.mail()) == 1 + 5


async def test_a_letter_is_addressed_and_has_plain_text(house: House) -> None:
    await house.register()
    [letter] = await house.mail()
    assert letter["To"] == "Ada@Example.com"
    assert letter["Subject"] == "Verify your email address"
    assert "24 hours" in text_of(letter)

"""Signing in by the word of Google and Apple: who is known, who is linked, who is new, who is refused."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select, update

from fittrack.accounts.admin import create_admin
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.sessions import identities, sessions, used_id_tokens
from fittrack.kit.standing import AccountStatus
from fittrack.privacy.retention.queries import erase_old
from tests.fittrack.accounts.house import NEW_PASSWORD, NOON, PASSWORD, Answer, House, a_profile, text_of
from tests.issuers import GOOGLE_ANDROID, GOOGLE_APP

DECLARED = {"date_of_birth": "1990-05-17", "state": "ca", "accepted_terms": True, "accepted_rules": True}
"""What opens an account."""
ADA = {"sub": "ada-at-google", "email": "Ada@Example.com", "email_verified": True}
PRIVATE = {"sub": "001.ada.0001", "email": "x7k@privaterelay.appleid.com", "email_verified": "true"}


async def google(house: House, claims: Mapping[str, Any] = ADA, **form: Any) -> Answer:
    token = form.pop("id_token", None) or house.google.token(house.clock.now(), **claims)
    return await house.post("/auth/social/google", {"id_token": token, **form})


async def apple(house: House, claims: Mapping[str, Any] = PRIVATE, **form: Any) -> Answer:
    token = house.apple.token(house.clock.now(), **claims)
    return await house.post("/auth/social/apple", {"id_token": token, **form})


async def joined(house: House, claims: Mapping[str, Any] = ADA, **form: Any) -> dict[str, Any]:
    """Somebody who opened an account with Google."""
    status, body = await google(house, claims, **DECLARED, **form)
    assert status == 201, body
    return dict(body)


def count(house: House, table: Any) -> int:
    with house.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def field_of(house: House, column: Any) -> Any:
    with house.engine.connect() as connection:
        return connection.execute(select(column)).scalar_one()


# --- Who is new ---


async def test_who_is_new_is_told_what_an_account_needs_and_nothing_is_kept(house: House) -> None:
    status, problem = await google(house)
    assert (status, problem["code"]) == (403, "registration-required")
    assert [error["pointer"] for error in problem["errors"]] == [
        "/date_of_birth",
        "/state",
        "/accepted_terms",
        "/accepted_rules",
    ]
    assert [count(house, table) for table in (users, identities, sessions, used_id_tokens)] == [0, 0, 0, 0]


async def test_only_what_is_missing_is_asked_for(house: House) -> None:
    _, problem = await google(house, date_of_birth="1990-05-17", accepted_terms=False)
    assert [error["pointer"] for error in problem["errors"]] == ["/state", "/accepted_rules"]


async def test_the_same_token_opens_the_account_once_the_form_is_filled_in(house: House) -> None:
    token = house.google.token(house.clock.now(), **ADA)
    assert (await google(house, id_token=token))[0] == 403
    await house.clock.advance(9 * 60)
    status, body = await google(house, id_token=token, device_id="phone-1", **DECLARED)
    assert status == 201
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
    assert body["user"]["email"] == "Ada@Example.com"
    assert await house.is_signed_in(body)


async def test_an_address_that_the_issuer_verified_needs_no_letter(house: House) -> None:
    body = await joined(house)
    assert (body["user"]["status"], body["user"]["role"]) == ("active", "user")
    _, me = await house.get("/users/me", body["access_token"])
    assert me["email_verified"] is True
    assert await house.mail() == []
    assert field_of(house, users.c.accepted_rules_at) == NOON
    assert field_of(house, users.c.state_of_residence) == "CA"


async def test_an_address_that_the_issuer_did_not_verify_gets_the_letter(house: House) -> None:
    body = await joined(house, {**ADA, "email_verified": False})
    assert body["user"]["status"] == "pending"
    status, verified = await house.post("/auth/verify-email", {"token": await house.code()})
    assert (status, verified["status"]) == (200, "active")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"date_of_birth": "2008-03-03"}, "/date_of_birth"),
        ({"date_of_birth": "yesterday"}, "/date_of_birth"),
        ({"state": "NY"}, "/state"),
        ({"state": "ZZ"}, "/state"),
        ({"accepted_terms": False}, "/accepted_terms"),
        ({"accepted_rules": False}, "/accepted_rules"),
        ({"accepted_rules": "yes"}, "/accepted_rules"),
        ({"email": "nobody"}, "/email"),
        ({"device_id": ""}, "/device_id"),
    ],
)
async def test_who_may_not_register_may_not_with_google_either(
    house: House, changes: dict[str, Any], pointer: str
) -> None:
    claims = {"sub": "ada-at-google"}
    status, problem = await google(house, claims, **{"email": "ada@example.com", **DECLARED, **changes})
    assert status == 400
    assert pointer in str(problem["errors"])
    assert count(house, users) == 0


async def test_who_turns_18_today_may(house: House) -> None:
    status, _ = await google(house, **{**DECLARED, "date_of_birth": "2008-03-02"})
    assert status == 201


async def test_without_an_address_in_the_token_one_is_asked_for_and_verified_by_letter(house: House) -> None:
    nameless = {"sub": "001.ada.0001"}
    _, problem = await apple(house, nameless, **DECLARED)
    assert [error["pointer"] for error in problem["errors"]] == ["/email"]
    status, body = await apple(house, nameless, **DECLARED, email="ada@example.com")
    assert (status, body["user"]["status"]) == (201, "pending")
    [letter] = await house.mail()
    assert letter["To"] == "ada@example.com"


@pytest.mark.parametrize("address", ["not an address", "a@b.c\nBcc: d@e.fg", "x" * 300 + "@example.com"])
async def test_an_address_that_cannot_be_written_to_is_none_even_from_an_issuer(
    house: House, address: str
) -> None:
    _, problem = await google(house, {**ADA, "email": address}, **DECLARED)
    assert (problem["code"], problem["errors"][0]["pointer"]) == ("registration-required", "/email")


async def test_many_first_sign_ins_at_once_make_one_account(house: House) -> None:
    answers = await asyncio.gather(*(google(house, **DECLARED) for _ in range(6)))
    assert sorted(status for status, _ in answers) == [200] * 5 + [201]
    assert count(house, users) == 1


# --- Whom we know ---


async def test_who_is_known_signs_in_as_by_password(house: House) -> None:
    opened = await joined(house)
    status, body = await google(house)
    assert status == 200
    assert body["user"] == opened["user"]
    assert await house.is_signed_in(body)
    assert (await house.post("/auth/refresh", {"refresh_token": body["refresh_token"]}))[0] == 200


async def test_people_are_known_by_the_issuers_name_of_them_not_by_their_address(house: House) -> None:
    opened = await joined(house)
    status, body = await google(house, {"sub": ADA["sub"], "email": "other@example.com"})
    assert status == 200
    assert body["user"] == opened["user"]


async def test_apple_tells_the_address_the_first_time_only(house: House) -> None:
    status, opened = await apple(house, **DECLARED)
    assert (status, opened["user"]["email"]) == (201, PRIVATE["email"])
    status, again = await apple(house, {"sub": PRIVATE["sub"]})
    assert (status, again["user"]["user_id"]) == (200, opened["user"]["user_id"])


async def test_the_same_name_at_another_issuer_is_somebody_else(house: House) -> None:
    await joined(house)
    status, problem = await apple(house, {"sub": ADA["sub"]})
    assert (status, problem["code"]) == (403, "registration-required")


async def test_answers_with_tokens_are_never_stored(house: House) -> None:
    form = {"id_token": house.google.token(NOON, **ADA), **DECLARED}
    async with house.http.post("/api/v1/auth/social/google", json=form) as response:
        assert response.status == 201
        assert response.headers["Cache-Control"] == "no-store"


async def test_a_device_has_one_session_whichever_way_it_signs_in(house: House) -> None:
    await house.verified()
    by_password = await house.sign_in(device_id="phone-1")
    status, by_google = await google(house, device_id="phone-1")
    assert status == 200
    assert [await house.is_signed_in(s) for s in (by_password, by_google)] == [False, True]


@pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.BANNED])
async def test_a_closed_account_is_not_entered_by_any_door(house: House, status: AccountStatus) -> None:
    await joined(house)
    with house.engine.begin() as connection:
        connection.execute(update(users).values(status=status.value))
    for answer in (await google(house), await apple(house, {**ADA, "sub": "new"}, **DECLARED)):
        assert (answer[0], answer[1]["code"]) == (403, "account-not-open")
    assert count(house, identities) == 1


# --- Linking ---


async def test_an_account_with_the_same_verified_address_is_linked_and_its_holder_told(house: House) -> None:
    registered = await house.verified()
    status, body = await google(house)
    assert (status, body["user"]["user_id"]) == (200, registered["user_id"])
    letter = (await house.mail())[-1]
    assert letter["To"] == "Ada@Example.com"
    assert "Google" in text_of(letter)
    await house.sign_in()
    await google(house)
    assert len(await house.mail()) == 2


async def test_an_address_that_the_issuer_did_not_verify_links_nothing(house: House) -> None:
    await house.verified()
    for verified in (False, "false", None):
        status, problem = await google(house, {**ADA, "email_verified": verified})
        assert (status, problem["code"]) == (403, "registration-required")
        status, problem = await google(house, {**ADA, "email_verified": verified}, **DECLARED)
        assert (status, problem["code"]) == (409, "email-taken")
    assert count(house, identities) == 0


async def test_an_address_that_was_only_typed_links_nothing(house: House) -> None:
    await house.verified()
    status, problem = await apple(house, {"sub": "thief"}, **DECLARED, email="ada@example.com")
    assert (status, problem["code"]) == (409, "email-taken")


async def test_what_was_typed_does_not_replace_what_the_issuer_says(house: House) -> None:
    await house.verified()
    status, body = await google(
        house,
        {"sub": "bob", "email": "bob@example.com", "email_verified": True},
        **DECLARED,
        email="ada@example.com",
    )
    assert (status, body["user"]["email"]) == (201, "bob@example.com")


async def test_administrators_sign_in_with_their_password(house: House) -> None:
    await create_admin(house.engine, "ada@example.com", PASSWORD, now=NOON)
    status, problem = await google(house, **DECLARED)
    assert (status, problem["code"]) == (403, "password-required")
    assert count(house, identities) == 0


async def test_who_becomes_an_administrator_enters_by_google_no_more(house: House) -> None:
    await joined(house)
    with house.engine.begin() as connection:
        connection.execute(update(users).values(role="admin"))
    status, problem = await google(house)
    assert (status, problem["code"]) == (403, "password-required")


# --- An account that somebody made in advance, with another's address ---


async def test_nobody_keeps_an_account_that_was_made_with_anothers_address(house: House) -> None:
    """The thief registers with Ada's address, signs in, and waits for Ada to come by Google."""
    squatted = await house.register(date_of_birth="1970-01-01", state="TX")
    thief = await house.sign_in()
    await house.call("PUT", "/users/me/profile", a_profile(), token=thief["access_token"])
    await house.clock.advance(1)
    await house.post("/auth/forgot-password", {"email": "ada@example.com"})
    reset_code = await house.code()

    status, problem = await google(house)
    assert (status, problem["code"]) == (403, "registration-required")
    status, ada = await google(house, **DECLARED)

    assert (status, ada["user"]["user_id"], ada["user"]["status"]) == (200, squatted["user_id"], "active")
    assert not await house.is_signed_in(thief)
    assert (await house.post("/auth/refresh", {"refresh_token": thief["refresh_token"]}))[0] == 401
    assert (await house.post("/auth/login", {"email": "ada@example.com", "password": PASSWORD}))[0] == 401
    form = {"token": reset_code, "new_password": NEW_PASSWORD}
    assert (await house.post("/auth/reset-password", form))[0] == 400
    assert await house.is_signed_in(ada)


async def test_who_takes_an_account_over_finds_nothing_of_who_made_it(house: House) -> None:
    await house.register(date_of_birth="1970-01-01", state="TX")
    thief = await house.sign_in()
    await house.call("PUT", "/users/me/profile", a_profile(), token=thief["access_token"])
    assert (await house.get("/users/me", thief["access_token"]))[1]["profile"]
    _, ada = await google(house, **DECLARED)
    _, me = await house.get("/users/me", ada["access_token"])
    assert (me["profile"], me["email_verified"]) == (None, True)
    assert count(house, profiles) == 0
    status, profile = await house.call("PUT", "/users/me/profile", a_profile(), token=ada["access_token"])
    assert status == 200
    assert (profile["date_of_birth"], profile["state_of_residence"]) == ("1990-05-17", "CA")


async def test_an_identity_that_never_proved_the_address_is_gone_too(house: House) -> None:
    """The thief squats by an identity of their own, whose issuer did not verify the address."""
    thief = {**ADA, "sub": "thief", "email_verified": False}
    await joined(house, thief)
    status, ada = await google(house, **DECLARED)
    assert (status, ada["user"]["status"]) == (200, "active")
    status, problem = await google(house, thief, **DECLARED)
    assert (status, problem["code"]) == (409, "email-taken")
    assert field_of(house, identities.c.subject) == ADA["sub"]


async def test_a_reset_by_letter_ends_identities_that_never_proved_the_address(house: House) -> None:
    thief = {**ADA, "sub": "thief", "email_verified": False}
    await joined(house, thief)
    await house.clock.advance(1)
    await house.post("/auth/forgot-password", {"email": "ada@example.com"})
    form = {"token": await house.code(), "new_password": NEW_PASSWORD}
    assert (await house.post("/auth/reset-password", form))[0] == 200
    assert (await google(house, thief, **DECLARED))[1]["code"] == "email-taken"


async def test_two_claims_at_once_end_in_one_account_with_two_sessions(house: House) -> None:
    await house.register()
    answers = await asyncio.gather(*(google(house, **DECLARED) for _ in range(4)))
    assert [status for status, _ in answers] == [200] * 4
    assert all([await house.is_signed_in(body) for _, body in answers])


async def test_an_account_whose_holder_proves_the_address_by_letter_first_is_linked(house: House) -> None:
    registered = await house.register()
    code = await house.code()
    (_, verified), (status, body) = await asyncio.gather(
        house.post("/auth/verify-email", {"token": code}), google(house, **DECLARED)
    )
    assert verified["status"] == "active" or verified["code"] == "invalid-token"
    assert (status, body["user"]["user_id"]) == (200, registered["user_id"])


async def test_a_suspended_account_is_not_claimed(house: House) -> None:
    await house.register()
    with house.engine.begin() as connection:
        connection.execute(update(users).values(status="suspended"))
    assert (await google(house, **DECLARED))[1]["code"] == "account-not-open"


# --- Passwords of accounts that have none ---


async def test_an_account_without_a_password_cannot_be_entered_with_one(house: House) -> None:
    await joined(house)
    for password in (PASSWORD, ""):
        form = {"email": "ada@example.com", "password": password}
        status, problem = await house.post("/auth/login", form)
        assert (status, problem["code"]) == (401, "invalid-credentials")


async def test_changing_a_password_that_is_not_there_says_how_to_get_one(house: House) -> None:
    body = await joined(house)
    form = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    status, problem = await house.post("/auth/change-password", form, token=body["access_token"])
    assert (status, problem["code"]) == (409, "no-password")
    await house.clock.advance(1)
    await house.post("/auth/forgot-password", {"email": "ada@example.com"})
    reset = {"token": await house.code(), "new_password": NEW_PASSWORD}
    assert (await house.post("/auth/reset-password", reset))[0] == 200
    await house.sign_in(password=NEW_PASSWORD)
    assert (await google(house))[0] == 200


# --- Tokens ---


async def test_a_token_works_once(house: House) -> None:
    await joined(house)
    token = house.google.token(house.clock.now(), **ADA)
    answers = await asyncio.gather(*(google(house, id_token=token) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [200, 401, 401, 401, 401]
    status, problem = await google(house, id_token=token)
    assert (status, problem["code"]) == (401, "invalid-id-token")


async def test_a_token_that_opened_an_account_is_used_up(house: House) -> None:
    token = house.google.token(house.clock.now(), **ADA)
    assert (await google(house, id_token=token, **DECLARED))[0] == 201
    assert (await google(house, id_token=token, **DECLARED))[0] == 401


async def test_used_tokens_are_remembered_for_as_long_as_they_could_be_used(house: House) -> None:
    token = house.google.token(NOON, **ADA)
    await google(house, id_token=token, **DECLARED)
    for minutes in (0, 5, 5, 1, 1):
        await house.clock.advance(60 * minutes)
        await house.journal.transact(erase_old, "used ID tokens", house.clock.now())
        assert (await google(house, id_token=token))[1]["code"] == "invalid-id-token"
    assert count(house, used_id_tokens) == 0


async def test_a_token_is_good_for_ten_minutes(house: House) -> None:
    await joined(house)
    token = house.google.token(NOON, **ADA)
    await house.clock.advance(11 * 60 + 1)
    status, problem = await google(house, id_token=token)
    assert (status, problem["code"]) == (401, "invalid-id-token")
    assert "old" in problem["detail"]


async def test_a_token_for_another_app_of_ours_is_good_and_for_others_not(house: House) -> None:
    await joined(house)
    assert (await google(house, {**ADA, "aud": GOOGLE_APP, "azp": GOOGLE_ANDROID}))[0] == 200
    assert (await google(house, {**ADA, "aud": "other.example"}))[0] == 401


async def test_apples_tokens_are_not_googles(house: House) -> None:
    token = house.apple.token(NOON, **ADA)
    assert (await google(house, id_token=token, **DECLARED))[0] == 401


async def test_a_token_that_is_bound_to_a_nonce_needs_it(house: House) -> None:
    await joined(house)
    claims = {**ADA, "nonce": "n-0S6_WzA2Mj"}
    assert (await google(house, claims))[0] == 401
    assert (await google(house, claims, nonce="another"))[0] == 401
    assert (await google(house, claims, nonce="n-0S6_WzA2Mj"))[0] == 200
    assert (await google(house, nonce="n-0S6_WzA2Mj"))[0] == 401


@pytest.mark.parametrize(
    "form", [{}, {"id_token": ""}, {"id_token": 7}, {"id_token": "x" * 9000}, {"id_token": "x", "sub": "ada"}]
)
async def test_a_request_that_is_not_right_is_refused_by_field(house: House, form: dict[str, Any]) -> None:
    status, problem = await house.post("/auth/social/google", form)
    assert (status, problem["code"]) == (400, "validation")


async def test_nonsense_for_a_token_is_refused(house: House) -> None:
    for token in ("x", "a.b.c", "é", "..."):
        assert (await google(house, id_token=token))[1]["code"] == "invalid-id-token"
    assert house.google.fetches == 0


# --- Issuers ---


async def test_who_cannot_be_verified_at_this_moment_is_asked_to_come_back(house: House) -> None:
    await joined(house)
    await house.clock.advance(24 * 3600)
    house.google.status = 503
    async with house.http.post(
        "/api/v1/auth/social/google", json={"id_token": house.google.token(house.clock.now(), **ADA)}
    ) as response:
        problem = await response.json()
    assert (response.status, problem["code"]) == (503, "issuer-unreachable")
    assert int(response.headers["Retry-After"]) > 0
    house.google.status = 200
    await house.clock.advance(problem["after_ms"] / 1000)
    assert (await google(house))[0] == 200


async def test_many_who_come_at_once_are_served_by_one_fetch(house: House) -> None:
    house.google.answers.clear()
    people = [{**ADA, "sub": f"{n}", "email": f"p{n}@example.com"} for n in range(20)]
    coming = [asyncio.create_task(google(house, person, **DECLARED)) for person in people]
    await house.google.asked.wait()
    house.google.answers.set()
    assert [status for status, _ in await asyncio.gather(*coming)] == [201] * 20
    assert house.google.fetches == 1


async def test_a_rotation_of_the_issuers_keys_is_followed(house: House) -> None:
    await joined(house)
    house.google.rotate("second")
    await house.clock.advance(60)
    assert (await google(house))[0] == 200

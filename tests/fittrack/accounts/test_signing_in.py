"""Sessions: beginning, rotating and ending them; guessing passwords is in vain."""

import asyncio

import pytest
from sqlalchemy import func, select, update

from fittrack.accounts import statements
from fittrack.accounts.admin import create_admin
from fittrack.accounts.passwords import Passwords
from fittrack.db.tables.accounts import users
from fittrack.db.tables.sessions import refresh_tokens, sessions
from fittrack.kit.ids import UserId
from fittrack.kit.problems import Busy, Validation
from fittrack.kit.standing import AccountStatus
from fittrack.sessions.queries import EndReason, end_all_statement
from tests.fittrack.accounts.house import NEW_PASSWORD, NOON, PASSWORD, House


async def refresh(house: House, token: str, agent: str = "phone") -> tuple[int, dict[str, str]]:
    return await house.post("/auth/refresh", {"refresh_token": token}, headers={"User-Agent": agent})


async def test_login_answers_tokens_and_who_signed_in(house: House) -> None:
    registered = await house.verified()
    body = await house.sign_in("ADA@example.COM")
    assert body["token_type"] == "bearer"
    assert body["expires_in"] == 3600
    assert body["user"] == {
        "user_id": registered["user_id"],
        "email": "Ada@Example.com",
        "role": "user",
        "status": "active",
        "point_balance": 0,
    }
    assert await house.is_signed_in(body)


async def test_answers_with_tokens_are_never_stored(house: House) -> None:
    await house.register()
    form = {"email": "ada@example.com", "password": PASSWORD}
    async with house.http.post("/api/v1/auth/login", json=form) as response:
        assert response.headers["Cache-Control"] == "no-store"


async def test_a_pending_account_signs_in_too(house: House) -> None:
    await house.register()
    assert (await house.sign_in())["user"]["status"] == "pending"


async def test_a_wrong_password_and_an_unknown_email_are_answered_alike(house: House) -> None:
    await house.register()
    wrong = await house.post("/auth/login", {"email": "ada@example.com", "password": "Wrong-Horse-7"})
    unknown = await house.post("/auth/login", {"email": "bob@example.com", "password": "Wrong-Horse-7"})
    for answer in (wrong, unknown):
        del answer[1]["request_id"]
    assert wrong == unknown
    assert (wrong[0], wrong[1]["code"]) == (401, "invalid-credentials")


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
async def test_five_failures_lock_an_email_whether_it_exists_or_not(house: House, email: str) -> None:
    await house.register()
    codes = [
        (await house.post("/auth/login", {"email": email, "password": "Wrong-Horse-7"}))[1]["code"]
        for _ in range(6)
    ]
    assert codes == ["invalid-credentials"] * 5 + ["login-locked"]


async def test_the_right_password_does_not_open_a_locked_account_until_15_minutes_are_over(
    house: House,
) -> None:
    await house.register()
    await fail_to_sign_in(house, times=5)
    status, problem = await house.post("/auth/login", {"email": "ada@example.com", "password": PASSWORD})
    assert (status, problem["code"], problem["after_ms"]) == (429, "login-locked", 15 * 60_000)
    await house.clock.advance(15 * 60)
    await house.sign_in()


async def test_each_further_lock_is_twice_as_long_and_a_success_begins_anew(house: House) -> None:
    await house.register()
    waits = []
    for _ in range(3):
        await fail_to_sign_in(house, times=5)
        _, problem = await house.post("/auth/login", {"email": "ada@example.com", "password": PASSWORD})
        waits.append(problem["after_ms"] / 60_000)
        await house.clock.advance(problem["after_ms"] / 1000)
    assert waits == [15, 30, 60]
    await house.sign_in()
    await fail_to_sign_in(house, times=5)
    _, problem = await house.post("/auth/login", {"email": "ada@example.com", "password": PASSWORD})
    assert problem["after_ms"] == 15 * 60_000


async def test_many_guesses_at_once_do_not_get_past_the_lock(house: House) -> None:
    await house.register()
    guesses = [
        house.post("/auth/login", {"email": "ada@example.com", "password": f"Guess-{n}-xx"})
        for n in range(20)
    ]
    codes = [body["code"] for _, body in await asyncio.gather(*guesses)]
    assert codes.count("invalid-credentials") == 5
    assert codes.count("login-locked") == 15


async def test_a_suspended_account_is_told_so_only_by_its_password(house: House) -> None:
    registered = await house.verified()
    await set_status(house, registered["user_id"], AccountStatus.SUSPENDED)
    wrong = await house.post("/auth/login", {"email": "ada@example.com", "password": "Wrong-Horse-7"})
    right = await house.post("/auth/login", {"email": "ada@example.com", "password": PASSWORD})
    assert (wrong[1]["code"], right[1]["code"]) == ("invalid-credentials", "account-not-open")


async def test_signing_in_again_on_a_device_replaces_its_session(house: House) -> None:
    await house.register()
    first = await house.sign_in(device_id="phone-1")
    other = await house.sign_in(device_id="tablet-1")
    second = await house.sign_in(device_id="phone-1")
    assert [await house.is_signed_in(s) for s in (first, other, second)] == [False, True, True]


async def test_a_refresh_gives_new_tokens_and_uses_the_old_one_up(house: House) -> None:
    await house.register()
    signed_in = await house.sign_in()
    await house.clock.advance(3600)
    assert not await house.is_signed_in(signed_in)
    status, body = await refresh(house, signed_in["refresh_token"])
    assert status == 200
    assert body["refresh_token"] != signed_in["refresh_token"]
    assert await house.is_signed_in(body)


async def test_a_device_whose_answer_got_lost_gets_the_same_token_again_within_10_seconds(
    house: House,
) -> None:
    await house.register()
    signed_in = await house.sign_in()
    _, first = await refresh(house, signed_in["refresh_token"])
    await house.clock.advance(10)
    status, second = await refresh(house, signed_in["refresh_token"])
    assert status == 200
    assert second["refresh_token"] == first["refresh_token"]
    assert (await refresh(house, first["refresh_token"]))[0] == 200


@pytest.mark.parametrize(("after_s", "agent"), [(10.001, "phone"), (1, "another phone")])
async def test_a_replayed_token_ends_the_whole_session(house: House, after_s: float, agent: str) -> None:
    await house.register()
    signed_in = await house.sign_in()
    _, newer = await refresh(house, signed_in["refresh_token"])
    await house.clock.advance(after_s)
    status, problem = await refresh(house, signed_in["refresh_token"], agent)
    assert (status, problem["code"]) == (401, "invalid-refresh-token")
    assert (await refresh(house, newer["refresh_token"]))[0] == 401
    assert not await house.is_signed_in(newer)
    assert len(house.revoked) == 1


async def test_a_token_whose_successor_is_in_use_is_a_replay_even_within_10_seconds(house: House) -> None:
    await house.register()
    signed_in = await house.sign_in()
    _, second = await refresh(house, signed_in["refresh_token"])
    _, third = await refresh(house, second["refresh_token"])
    assert (await refresh(house, signed_in["refresh_token"]))[0] == 401
    assert not await house.is_signed_in(third)


async def test_a_device_that_asks_twice_at_once_stays_signed_in(house: House) -> None:
    await house.register()
    signed_in = await house.sign_in()
    answers = await asyncio.gather(*(refresh(house, signed_in["refresh_token"]) for _ in range(3)))
    assert {status for status, _ in answers} == {200}
    assert len({body["refresh_token"] for _, body in answers}) == 1


async def test_a_session_that_is_not_used_ends_after_30_days(house: House) -> None:
    await house.register()
    signed_in = await house.sign_in()
    await house.clock.advance(30 * 24 * 3600)
    assert (await refresh(house, signed_in["refresh_token"]))[0] == 401


async def test_refresh_tokens_cannot_be_read_in_the_database(house: House) -> None:
    await house.register()
    signed_in = await house.sign_in()
    _, newer = await refresh(house, signed_in["refresh_token"])
    with house.engine.connect() as connection:
        kept = b"".join(
            bytes(value or b"")
            for row in connection.execute(
                select(refresh_tokens.c.token_hash, refresh_tokens.c.successor_salt)
            )
            for value in row
        )
    assert signed_in["refresh_token"].encode() not in kept
    assert newer["refresh_token"].encode() not in kept


async def test_logout_ends_this_session_at_once_and_no_other(house: House) -> None:
    await house.register()
    one, other = await house.sign_in(), await house.sign_in()
    assert await house.is_signed_in(one)
    assert (await house.post("/auth/logout", token=one["access_token"]))[0] == 204
    assert [await house.is_signed_in(one), await house.is_signed_in(other)] == [False, True]
    assert (await refresh(house, one["refresh_token"]))[0] == 401
    assert len(house.revoked) == 1


async def test_logout_all_ends_every_session_of_the_account_only(house: House) -> None:
    await house.register()
    await house.register(email="bob@example.com")
    mine = [await house.sign_in(), await house.sign_in()]
    theirs = await house.sign_in("bob@example.com")
    assert (await house.post("/auth/logout-all", token=mine[0]["access_token"]))[0] == 204
    assert [await house.is_signed_in(s) for s in (*mine, theirs)] == [False, False, True]
    assert len(house.revoked) == 2


async def test_sessions_are_listed_and_can_be_ended_one_by_one(house: House) -> None:
    await house.register()
    phone, tablet = await house.sign_in(device_id="phone-1"), await house.sign_in(device_id="tablet-1")
    _, listed = await house.get("/users/me/sessions", phone["access_token"])
    assert [(s["device_id"], s["current"]) for s in listed["items"]] == [
        ("tablet-1", False),
        ("phone-1", True),
    ]
    path = f"/users/me/sessions/{listed['items'][0]['session_id']}"
    assert (await house.call("DELETE", path, token=phone["access_token"]))[0] == 204
    assert not await house.is_signed_in(tablet)
    assert (await house.call("DELETE", path, token=phone["access_token"]))[0] == 404


async def test_nobody_ends_somebody_elses_session(house: House) -> None:
    await house.register()
    await house.register(email="bob@example.com")
    ada, bob = await house.sign_in(), await house.sign_in("bob@example.com")
    _, listed = await house.get("/users/me/sessions", ada["access_token"])
    path = f"/users/me/sessions/{listed['items'][0]['session_id']}"
    assert (await house.call("DELETE", path, token=bob["access_token"]))[0] == 404
    assert await house.is_signed_in(ada)


async def test_what_another_node_ended_is_noticed_by_the_next_look(house: House) -> None:
    registered = await house.register()
    signed_in = await house.sign_in()
    assert await house.is_signed_in(signed_in)
    await house.clock.advance(1)
    with house.engine.begin() as connection:
        user_id = UserId(connection.execute(select(users.c.user_id)).scalar_one())
        connection.execute(end_all_statement(user_id, house.clock.now(), EndReason.STATUS))
    assert str(user_id) == registered["user_id"]
    await house.watch.poll()
    await house.watch.poll()
    assert not await house.is_signed_in(signed_in)
    assert len(house.revoked) == 1


async def test_a_forgotten_password_is_reset_by_letter_and_ends_every_session(house: House) -> None:
    await house.verified()
    signed_in = await house.sign_in()
    await house.clock.advance(1)
    assert (await house.post("/auth/forgot-password", {"email": "ada@example.com"}))[0] == 202
    form = {"token": await house.code(), "new_password": NEW_PASSWORD}
    assert (await house.post("/auth/reset-password", form))[0] == 200
    assert not await house.is_signed_in(signed_in)
    assert (await house.post("/auth/login", {"email": "ada@example.com", "password": PASSWORD}))[0] == 401
    await house.sign_in(password=NEW_PASSWORD)
    status, problem = await house.post("/auth/reset-password", form)
    assert (status, problem["code"]) == (400, "invalid-token")


async def test_a_reset_code_is_good_for_an_hour_and_for_nothing_else(house: House) -> None:
    await house.register()
    await house.clock.advance(1)
    await house.post("/auth/forgot-password", {"email": "ada@example.com"})
    token = await house.code()
    assert (await house.post("/auth/verify-email", {"token": token}))[0] == 400
    await house.clock.advance(3600)
    form = {"token": token, "new_password": NEW_PASSWORD}
    assert (await house.post("/auth/reset-password", form))[0] == 400


async def test_a_reset_opens_a_locked_account(house: House) -> None:
    await house.register()
    await fail_to_sign_in(house, times=5)
    await house.clock.advance(1)
    await house.post("/auth/forgot-password", {"email": "ada@example.com"})
    form = {"token": await house.code(), "new_password": NEW_PASSWORD}
    await house.post("/auth/reset-password", form)
    await house.sign_in(password=NEW_PASSWORD)


async def test_a_changed_password_ends_every_other_session(house: House) -> None:
    await house.register()
    here, there = await house.sign_in(), await house.sign_in()
    form = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert (await house.post("/auth/change-password", form, token=here["access_token"]))[0] == 200
    assert [await house.is_signed_in(here), await house.is_signed_in(there)] == [True, False]
    await house.sign_in(password=NEW_PASSWORD)


async def test_a_stolen_session_cannot_guess_the_password(house: House) -> None:
    await house.register()
    signed_in = await house.sign_in()
    form = {"current_password": "Wrong-Horse-77", "new_password": NEW_PASSWORD}
    codes = [
        (await house.post("/auth/change-password", form, token=signed_in["access_token"]))[1]["code"]
        for _ in range(6)
    ]
    assert codes == ["validation"] * 5 + ["login-locked"]


async def test_a_hash_of_weaker_parameters_is_renewed_at_login(house: House) -> None:
    await house.register()
    weaker = Passwords(memory_kib=32, passes=1)
    old_hash = await weaker.hash(PASSWORD)
    weaker.stop()
    with house.engine.begin() as connection:
        connection.execute(update(users).values(password_hash=old_hash))
    await house.sign_in()
    with house.engine.connect() as connection:
        assert connection.execute(select(users.c.password_hash)).scalar_one() != old_hash
    await house.sign_in()


async def test_the_first_admin_is_made_from_the_command_line(house: House) -> None:
    await create_admin(house.engine, "Admin@Example.com", PASSWORD, now=NOON)
    signed_in = await house.sign_in("admin@example.com")
    assert (signed_in["user"]["role"], signed_in["user"]["status"]) == ("admin", "active")
    with pytest.raises(Validation, match="12"):
        await create_admin(house.engine, "other@example.com", "short", now=NOON)


async def test_too_many_people_at_once_are_asked_to_come_back(house: House) -> None:
    tries = [house.passwords.verify("x", None) for _ in range(100)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Busy) for result in results) == 100 - 64


async def test_nothing_is_left_of_a_login_that_was_refused(house: House) -> None:
    await house.register()
    await fail_to_sign_in(house, times=1)
    with house.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(sessions)).scalar_one() == 0


async def fail_to_sign_in(house: House, *, times: int) -> None:
    for _ in range(times):
        status, _ = await house.post("/auth/login", {"email": "ada@example.com", "password": "Wrong-Horse-7"})
        assert status == 401


async def set_status(house: House, user_id: str, status: AccountStatus) -> None:
    with house.engine.begin() as connection:
        found = connection.execute(select(users.c.user_id)).scalar_one()
        assert str(found) == user_id
        for statement in statements.change_status(UserId(found), status, house.clock.now()):
            connection.execute(statement)

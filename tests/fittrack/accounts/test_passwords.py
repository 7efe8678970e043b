"""Passwords: hashed as OWASP says, beside the event loop, by so many at a time; and not one's own address."""

import asyncio
import threading

import pytest

from fittrack.accounts.passwords import WAITING_MAX, Passwords
from tests.fittrack.accounts.house import NEW_PASSWORD, PASSWORD, House, a_registration

OWN_ADDRESS = "X1!ada@EXAMPLE.com"
"""It has all that a password needs, and is the first that anybody would try."""


async def test_a_hash_is_argon2id_with_owasps_parameters() -> None:
    passwords = Passwords()
    try:
        assert (await passwords.hash(PASSWORD)).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    finally:
        passwords.stop()


async def test_the_event_loop_goes_on_while_a_password_is_hashed() -> None:
    passwords, turns = Passwords(), 0
    hashing = asyncio.create_task(passwords.hash(PASSWORD))
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    passwords.stop()
    assert turns > 10


async def test_a_flood_is_told_to_come_back_and_leaves_what_needs_no_hash_alone(house: House) -> None:
    await house.register()
    signed_in = await house.sign_in()
    over = threading.Event()  # hashes that take as long as the test wants
    flood = [asyncio.create_task(house.passwords._run(over.wait)) for _ in range(WAITING_MAX)]
    await asyncio.sleep(0)
    for path, form in (
        ("/auth/login", {"email": "ada@example.com", "password": PASSWORD}),
        ("/auth/login", {"email": "nobody@example.com", "password": PASSWORD}),
        ("/auth/register", a_registration(email="bob@example.com")),
    ):
        status, problem = await house.post(path, form)
        assert (status, problem["code"]) == (503, "busy")
        assert problem["after_ms"] > 0
    assert await house.is_signed_in(signed_in)
    over.set()
    await asyncio.gather(*flood)
    await house.sign_in()


async def test_nobody_registers_with_their_address_for_a_password(house: House) -> None:
    status, problem = await house.post("/auth/register", a_registration(password=OWN_ADDRESS))
    assert (status, problem["errors"]) == (400, [{"pointer": "/password", "detail": "Not the email address"}])
    await house.register(password=OWN_ADDRESS, email="bob@example.com")


async def test_nobody_changes_to_their_address(house: House) -> None:
    await house.register()
    token = (await house.sign_in())["access_token"]
    form = {"current_password": PASSWORD, "new_password": OWN_ADDRESS}
    status, problem = await house.post("/auth/change-password", form, token=token)
    assert (status, problem["errors"][0]["pointer"]) == (422, "/new_password")


async def test_nobody_resets_to_their_address_and_the_code_stays_good(house: House) -> None:
    await house.register()
    await house.clock.advance(1)
    await house.post("/auth/forgot-password", {"email": "ada@example.com"})
    code = await house.code()
    status, problem = await house.post("/auth/reset-password", {"token": code, "new_password": OWN_ADDRESS})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/new_password")
    form = {"token": code, "new_password": NEW_PASSWORD}
    assert (await house.post("/auth/reset-password", form))[0] == 200


async def test_a_reset_code_works_once_even_for_many_at_once(house: House) -> None:
    await house.register()
    await house.clock.advance(1)
    await house.post("/auth/forgot-password", {"email": "ada@example.com"})
    code = await house.code()
    forms = [{"token": code, "new_password": f"{NEW_PASSWORD}-{n}"} for n in range(5)]
    answers = await asyncio.gather(*(house.post("/auth/reset-password", form) for form in forms))
    assert sorted(status for status, _ in answers) == [200, 400, 400, 400, 400]


@pytest.mark.parametrize("path", ["/auth/forgot-password", "/auth/resend-verification"])
async def test_a_newer_code_ends_the_former_one(house: House, path: str) -> None:
    await house.register()
    codes = []
    for _ in range(2):
        await house.clock.advance(60)
        await house.post(path, {"email": "ada@example.com"})
        codes.append(await house.code())
    if path == "/auth/forgot-password":
        answers = [
            await house.post("/auth/reset-password", {"token": code, "new_password": NEW_PASSWORD})
            for code in codes
        ]
    else:
        answers = [await house.post("/auth/verify-email", {"token": code}) for code in codes]
    assert [status for status, _ in answers] == [400, 200]

"""Accounts on two nodes at once: whatever comes in between, what one ended stays ended, and once is once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection

from fittrack.accounts import codes, queries, statements
from fittrack.accounts.admin import create_admin
from fittrack.accounts.registration import create
from fittrack.accounts.rules import FAILED_LOGINS_MAX
from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.sealing import Sealer
from fittrack.kit.standing import AccountStatus, Role
from fittrack.mail.postbox import Postbox
from fittrack.sessions.queries import EndReason, end_all_statement
from tests.admins import Authenticator
from tests.fittrack.accounts.house import NEW_PASSWORD, PASSWORD, House, a_registration, build, tear_down
from tests.rest_house import Answer
from tests.two_nodes import LOCKING, meanwhile, transact

THIRD_PASSWORD = "Third-Horse-9-Battery"
CONSENT = {"accepted_terms": True, "accepted_rules": True}
_numbers = count(1)

Nodes = tuple[House, House]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One database for all tests here: each has people of its own."""
    return tmp_path_factory.mktemp("two-nodes")


@pytest.fixture
async def nodes(folder: Path) -> AsyncIterator[Nodes]:
    here, there = await build(folder), await build(folder)
    yield here, there
    for house in (here, there):
        await tear_down(house)


@pytest.fixture
def address() -> str:
    return f"somebody{next(_numbers)}@example.com"


async def test_a_session_that_begins_while_the_password_changes_needs_the_new_one(
    nodes: Nodes, address: str
) -> None:
    here, there = nodes
    await there.verified(email=address)
    phone = await there.sign_in(address)
    form = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    changing = granted(there, "/auth/change-password", form, token=phone["access_token"])
    assert await meanwhile(here.engine, signing_in(here, address), changing) == 401
    assert await live_sessions(there, phone) == 1


async def test_no_session_begins_in_an_account_that_is_suspended_meanwhile(
    nodes: Nodes, address: str
) -> None:
    here, there = nodes
    user_id = UserId(UUID((await there.verified(email=address))["user_id"]))

    async def suspend() -> None:
        await transact(there.engine, _suspend, user_id, there.clock.now())

    assert await meanwhile(here.engine, signing_in(here, address), suspend) in (401, 403)
    await transact(there.engine, _reinstate, user_id, there.clock.now())
    assert await live_sessions(there, await there.sign_in(address)) == 1


async def test_a_session_that_ended_meanwhile_is_not_refreshed(nodes: Nodes, address: str) -> None:
    here, there = nodes
    await there.verified(email=address)
    phone = await there.sign_in(address)
    refresh = {"refresh_token": phone["refresh_token"]}
    leaving = granted(there, "/auth/logout-all", token=phone["access_token"])
    assert await meanwhile(here.engine, posting(here, "/auth/refresh", refresh), leaving) == 401


async def test_a_refresh_at_two_nodes_at_once_has_one_successor(nodes: Nodes, address: str) -> None:
    here, there = nodes
    await there.verified(email=address)
    refresh = {"refresh_token": (await there.sign_in(address))["refresh_token"]}
    answers: list[Any] = []

    async def refreshing(house: House) -> None:
        status, body = await house.post("/auth/refresh", refresh)
        assert status == 200, body
        answers.append(body["refresh_token"])

    await meanwhile(here.engine, lambda: refreshing(here), lambda: refreshing(there))
    assert len(set(answers)) == 1


async def test_a_device_that_signs_in_at_two_nodes_at_once_has_one_session(
    nodes: Nodes, address: str
) -> None:
    here, there = nodes
    await there.verified(email=address)
    assert (
        await meanwhile(
            here.engine,
            signing_in(here, address, device_id="phone"),
            granted(there, "/auth/login", {"email": address, "password": PASSWORD, "device_id": "phone"}),
        )
        == 200
    )
    assert await live_sessions(there, await there.sign_in(address)) == 2


@pytest.mark.parametrize("before", [0, FAILED_LOGINS_MAX - 2], ids=["the first", "the last"])
async def test_wrong_passwords_at_two_nodes_at_once_are_both_counted(
    nodes: Nodes, address: str, before: int
) -> None:
    here, there = nodes
    await there.verified(email=address)
    wrong = {"email": address, "password": "Wrong-Horse-7-Battery"}

    async def guess(times: int = 1) -> None:
        for _ in range(times):
            assert (await there.post("/auth/login", wrong))[0] == 401

    await guess(before)
    # Of those who begin to count, each would make the row.
    at = "INSERT INTO attempts" if before == 0 else LOCKING
    assert await meanwhile(here.engine, posting(here, "/auth/login", wrong), guess, at=at) == 401
    await guess(FAILED_LOGINS_MAX - 2 - before)
    assert (await there.post("/auth/login", {"email": address, "password": PASSWORD}))[0] == 429


async def test_a_reset_code_that_is_used_at_two_nodes_at_once_works_once(nodes: Nodes, address: str) -> None:
    here, there = nodes
    await there.verified(email=address)
    await there.clock.advance(1)
    await there.post("/auth/forgot-password", {"email": address})
    code = await there.code()
    resetting = granted(there, "/auth/reset-password", {"token": code, "new_password": NEW_PASSWORD})
    late = posting(here, "/auth/reset-password", {"token": code, "new_password": THIRD_PASSWORD})
    assert await meanwhile(here.engine, late, resetting) == 400
    await there.sign_in(address, password=NEW_PASSWORD)


async def test_an_invitation_that_is_accepted_at_two_nodes_at_once_is_accepted_once(
    nodes: Nodes, address: str
) -> None:
    here, there = nodes
    await transact(there.engine, _invite, address, there)
    form = {"token": await there.code(), **CONSENT}
    accepting = granted(there, "/auth/accept-invitation", {**form, "password": NEW_PASSWORD})
    late = posting(here, "/auth/accept-invitation", {**form, "password": THIRD_PASSWORD})
    assert await meanwhile(here.engine, late, accepting) == 400
    await there.sign_in(address, password=NEW_PASSWORD)


async def test_an_address_that_registers_at_two_nodes_at_once_has_one_account(
    nodes: Nodes, address: str
) -> None:
    here, there = nodes
    form = a_registration(email=address)
    registering = granted(there, "/auth/register", form)
    assert await meanwhile(here.engine, posting(here, "/auth/register", form), registering) == 409


async def test_a_key_that_comes_to_two_nodes_at_once_has_one_effect_and_one_answer(
    nodes: Nodes, address: str
) -> None:
    here, there = nodes
    form, key = a_registration(email=address), {"Idempotency-Key": str(uuid4())}
    answers: list[Answer] = []

    async def register(house: House) -> int:
        answers.append(await house.post("/auth/register", form, headers=key))
        return answers[-1][0]

    await meanwhile(here.engine, lambda: register(here), lambda: register(there))
    if answers[-1][0] == 503:  # who was slower does not know the answer yet
        await register(here)
    assert answers[0] == answers[-1]
    assert answers[0][0] == 201


@pytest.mark.parametrize("means", ["authenticator", "recovery code"])
async def test_a_second_factor_that_is_shown_at_two_nodes_at_once_counts_once(
    nodes: Nodes, address: str, means: str
) -> None:
    here, there = nodes
    await create_admin(there.engine, address, PASSWORD, now=there.clock.now())
    token = (await there.sign_in(address))["access_token"]
    _, enrolled = await there.post("/auth/mfa/enroll", {"password": PASSWORD}, token=token)
    app = Authenticator(enrolled["secret"])
    _, confirmed = await there.post("/auth/mfa/confirm", {"code": app.code(there.clock.now())}, token=token)
    shown = confirmed["recovery_codes"][0]
    if means == "authenticator":
        shown = app.code(there.clock.now(), steps=1)
    verifying = granted(there, "/auth/mfa/verify", {"code": shown}, token=token)
    late = posting(here, "/auth/mfa/verify", {"code": shown}, token=token)
    assert await meanwhile(here.engine, late, verifying) == 422


async def test_who_comes_by_google_to_two_nodes_at_once_has_one_account(nodes: Nodes, address: str) -> None:
    here, there = nodes
    claims = {"sub": address, "email": address, "email_verified": True}
    declared = {"date_of_birth": "1990-05-17", "state": "TX", **CONSENT}

    def entering(house: House) -> Callable[[], Awaitable[int]]:
        form = {"id_token": house.google.token(house.clock.now(), **claims), **declared}
        return posting(house, "/auth/social/google", form)

    opened: list[int] = []

    async def open_there() -> None:
        opened.append(await entering(there)())

    assert await meanwhile(here.engine, entering(here), open_there) == 200
    assert opened == [201]


def posting(house: House, path: str, form: Any = None, **options: Any) -> Callable[[], Awaitable[int]]:
    """A request; it comes to its status."""

    async def post() -> int:
        return (await house.post(path, form, **options))[0]

    return post


def granted(house: House, path: str, form: Any = None, **options: Any) -> Callable[[], Awaitable[None]]:
    """A request that is not refused."""

    async def post() -> None:
        status, body = await house.post(path, form, **options)
        assert status < 300, body

    return post


def signing_in(house: House, address: str, **options: Any) -> Callable[[], Awaitable[int]]:
    return posting(house, "/auth/login", {"email": address, "password": PASSWORD, **options})


async def live_sessions(house: House, signed_in: dict[str, Any]) -> int:
    status, body = await house.get("/users/me/sessions", signed_in["access_token"])
    assert status == 200, body
    return len(body["items"])


def _suspend(connection: Connection, user_id: UserId, now: Any) -> None:
    """What a unit of the account writes."""
    for statement in statements.change_status(user_id, AccountStatus.SUSPENDED, now):
        connection.execute(statement)
    connection.execute(end_all_statement(user_id, now, EndReason.STATUS))


def _reinstate(connection: Connection, user_id: UserId, now: Any) -> None:
    for statement in statements.change_status(user_id, AccountStatus.ACTIVE, now):
        connection.execute(statement)


def _invite(connection: Connection, address: str, house: House) -> None:
    now, user_id = house.clock.now(), UserId(uuid7())
    new = queries.NewAccount(
        user_id=user_id,
        unit_id=uuid7(),
        email=address,
        email_key=address,
        password_hash=None,
        date_of_birth=now.date().replace(year=1990),
        state="TX",
        role=Role.USER,
        status=AccountStatus.PENDING,
        rules_version=None,
        now=now,
    )
    create(connection, new)
    codes.mail(connection, codes.invitation(Postbox(Sealer({"k1": bytes(32)})), user_id, now))

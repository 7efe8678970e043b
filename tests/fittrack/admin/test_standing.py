"""Suspending, banning, reinstating; giving roles. There is always an admin left."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from fittrack.accounts.commands import ChangeRole, ChangeStatus
from fittrack.accounts.passwords import Passwords
from fittrack.accounts.problems import LastAdmin
from fittrack.app import Node
from fittrack.kit.ids import uuid7
from fittrack.kit.intention import Intention
from fittrack.kit.standing import AccountStatus, Role
from fittrack.server.asking import USER
from protocol.shapes import instant
from tests.actors.house import House
from tests.door import Door, a_player, an_admin
from tests.fittrack.admin.records import actions_on
from tests.world import no_fatal

SUSPENDED = {"status": "suspended", "reason": "Under investigation"}


def at(door: Door, what: str = "status") -> str:
    return f"/admin/users/{door.user_id}/{what}"


async def test_a_suspended_account_is_out_at_once_and_back_when_reinstated(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client)
    status, standing = await admin.put(at(player), SUSPENDED)
    assert (status, standing["status"]) == (200, "suspended")
    assert (await player.call("GET", "/auth/me"))[0] == 401
    assert (await admin.put(at(player), {"status": "active", "reason": "Cleared"}))[1]["status"] == "active"
    assert (await player.call("GET", "/auth/me"))[0] == 401, "its session has ended for good"
    assert [note.notification_type for note in await house.inbox(player.user_id)] == [
        "account_status_change"
    ] * 2


async def test_what_is_so_already_conflicts(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client)
    still = {"status": "active", "reason": "Why not"}
    assert await admin.refused(at(player), still, method="PUT") == "status-conflict"


async def test_nobody_becomes_active_without_a_verified_email(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client, status=AccountStatus.PENDING)
    await admin.granted(at(player), SUSPENDED, method="PUT")
    back = await admin.granted(at(player), {"status": "active", "reason": "Cleared"}, method="PUT")
    assert back["status"] == "pending"


@pytest.mark.parametrize(
    "body",
    [
        {"status": "deleted", "reason": "Gone"},
        {"status": "pending", "reason": "Again"},
        {"status": "banned"},
        {"status": "banned", "reason": "   "},
        {"status": "banned", "reason": "x" * 501},
    ],
)
async def test_a_status_needs_to_be_one_and_a_reason(house: House, admin: Door, body: object) -> None:
    player = await a_player(house, admin.client)
    assert await admin.refused(at(player), body, method="PUT") == "validation"


async def test_a_role_needs_a_fresh_check_a_status_does_not(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client)
    assert await admin.refused(at(player, "role"), {"role": "admin"}, method="PUT") == "mfa-required"
    await admin.set_up()
    await admin.granted(at(player, "role"), {"role": "admin"}, method="PUT")
    await admin.clock.advance(600)
    assert await admin.refused(at(player, "role"), {"role": "user"}, method="PUT") == "mfa-required"
    await admin.granted(at(player), SUSPENDED, method="PUT")


async def test_premium_has_an_end_that_is_to_come_and_nothing_else_has(house: House, checked: Door) -> None:
    player, now = await a_player(house, checked.client), checked.clock.now()
    for body in (
        {"role": "premium"},
        {"role": "premium", "premium_expires_at": instant(now)},
        {"role": "user", "premium_expires_at": instant(now + timedelta(days=1))},
    ):
        status, problem = await checked.put(at(player, "role"), body)
        assert (status, problem["errors"][0]["pointer"]) == (422, "/premium_expires_at")
    ends = instant(now + timedelta(days=1))
    given = await checked.granted(
        at(player, "role"), {"role": "premium", "premium_expires_at": ends}, method="PUT"
    )
    assert (given["role"], given["premium_expires_at"]) == ("premium", ends)
    assert (await player.get("/users/me"))["premium_expires_at"] == ends
    taken = await checked.granted(at(player, "role"), {"role": "user"}, method="PUT")
    assert (taken["role"], taken["premium_expires_at"]) == ("user", None)


async def test_a_role_counts_from_the_next_request_on(house: House, checked: Door) -> None:
    player = await a_player(house, checked.client)
    await checked.granted(at(player, "role"), {"role": "admin"}, method="PUT")
    await player.get("/admin/users")
    await checked.granted(at(player, "role"), {"role": "user"}, method="PUT")
    assert await player.refused("/admin/users", method="GET") == "forbidden"


async def test_an_account_that_changed_since_it_was_read_is_left_alone(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client)
    async with admin.client.get(
        f"/api/v1/admin/users/{player.user_id}", headers={"Authorization": f"Bearer {admin.token}"}
    ) as response:
        etag = response.headers["ETag"]
    await house.clock.advance(1)
    assert (await admin.put(at(player), SUSPENDED, **{"If-Match": etag}))[0] == 200
    await house.clock.advance(1)
    banned = {"status": "banned", "reason": "It was he"}
    status, problem = await admin.put(at(player), banned, **{"If-Match": etag})
    assert (status, problem["code"]) == (412, "precondition-failed")
    assert (await admin.get(f"/admin/users/{player.user_id}"))["status"] == "suspended"


async def test_a_change_that_is_repeated_with_its_key_is_not_held_against_its_version(
    house: House, admin: Door
) -> None:
    player = await a_player(house, admin.client)
    seen = f'"{(await admin.get(f"/admin/users/{player.user_id}"))["standing_changed_at"]}"'
    await house.clock.advance(1)
    headers = {"If-Match": seen, "Idempotency-Key": "once"}
    assert await admin.put(at(player), SUSPENDED, **headers) == await admin.put(
        at(player), SUSPENDED, **headers
    )


async def test_a_key_that_is_none_is_told_before_the_version(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client)
    status, _ = await admin.put(at(player), SUSPENDED, **{"If-Match": "", "Idempotency-Key": "é"})
    assert status == 400


async def test_an_admin_does_not_change_his_own_standing(house: House, checked: Door) -> None:
    await an_admin(house, checked.client, "another")
    assert await checked.refused(at(checked), SUSPENDED, method="PUT") == "own-standing"
    assert await checked.refused(at(checked, "role"), {"role": "user"}, method="PUT") == "own-standing"
    await checked.get("/admin/users")


@pytest.mark.parametrize(
    "wish",
    [
        ChangeRole(role=Role.USER, reason="So be it"),
        ChangeStatus(status=AccountStatus.BANNED, reason="So be it"),
    ],
)
async def test_the_last_admin_stays(house: House, admin: Door, wish: ChangeRole | ChangeStatus) -> None:
    second = await an_admin(house, admin.client, "second")
    await house.do(second.user_id, wish)
    with pytest.raises(LastAdmin):
        await house.do(admin.user_id, wish)
    await admin.get("/admin/users")


@pytest.fixture
async def elsewhere(house: House) -> AsyncIterator[Node]:
    """A second node on the same database."""
    passwords = Passwords(memory_kib=8, passes=1, threads=1)
    node = Node(house.node.settings, on_fatal=no_fatal, clock=house.clock, passwords=passwords)
    yield node
    await node.close()


async def test_of_two_admins_who_depose_each_other_on_two_nodes_one_stays(
    house: House, admin: Door, elsewhere: Node
) -> None:
    second = await an_admin(house, admin.client, "second")
    wish = Intention(ChangeRole(role=Role.USER, reason="You or me"))
    outcomes = await asyncio.gather(
        house.node.registry.ref(USER, admin.user_id).ask(wish),
        elsewhere.registry.ref(USER, second.user_id).ask(wish),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, LastAdmin) for outcome in outcomes) == 1
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1


async def test_who_did_it_why_and_from_where_is_on_record(house: House, checked: Door) -> None:
    player = await a_player(house, checked.client)
    ends = instant(checked.clock.now() + timedelta(days=1))
    await checked.granted(at(player), SUSPENDED, method="PUT")
    await house.clock.advance(1)
    body = {"role": "premium", "premium_expires_at": ends, "reason": "A prize"}
    await checked.granted(at(player, "role"), body, method="PUT")
    status, role = await actions_on(checked, player)
    standing = {"status": "active", "role": "user", "premium_expires_at": None}
    assert (status["action"], status["actor_id"]) == ("user.status", str(checked.user_id))
    assert (status["before"], status["after"]) == (standing, standing | {"status": "suspended"})
    assert (status["reason"], status["address"]) == ("Under investigation", "127.0.0.1")
    assert (role["action"], role["actor_email"]) == ("user.role", checked.email)
    assert role["after"] == {"status": "suspended", "role": "premium", "premium_expires_at": ends}
    assert role["reason"] == "A prize"


async def test_what_is_refused_is_not_on_record(checked: Door) -> None:
    await checked.refused(at(checked), SUSPENDED, method="PUT")
    recorded = [record["action"] for record in await actions_on(checked, checked)]
    assert sorted(recorded) == ["mfa.confirm", "mfa.enroll"]


async def test_an_account_that_is_none_cannot_be_changed(checked: Door) -> None:
    nobody = f"/admin/users/{uuid7()}"
    assert await checked.refused(f"{nobody}/status", SUSPENDED, method="PUT") == "not-found"
    assert await checked.refused(f"{nobody}/role", {"role": "user"}, method="PUT") == "not-found"
    status, _ = await checked.put(f"{nobody}/status", SUSPENDED, **{"If-Match": '"1"'})
    assert status == 404

"""A code works once, on any node; guessing is in vain; a check counts for ten minutes of its session."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from fittrack.accounts.passwords import Passwords
from fittrack.app import Node
from fittrack.db.tables.sessions import mfa_used_codes
from tests.actors.house import House
from tests.door import Door, opened
from tests.world import no_fatal


@pytest.fixture
async def elsewhere(house: House) -> AsyncIterator[Node]:
    """A second node on the same database, which hears nothing of the first but from there."""
    node = Node(
        house.node.settings,
        on_fatal=no_fatal,
        clock=house.clock,
        passwords=Passwords(memory_kib=8, passes=1, threads=1),
    )
    yield node
    await node.close()


async def test_a_code_works_once_and_in_one_session_only(checked: Door) -> None:
    await checked.clock.advance(30)
    other = await checked.signed_in_again()
    code = checked.code()
    assert await checked.verify(code) == "checked"
    assert await checked.verify(code) == "wrong-code"
    assert await other.verify(code) == "wrong-code"
    assert not await other.may_step_up()


async def test_the_code_that_confirmed_the_factor_is_used_up_too(checked: Door) -> None:
    assert await checked.verify(checked.code()) == "wrong-code"


async def test_the_codes_of_the_step_before_and_after_are_taken_and_none_further_away(checked: Door) -> None:
    await checked.clock.advance(5 * 60)
    outcomes = [await checked.verify(checked.code(steps)) for steps in (-2, -1, 0, 1, 2)]
    assert outcomes == ["wrong-code", "checked", "checked", "checked", "wrong-code"]


async def test_a_code_is_good_until_the_step_after_its_own_is_over(checked: Door) -> None:
    await checked.clock.advance(30)
    code, later = checked.code(), checked.code(1)
    await checked.clock.advance(59.999)
    assert await checked.verify(code) == "checked"
    await checked.clock.advance(30)
    assert await checked.verify(later) == "checked"
    code = checked.code()
    await checked.clock.advance(60)
    assert await checked.verify(code) == "wrong-code"


async def test_a_code_that_is_sent_many_times_at_once_counts_once(checked: Door) -> None:
    await checked.clock.advance(30)
    outcomes = await asyncio.gather(*(checked.verify(checked.code()) for _ in range(4)))
    assert sorted(outcomes) == ["checked", "wrong-code", "wrong-code", "wrong-code"]


async def test_five_wrong_codes_lock_the_factor_even_for_the_right_one(checked: Door) -> None:
    await checked.clock.advance(30)
    assert [await checked.verify(f"00000{n}") for n in range(6)] == ["wrong-code"] * 5 + ["login-locked"]
    assert await checked.verify(checked.code()) == "login-locked"
    assert await checked.verify(checked.recovery_codes[0]) == "login-locked"
    await checked.clock.advance(15 * 60)
    assert await checked.verify(checked.code()) == "checked"


async def test_many_guesses_at_once_do_not_get_past_the_lock(checked: Door) -> None:
    outcomes = await asyncio.gather(*(checked.verify(f"0000{n:02}") for n in range(20)))
    assert (outcomes.count("wrong-code"), outcomes.count("login-locked")) == (5, 15)


async def test_a_recovery_code_works_once_however_it_is_typed(checked: Door) -> None:
    first, second = checked.recovery_codes[:2]
    status, answer = await checked.post("/auth/mfa/verify", {"code": first})
    assert (status, answer["recovery_codes_left"]) == (200, 9)
    assert await checked.verify(first) == "wrong-code"
    assert await checked.verify(f" {second.lower().replace('-', ' ')} ") == "checked"


async def test_a_recovery_code_that_is_sent_many_times_at_once_counts_once(checked: Door) -> None:
    code = checked.recovery_codes[0]
    outcomes = await asyncio.gather(*(checked.verify(code) for _ in range(4)))
    assert outcomes.count("checked") == 1


async def test_a_check_counts_for_ten_minutes_to_the_millisecond(checked: Door) -> None:
    assert await checked.may_step_up()
    await checked.clock.advance(599.999)
    assert await checked.may_step_up()
    await checked.clock.advance(0.001)
    assert not await checked.may_step_up(), "though the token was verified, and is remembered"
    assert await checked.verify(checked.code()) == "checked"
    assert await checked.may_step_up()


async def test_a_check_counts_for_the_session_that_showed_it_alone(checked: Door) -> None:
    other = await checked.signed_in_again()
    assert not await other.may_step_up()
    assert await checked.may_step_up()


async def test_a_check_does_not_outlive_its_session(checked: Door) -> None:
    assert (await checked.post("/auth/logout"))[0] == 204
    assert (await checked.post("/auth/mfa/verify", {"code": checked.code(1)}))[0] == 401
    again = await checked.signed_in_again()
    assert not await again.may_step_up()


async def test_a_refused_step_up_says_so_before_anything_is_looked_at(admin: Door) -> None:
    status, problem = await admin.post(
        "/drawings/00000000-0000-0000-0000-000000000000/beacon", {"round": "x"}
    )
    assert (status, problem["type"]) == (403, "/problems/mfa-required")


async def test_a_code_used_on_one_node_is_used_on_the_other(
    house: House, checked: Door, elsewhere: Node
) -> None:
    async with opened(elsewhere) as client:
        there = checked.on(client)
        await checked.clock.advance(30)
        code, recovery = checked.code(), checked.recovery_codes[0]
        assert await checked.verify(code) == "checked"
        assert await there.verify(code) == "wrong-code"
        assert await there.verify(recovery) == "checked"
        assert await checked.verify(recovery) == "wrong-code"


async def test_a_check_on_one_node_is_known_to_the_other_at_its_next_look(
    house: House, admin: Door, elsewhere: Node
) -> None:
    async with opened(elsewhere) as client:
        there = admin.on(client)
        assert not await there.may_step_up(), "and now it remembers the token so"
        await admin.set_up()
        assert await admin.may_step_up(), "this node knows at once"
        await elsewhere.actors.watch.poll()
        assert await there.may_step_up()
        assert (await admin.post("/auth/logout"))[0] == 204
        await elsewhere.actors.watch.poll()
        assert (await there.post(f"/drawings/{admin.user_id}/execute"))[0] == 401


async def test_wrong_codes_on_two_nodes_are_counted_together(
    house: House, checked: Door, elsewhere: Node
) -> None:
    async with opened(elsewhere) as client:
        there = checked.on(client)
        outcomes = [await door.verify("000000") for door in (checked, there) * 3]
    assert outcomes == ["wrong-code"] * 5 + ["login-locked"]


async def test_used_codes_are_forgotten_once_they_cannot_come_back(house: House, checked: Door) -> None:
    for _ in range(4):
        await checked.clock.advance(9 * 60)
        assert await checked.verify(checked.code()) == "checked"
    with house.node.storage.read_engine.connect() as conn:
        assert len(conn.execute(select(mfa_used_codes)).all()) <= 2

"""What clocks, admins and accidents do to drawings, on a real server."""

import asyncio
import signal
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from fittrack.fairness.verification import verify_file
from fittrack.kit.clock import SystemClock
from tests.admins import PRIZES, open_drawing, step_up
from tests.bets import Bets
from tests.evidence import assert_each_once, assert_sound, heads
from tests.players import Rest, client, problem_code
from tests.server import Server, serving
from tests.stage import POINTS, Stage, eventually
from tests.world import Member

BUYERS = 40


async def crowd_buys(rest: Rest, bets: Bets, members: list[Member], drawing_id: UUID) -> None:
    """Each member buys twice."""
    await asyncio.gather(
        *(bets.over_rest(rest, member.token, drawing_id, 10 + n) for n, member in enumerate(members * 2))
    )
    assert len(bets.bought) == 2 * len(members)


async def balances(rest: Rest, members: list[Member]) -> list[int]:
    """What each of them has."""
    found = await asyncio.gather(*(rest.get("/points/balance", member.token) for member in members))
    return [balance["balance"] for balance in found]


async def all_refunded(rest: Rest, members: list[Member]) -> None:
    """Wait until everybody has all points again."""

    async def is_so() -> bool:
        return await balances(rest, members) == [POINTS] * len(members)

    await eventually(is_so, "the refunds")


async def test_a_cancelled_drawing_gives_everybody_everything_back_once_and_says_so(stage: Stage) -> None:
    members, drawing_id, bets = stage.world.players[:BUYERS], stage.world.drawing_id, Bets()
    async with serving(stage.folder) as server, Rest(server) as rest:
        await crowd_buys(rest, bets, members, drawing_id)
        async with client(server, members[0].token) as (phone, witness):
            await phone.subscribe(f"drawing:{drawing_id}")
            cancel = f"/drawings/{drawing_id}/cancel"
            reason = {"reason": "The sponsor withdrew"}
            await rest.post(cancel, reason, token=stage.world.admin.token)
            again = await rest.call("POST", cancel, reason, token=stage.world.admin.token)
            await all_refunded(rest, members)
            end = heads(stage, members[0].user_id)
            await eventually(lambda: phone.positions.inbox == end["inbox"], "the notices")
            witness.assert_complete(end)
        refused = await rest.buy(members[0].token, drawing_id, 1)
    assert "drawing.cancelled" in witness.kinds(f"drawing:{drawing_id}")
    assert (again[0], problem_code(again[1])) == (409, "invalid-transition")
    assert (refused[0], problem_code(refused[1])) == (409, "sales-closed")
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage, settled=True)


@pytest.mark.parametrize("point", ["committed:1", "insert:4", "committed:2"])
async def test_refunds_survive_a_server_that_dies_while_it_makes_them(stage: Stage, point: str) -> None:
    """It dies after the cancellation, within the refunds, and after some before anybody hears of them."""
    members, drawing_id, bets = stage.world.players[:BUYERS], stage.world.drawing_id, Bets()
    server = Server(stage.folder, "--at", point, "--do", "kill", module="tests.chaos.faulty_server")
    try:
        await server.start()
        async with Rest(server) as rest:
            await crowd_buys(rest, bets, members, drawing_id)
            server.send_to_writer(signal.SIGUSR1)
            with suppress(aiohttp.ClientError):  # it may die before it answers
                await rest.call(
                    "POST",
                    f"/drawings/{drawing_id}/cancel",
                    {"reason": "The sponsor withdrew"},
                    token=stage.world.admin.token,
                )
            assert await server.ended() == -signal.SIGKILL
            server.runs("serve")
            await server.start()
            assert (await rest.get(f"/drawings/{drawing_id}"))["status"] == "cancelled"
            await all_refunded(rest, members)
    finally:
        server.end()
    assert not server.faults
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage, settled=True)


async def test_a_drawing_that_waits_for_its_admin_is_drawn_when_he_says_so_and_not_before(
    stage: Stage,
) -> None:
    members, admin, bets = stage.world.players[:BUYERS], stage.world.admin.token, Bets()
    async with serving(stage.folder) as server, Rest(server) as rest:
        drawing_id = await open_drawing(rest, admin, sales_s=10, draw_after_s=0.001, auto_execute=False)
        await crowd_buys(rest, bets, members, drawing_id)
        at = f"/drawings/{drawing_id}"
        by_a_player = await rest.call("POST", f"{at}/execute", token=members[0].token)
        await rest.post(f"{at}/close", token=admin)
        unchecked = await rest.call("POST", f"{at}/execute", token=admin)
        assert (unchecked[0], problem_code(unchecked[1])) == (403, "mfa-required")
        await step_up(rest, admin)
        early = await rest.call("POST", f"{at}/execute", token=admin)
        assert (early[0], problem_code(early[1])) == (409, "too-early")
        results = await drawn_by(rest, admin, at)
        again = await rest.call("POST", f"{at}/execute", token=admin)
        cancelled = await rest.call("POST", f"{at}/cancel", {"reason": "Too late"}, token=admin)
        proof = stage.folder / "proof.json"
        proof.write_bytes(await rest.read(f"{at}/proof"))
    assert by_a_player[0] == 403
    assert len(results["winners"]) == PRIZES
    assert (again[0], problem_code(again[1])) == (409, "invalid-transition")
    assert (cancelled[0], problem_code(cancelled[1])) == (409, "invalid-transition")
    assert verify_file(proof).ok
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def drawn_by(rest: Rest, admin: str, at: str) -> dict[str, Any]:
    """Try to draw until the time has come; until then it waits."""
    results: dict[str, Any] = {}

    async def is_drawn() -> bool:
        status, body = await rest.call("POST", f"{at}/execute", token=admin)
        if status != 200:
            assert problem_code(body) == "too-early"
            assert (await rest.get(at))["status"] == "closed"
            return False
        results.update(body)
        return True

    await eventually(is_drawn, "the draw")
    return results


async def test_a_drawing_that_fell_due_while_the_server_was_down_is_drawn_after_the_next_start(
    stage: Stage,
) -> None:
    members, bets, clock = stage.world.players[:BUYERS], Bets(), SystemClock()
    async with serving(stage.folder) as server, Rest(server) as rest:
        drawing_id = await open_drawing(rest, stage.world.admin.token, sales_s=12)
        await crowd_buys(rest, bets, members, drawing_id)
        at = f"/drawings/{drawing_id}"
        due = datetime.fromisoformat((await rest.get(at))["drawing_time"])
        await server.kill()
        await eventually(lambda: clock.now() > due, "the drawing time")
        await server.start()

        async def is_completed() -> bool:
            return bool((await rest.get(at))["status"] == "completed")

        await eventually(is_completed, "the draw")
        results = await rest.get(f"{at}/results")
        proof = stage.folder / "proof.json"
        proof.write_bytes(await rest.read(f"{at}/proof"))
        winners = await told_of_a_win(rest, members)
    assert len(results["winners"]) == len(winners) == PRIZES
    assert verify_file(proof).ok
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def told_of_a_win(rest: Rest, members: list[Member]) -> list[Member]:
    """Who has a notice, once there are as many as prizes."""
    told: list[Member] = []

    async def are_told() -> bool:
        pages = await asyncio.gather(*(rest.get("/notifications", member.token) for member in members))
        told[:] = [member for member, page in zip(members, pages, strict=True) if page["items"]]
        return len(told) >= PRIZES

    await eventually(are_told, "the notices")
    return told

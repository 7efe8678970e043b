"""Every WebSocket request × every kind of person gets what `docs/access.md` says; what changes, counts."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from fittrack.accounts.commands import ChangeRole
from fittrack.kit.standing import Role
from protocol.close_codes import CloseCode
from protocol.inbound import INBOUND
from tests.contracts import things
from tests.contracts.access_table import COLUMNS, REFUSALS, REQUESTS, YES, Row
from tests.contracts.leaks import told_too_much
from tests.contracts.town import KINDS, Caller, Town, a_town
from tests.stage import eventually
from tests.wire import Frame, Wire, wired
from tests.world import complete_profile

AUTH = "auth"
"""The one request without a row: it is how people of every kind come in."""


@pytest.mark.parametrize("row", REQUESTS, ids=str)
def test_everybody_gets_what_the_table_says(town_and_runner: tuple[Town, asyncio.Runner], row: Row) -> None:
    town, runner = town_and_runner
    wrong = [found for kind in KINDS if (found := runner.run(_visit(town, kind, row)))]
    assert not wrong, "\n".join(wrong)


async def _visit(town: Town, kind: str, row: Row) -> str | None:
    """What is wrong with what somebody of this kind gets."""
    caller = await town.caller(kind)
    expected = row.cells[caller.column]
    async with wired(town.address) as wire:
        answer = await _enter(wire, caller)
        if answer is None:
            await wire.send(await _request(town, caller, row))
            answer = (await wire.answers(["asked"]))["asked"]
        if answer["t"] == "ok" and row.door.startswith("sub"):
            await wire.until("snapshot")
        if not _fits(expected, answer):
            return f"{kind}: {expected} expected, but answered {answer}"
        if told := told_too_much(caller, json.dumps(wire.frames)):
            return f"{kind} was told of {told!r}"
    return None


async def _enter(wire: Wire, caller: Caller) -> Frame | None:
    """Sign in, if there is a token to show. The refusal, if it is one."""
    if caller.token is None:
        return None
    await wire.send({"t": AUTH, "id": AUTH, "d": {"token": caller.token}})
    while await wire.read():
        if AUTH in wire.answered():
            return wire.answered()[AUTH][0]
        if any(frame["t"] == "welcome" for frame in wire.frames):
            return None
    raise AssertionError(f"neither welcome nor refusal, but {wire.close_code}")


def _fits(expected: str, answer: Frame) -> bool:
    if expected == YES:
        return answer["t"] in ("ok", "pong")
    return answer["t"] == "err" and (answer["d"]["status"], answer["d"]["code"]) == REFUSALS[expected]


async def _request(town: Town, caller: Caller, row: Row) -> Frame:
    kind, _, channel = row.door.partition(" ")
    frame: dict[str, Any] = {"t": kind, "id": "asked"}
    places = await things.drawing(town, caller, row.subject) if "drawing:" in channel else {}
    match kind:
        case "sub" | "unsub":
            return {**frame, "ch": channel.format(**places)}
        case "refresh":
            own = caller.token is not None and row.subject == "own"
            token = caller.token if own else (await town.enrol()).token
            return {**frame, "d": {"token": token}}
        case "ping":
            return frame
    return {**frame, "key": str(uuid4()), "d": await _command(town, caller, row)}


async def _command(town: Town, caller: Caller, row: Row) -> dict[str, Any]:
    match row.door:
        case "activity.log":
            return {"activities": [things.an_activity(town)]}
        case "tickets.buy":
            await things.earn_if_possible(town, caller)
            drawing = await things.drawing(town, caller, row.subject)
            return {"drawing_id": drawing["id"], "quantity": 1}
        case "inbox.read":
            return {"up_to": 0}
        case door:
            raise AssertionError(f"nothing is known of {door}")


def test_every_request_of_the_protocol_has_a_row() -> None:
    assert {row.door.split()[0] for row in REQUESTS} | {AUTH} == {request.TYPE for request in INBOUND}
    assert all(set(row.cells) == set(COLUMNS) for row in REQUESTS)


@pytest.mark.parametrize("kind", ["ended", "expired", "forged", "suspended", "banned"])
def test_a_bad_token_opens_nothing_on_the_upgrade_either(
    town_and_runner: tuple[Town, asyncio.Runner], kind: str
) -> None:
    town, runner = town_and_runner
    assert runner.run(_close_code_after_upgrade(town, kind)) == CloseCode.BAD_TOKEN


async def _close_code_after_upgrade(town: Town, kind: str) -> int | None:
    caller = await town.caller(kind)
    headers = {"Authorization": f"Bearer {caller.token}"}
    async with town.http.ws_connect(
        town.address.ws_url, protocols=("fittrack.v1.json",), headers=headers
    ) as socket:
        async for message in socket:
            assert message.type is aiohttp.WSMsgType.TEXT
            assert json.loads(message.data)["t"] in ("hello", "err")
        return socket.close_code


# --- Who changes while connected --------------------------------------------------------------------------


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as town:
        yield town


async def test_a_profile_that_is_completed_counts_on_open_connections(town: Town) -> None:
    caller = await town.caller("verified without profile")
    async with wired(town.address, caller.token) as wire:
        assert (await _log_activity(town, wire, "before"))["d"]["code"] == "profile-incomplete"
        await complete_profile(town.node, caller.member, town.a_name())

        async def may_play() -> bool:
            return (await _log_activity(town, wire, str(uuid4())))["t"] == "ok"

        await eventually(may_play)


async def _log_activity(town: Town, wire: Wire, id: str) -> Frame:
    data = {"activities": [things.an_activity(town)]}
    await wire.send({"t": "activity.log", "id": id, "key": str(uuid4()), "d": data})
    return (await wire.answers([id]))[id]


@pytest.mark.parametrize(
    ("before", "after"), [("admin", Role.USER), ("premium", Role.USER), ("player", Role.PREMIUM)]
)
async def test_whoever_gets_another_role_comes_back_as_what_they_are_now(
    town: Town, before: str, after: Role
) -> None:
    caller, _ = await town.caller(before), await town.caller("admin")  # of whom one must be left
    await town.house.pass_time(seconds=1)
    async with wired(town.address, caller.token) as wire:
        role = ChangeRole(
            role=after,
            reason="for the test",
            premium_expires_at=town.house.clock.now() + timedelta(hours=1),
        )
        await town.house.do(caller.user_id, role)
        while await wire.read():
            pass
        assert wire.close_code == CloseCode.GOING_AWAY
    async with wired(town.address, caller.token) as wire:
        assert (await wire.until("welcome"))["d"]["user"]["role"] == after.value
        channel = f"drawing:{(await things.drawing(town, caller, 'premium'))['id']}"
        await wire.send({"t": "sub", "id": "asked", "ch": channel})
        answer = (await wire.answers(["asked"]))["asked"]
        assert answer["t"] == ("ok" if after is Role.PREMIUM else "err")

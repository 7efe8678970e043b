"""More than a player's mailbox holds: what finds no room is told so at once, and all is answered once."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from uuid import UUID

from actors.runtime.kind import MAILBOX_MESSAGES_MAX
from fittrack.server.account import CONNECTIONS_PER_ACCOUNT_MAX
from protocol.limits import COMMANDS_BURST, COMMANDS_IN_FLIGHT_MAX
from tests.bets import Bets
from tests.chaos.nodes import Gate, listening
from tests.evidence import assert_each_once, assert_sound, purchases
from tests.fittrack.db.faults import WatchedStore
from tests.players import Rest
from tests.stage import Stage, eventually
from tests.wire import Frame, Wire, purchase, wired

COMMANDS = COMMANDS_BURST - 1
"""Of each connection: all that its budget allows after `auth`."""
TAKEN_MAX = MAILBOX_MESSAGES_MAX + 1
"""A mailbox full, and one that may have begun its turn before it was."""


def outcomes(wires: list[Wire]) -> Counter[str]:
    """What was answered so far: `ok`, or the code of a refusal."""
    answers = [answer for wire in wires for id, given in wire.answered().items() for answer in given if id]
    return Counter(str(answer["d"].get("code", "ok")) for answer in answers)


async def test_a_flood_of_one_player_is_answered_busy_beyond_his_mailbox_and_each_command_once(
    stage: Stage,
) -> None:
    member, drawing_id, bets, gate = stage.world.players[0], stage.world.drawing_id, Bets(), Gate("begin")
    assert CONNECTIONS_PER_ACCOUNT_MAX * COMMANDS_IN_FLIGHT_MAX > TAKEN_MAX
    async with AsyncExitStack() as stack:
        node = await stack.enter_async_context(
            listening(stage, store=lambda engine: WatchedStore(engine, gate))
        )
        wires = [
            await stack.enter_async_context(wired(node, member.token))
            for _ in range(CONNECTIONS_PER_ACCOUNT_MAX)
        ]
        rest = await stack.enter_async_context(Rest(node))
        await rest.get("/points/balance", member.token)  # he is in memory from now on
        stack.callback(gate.open)  # whatever happens: who stands at it must not stand for ever
        gate.shut()
        sent = await _flood(wires, drawing_id, bets)
        reading = [asyncio.create_task(_read_all(wire, ids)) for wire, ids in zip(wires, sent, strict=True)]
        await eventually(lambda: outcomes(wires).total() >= len(bets.sent) - TAKEN_MAX, "the refusals")
        assert outcomes(wires).keys() == {"busy"}
        late = [asyncio.create_task(rest.buy(member.token, drawing_id, 1, bets.new_key())) for _ in range(5)]
        await eventually(lambda: sum(task.done() for task in late) >= 4, "refusals over REST")
        gate.open()
        await asyncio.gather(*reading)
        statuses = Counter([status for status, _ in await asyncio.gather(*late)])
        for wire in wires:
            _note_granted(wire, bets)
    came_of_it = outcomes(wires)
    assert came_of_it.keys() == {"ok", "busy"}
    assert came_of_it.total() == len(wires) * COMMANDS
    assert statuses.keys() <= {201, 503}
    assert TAKEN_MAX - 1 <= came_of_it["ok"] + statuses[201] <= TAKEN_MAX
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert len(purchases(stage)) == came_of_it["ok"] + statuses[201], "busy means that nothing happened"
    assert_sound(stage)


async def _flood(wires: list[Wire], drawing_id: UUID, bets: Bets) -> list[list[str]]:
    sent = []
    for wire in wires:
        frames: list[Frame] = [purchase(drawing_id, bets.new_key()) for _ in range(COMMANDS)]
        await wire.send(*frames[:50])
        await wire.send(*frames[50:])
        sent.append([str(frame["id"]) for frame in frames])
    return sent


async def _read_all(wire: Wire, ids: list[str]) -> None:
    await wire.answers(ids)


def _note_granted(wire: Wire, bets: Bets) -> None:
    for id, (answer,) in wire.answered().items():
        if answer["t"] == "ok":
            bets.granted(UUID(str(id)), UUID(answer["d"]["transaction_id"]), 1)


async def test_a_connection_above_its_budget_is_told_to_wait_and_goes_on(stage: Stage) -> None:
    member, drawing_id, bets = stage.world.players[0], stage.world.drawing_id, Bets()
    async with listening(stage) as node, wired(node, member.token) as wire:
        frames = [purchase(drawing_id, bets.new_key()) for _ in range(3 * COMMANDS_BURST)]
        for first in range(0, len(frames), 50):
            await wire.send(*frames[first : first + 50])
        answers = await wire.answers([frame["id"] for frame in frames])
        limited = [answer["d"] for answer in answers.values() if answer["d"].get("code") == "rate-limited"]
        assert limited
        assert all(refusal["retryable"] and refusal["after_ms"] > 0 for refusal in limited)
        assert set(outcomes([wire])) <= {"ok", "busy", "rate-limited"}
        _note_granted(wire, bets)
    assert_each_once(stage, bets.acknowledged, bets.bought.keys())
    assert_sound(stage)

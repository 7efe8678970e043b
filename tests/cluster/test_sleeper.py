"""A node that stands still, is taken for dead, and goes on as if nothing had happened: it can do no harm."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.bets import Bets
from tests.cluster.logs import lines
from tests.cluster.nodes import figure, two_nodes
from tests.evidence import assert_each_once, assert_sound, heads, sold
from tests.players import Rest, client
from tests.server import PATIENCE_S, Server
from tests.stage import SOAK, Stage, eventually

PLAYERS: Final = 8
LIFE_S: Final = 10 if SOAK else 3
SLEEP_S: Final = 30.0 if SOAK else 0.0
"""Seconds that it sleeps on after the other one has taken everything over."""


@pytest.mark.timeout(SLEEP_S + 4 * PATIENCE_S)
async def test_a_node_that_wakes_as_a_zombie_does_no_harm(stage: Stage, tmp_path: Path) -> None:
    drawing_id, members, bets = stage.world.drawing_id, stage.world.players[:PLAYERS], Bets()
    async with (
        two_nodes(stage, tmp_path, CLUSTER_LIFE_SECONDS=str(LIFE_S)) as (sleeper, other),
        AsyncExitStack() as phones,
        Rest(other) as rest,
    ):
        await eventually(lambda: _knows(other, 2), "the other node")
        at_sleeper = [await phones.enter_async_context(client(sleeper, each.token)) for each in members]
        for phone, _ in at_sleeper:  # so that it has some of their actors in memory
            await bets.over_websocket(phone, drawing_id, 1)

        sleeper.send(signal.SIGSTOP)
        asleep = [asyncio.ensure_future(bets.over_websocket(phone, drawing_id, 1)) for phone, _ in at_sleeper]
        await eventually(lambda: _knows(other, 1), "the departure of whoever is silent")
        for member in members:
            await bets.over_rest(rest, member.token, drawing_id, 1)
        await asyncio.sleep(SLEEP_S)
        granted_meanwhile = len(bets.bought) - PLAYERS
        assert granted_meanwhile == PLAYERS, "the other node does what is wanted of it"
        sleeper.send(signal.SIGCONT)

        await asyncio.gather(*asleep)
        for node in (sleeper, other):
            await eventually(lambda n=node: _knows(n, 2), "the return")
        assert lines(sleeper, "cluster.renounced"), "what it remembered was outdated"
        for phone, _ in at_sleeper:
            await bets.over_websocket(phone, drawing_id, 1)
        for member, (_, witness) in zip(members, at_sleeper, strict=True):
            head = heads(stage, member.user_id)["ledger"]
            await eventually(
                lambda w=witness, h=head: w.heard["ledger"][-1:] == [h], "what happened meanwhile"
            )
            witness.assert_complete(heads(stage, member.user_id))
    assert not bets.refused
    assert sold(stage, drawing_id) == len(bets.bought) == 4 * PLAYERS
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def _knows(server: Server, nodes: int) -> bool:
    return await figure(server, "fittrack_cluster_nodes") == nodes

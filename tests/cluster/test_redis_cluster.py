"""Two nodes over a real Redis Cluster: they are one product, also while one of its servers dies."""

from pathlib import Path

import pytest

from protocol.close_codes import CloseCode
from tests.bets import Bets
from tests.cluster.nodes import figure, two_nodes_on
from tests.evidence import assert_each_once, assert_sound, sold
from tests.players import Rest, client
from tests.redis_houses import redis_cluster
from tests.server import PATIENCE_S, Server
from tests.stage import Stage, eventually
from tests.wire import wired

BUYERS = 8


@pytest.mark.timeout(4 * PATIENCE_S)
async def test_two_nodes_over_a_redis_cluster_outlive_one_of_its_servers(
    stage: Stage, tmp_path: Path
) -> None:
    drawing_id, members, bets = stage.world.drawing_id, stage.world.players[:BUYERS], Bets()
    leaver = stage.world.players[BUYERS]
    with redis_cluster(tmp_path) as redis:
        await redis.form()
        async with two_nodes_on(redis.url, stage, tmp_path) as (one, other), Rest(one) as rest:
            for node in (one, other):
                await eventually(lambda n=node: _knows_both(n), "the other node")
            await _buy_at(bets, stage, one, other)
            asked = [await figure(node, "fittrack_cluster_asked_total") for node in (one, other)]
            assert sum(asked), "somebody's actor, or the drawing's, was elsewhere"

            async with wired(other, leaver.token) as wire:  # who signs in just then may be sent away first
                redis.primaries[0].kill()
                await eventually(lambda: _leaves(rest, leaver.token), "the end of all sessions")
                while await wire.read():
                    pass
                assert wire.close_code == CloseCode.REVOKED
            for member in members:
                await bets.over_rest(rest, member.token, drawing_id, 1)
            await redis.healed()
            for node in (one, other):
                await eventually(lambda n=node: _is_ready(n), "readiness")
            await _buy_at(bets, stage, other, one)
    assert not bets.refused
    assert sold(stage, drawing_id) == len(bets.bought) == 3 * BUYERS
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def _buy_at(bets: Bets, stage: Stage, *servers: Server) -> None:
    """Everybody buys at one of the nodes, and hears of it there."""
    for number, member in enumerate(stage.world.players[:BUYERS]):
        async with client(servers[number % len(servers)], member.token) as (phone, witness):
            await bets.over_websocket(phone, stage.world.drawing_id, 1)
            await eventually(lambda w=witness: w.heard["ledger"], "points.changed")


async def _leaves(rest: Rest, token: str) -> bool:
    """Whether the logout was taken, now or by a try whose answer got lost; `busy` is tried again."""
    return (await rest.call("POST", "/auth/logout-all", token=token))[0] in (204, 401)


async def _knows_both(server: Server) -> bool:
    return await figure(server, "fittrack_cluster_nodes") == 2


async def _is_ready(server: Server) -> bool:
    async with Rest(server) as rest:
        return (await rest.call("GET", "/../../health/ready"))[0] == 200

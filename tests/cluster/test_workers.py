"""`fittrack serve --workers`: several nodes on one port, watched by one supervisor."""

import asyncio
import os
import signal
from pathlib import Path

import aiohttp
import pytest

from fittrack.workers import EXIT_USAGE
from tests.bets import Bets
from tests.cluster.logs import lines
from tests.evidence import assert_each_once, assert_sound
from tests.players import Rest, client
from tests.redis_server import redis_server
from tests.server import PATIENCE_S, Server, ServerDied, serving
from tests.stage import Stage, eventually

WORKERS = 2
BUYERS = 12


async def nodes_at(server: Server) -> set[str]:
    """The nodes that answer on the port, as some connections find them."""
    found = set()
    async with aiohttp.ClientSession() as http:
        for _ in range(8 * WORKERS):
            async with http.ws_connect(server.ws_url, protocols=("fittrack.v1.json",)) as socket:
                found.add((await socket.receive_json(timeout=PATIENCE_S))["d"]["node"])
    return found


@pytest.mark.timeout(4 * PATIENCE_S)
async def test_workers_share_a_port_and_one_that_dies_is_replaced(stage: Stage, tmp_path: Path) -> None:
    bets = Bets()
    with redis_server(tmp_path) as redis:
        arguments = ("serve", "--workers", str(WORKERS))
        async with serving(stage.folder, *arguments, REDIS_URL=redis.url) as server, Rest(server) as rest:
            await eventually(lambda: nodes_at(server), "somebody")
            before = await nodes_at(server)
            assert len(before) == WORKERS
            assert {line["worker"] for line in lines(server, "node.serving")} == {1, 2}
            for member in stage.world.players[:BUYERS]:
                async with client(server, member.token) as (phone, witness):
                    await bets.over_websocket(phone, stage.world.drawing_id, 1)
                    await eventually(lambda w=witness: w.heard["ledger"], "points.changed")

            os.kill(lines(server, "node.serving")[0]["pid"], signal.SIGKILL)
            await eventually(lambda: len(lines(server, "node.serving")) == WORKERS + 1, "its successor")
            after = await nodes_at(server)
            assert len(after) == WORKERS and len(after & before) == WORKERS - 1
            assert lines(server, "cluster.death_told"), "nobody had to miss it"
            for member in stage.world.players[:BUYERS]:
                await bets.over_rest(rest, member.token, stage.world.drawing_id, 1)
            assert await server.terminate() == 0
    assert not bets.refused
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


@pytest.mark.timeout(4 * PATIENCE_S)
async def test_a_renewal_replaces_every_worker_and_loses_nothing_and_no_worker_outlives_its_supervisor(
    stage: Stage, tmp_path: Path
) -> None:
    bets, done = Bets(), asyncio.Event()

    async def buy(token: str) -> None:
        async with Rest(server) as rest:
            while not done.is_set():
                await bets.over_rest(rest, token, stage.world.drawing_id, 1)

    with redis_server(tmp_path) as redis:
        arguments = ("serve", "--workers", str(WORKERS))
        async with serving(stage.folder, *arguments, REDIS_URL=redis.url) as server:
            before = await nodes_at(server)
            async with asyncio.TaskGroup() as work:
                for member in stage.world.players[:BUYERS]:
                    work.create_task(buy(member.token))
                server.send(signal.SIGHUP)
                await eventually(lambda: lines(server, "workers.renewed"), "the renewal")
                done.set()
            after = await nodes_at(server)
            assert len(after) == WORKERS and not after & before
            await server.kill()  # returns at the end of the log: when nobody holds it any more
            assert len(lines(server, "node.stopped")) == 2 * WORKERS
    assert not bets.refused
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def test_several_workers_without_redis_are_refused_in_a_sentence(stage: Stage) -> None:
    server = Server(stage.folder, "serve", "--workers", str(WORKERS))
    try:
        with pytest.raises(ServerDied, match="set REDIS_URL"):
            await server.start()
        assert await server.ended() == EXIT_USAGE
    finally:
        server.end()

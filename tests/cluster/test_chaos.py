"""A cluster under load whose nodes and Redis are killed, halted, drained and restarted, from a seed.

What players were told holds, nothing took effect twice, no numbered event was missed or doubled, and in the
end every phone shows what the database says. `FITTRACK_CHAOS_SEED` repeats the faults of a run; what they
meet is another matter.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random, SystemRandom

import pytest
import structlog

from tests.cluster.crowd import Crowd
from tests.cluster.nodes import figure
from tests.cluster.reckoning import assert_streams_complete, assert_told_the_truth, settled
from tests.cluster.storm import Storm
from tests.evidence import assert_sound
from tests.redis_server import redis_server
from tests.server import PATIENCE_S, Server, serving
from tests.stage import SOAK, SOAK_CLIENTS, Stage, eventually

PLAYERS = SOAK_CLIENTS if SOAK else 60
STORM_S = 240.0 if SOAK else 25.0
WORKERS = 2
NODES = 2 if SOAK else 1
"""Nodes beside the workers."""

SEED = 7
"""Of the short form: the same faults at each run, since it says whether a change may land."""

EXPECTED_FAULTS = ["stopped before everything was done", "TimeoutError: turn abandoned"]
"""Who is told to stop while the node that it asked stands still gives up in the end, and says so."""


@pytest.fixture(autouse=True)
def quiet_clients() -> Iterator[None]:
    """Thousands of lost connections are no news here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.reset_defaults()


@pytest.mark.timeout(STORM_S + 12 * PATIENCE_S)
async def test_a_cluster_in_a_storm_of_faults_keeps_its_word(stage: Stage, tmp_path: Path) -> None:
    seed = int(
        os.environ.get("FITTRACK_CHAOS_SEED") or (SystemRandom().randrange(1_000_000) if SOAK else SEED)
    )
    print(f"FITTRACK_CHAOS_SEED={seed}")
    rng = Random(seed)
    async with cluster(stage, tmp_path) as storm:
        servers = (storm.workers, *storm.nodes)
        crowd = Crowd(
            stage.world.players[:PLAYERS], stage.world.drawing_id, lambda: rng.choice(servers).ws_url, rng
        )
        stormy = asyncio.Event()
        async with asyncio.TaskGroup() as players:
            for player in crowd.players:
                players.create_task(player.play(stormy))
            await eventually(lambda: crowd.granted >= PLAYERS, "everybody's first command")
            before = crowd.granted
            await storm.rage(rng, STORM_S)
            stormy.set()
        assert crowd.granted > before + PLAYERS, "the storm let nobody do anything"
        print(f"granted {crowd.granted}, refused {crowd.refused}, unknown {crowd.unknown}")
        for server in servers:
            await eventually(lambda s=server: _knows_all(s), "the whole cluster")
        await settled(stage, crowd.players)
        assert await storm.workers.terminate() == 0
    assert_told_the_truth(stage, crowd.players)
    assert_streams_complete(stage, crowd.players)
    assert_sound(stage)


async def _knows_all(server: Server) -> bool:
    return await figure(server, "fittrack_cluster_nodes") == WORKERS + NODES


@asynccontextmanager
async def cluster(stage: Stage, folder: Path) -> AsyncIterator[Storm]:
    """A Redis, workers under a supervisor, and nodes by themselves, on the database of the stage."""
    with redis_server(folder) as redis:
        environ = {
            "REDIS_URL": redis.url,
            "DATABASE_URL": f"sqlite:///{stage.folder}/fittrack.db",
            "WS_DRAIN_SECONDS": "2",
        }
        async with AsyncExitStack() as running:
            servers = []
            for number in range(NODES + 1):
                (folder / f"{number}").mkdir()
                arguments = () if number else ("serve", "--workers", str(WORKERS))
                servers.append(
                    await running.enter_async_context(
                        serving(folder / f"{number}", *arguments, expected_faults=EXPECTED_FAULTS, **environ)
                    )
                )
            yield Storm(redis, servers[0], servers[1:])

"""`fittrack serve --workers`: several nodes on one port, watched by one supervisor, under load."""

import asyncio
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import aiohttp
import pytest

from fittrack.server.drain import DRAIN_MAX_S
from fittrack.workers.limits import EXIT_USAGE, SAY_EVERY_S, SILENT_LOOKS
from tests.cluster.crowd import Crowd
from tests.cluster.logs import lines
from tests.cluster.nodes import figure
from tests.cluster.reckoning import assert_streams_complete, assert_told_the_truth, settled
from tests.evidence import assert_sound
from tests.redis_server import redis_server
from tests.server import PATIENCE_S, Server, ServerDied, serving
from tests.stage import SOAK, Stage, eventually

WORKERS = 4 if SOAK else 3
PLAYERS = 200 if SOAK else 12
SPREAD_S = 20 if SOAK else 1
"""Seconds over which a worker that is replaced sends its clients elsewhere."""

RENEWALS = 2 if SOAK else 1
"""In the first one a worker dies before it drains; in a second one all drain."""

STUCK = 1 if SOAK else 0
"""Workers that stand still until they are replaced, which takes more than half a minute."""

RENEWED_WITHIN_S = RENEWALS * WORKERS * 2 * PATIENCE_S
STOPS_WITHIN = timedelta(seconds=DRAIN_MAX_S)
STEPS = ["node.draining", "draining", "node.stopped"]
"""Unready and out of the list; `goaway` to everybody; everything handed over and written."""


async def nodes_at(server: Server) -> set[str]:
    """The nodes that answer on the port, as some connections find them."""
    found = set()
    async with aiohttp.ClientSession() as http:
        for _ in range(12 * WORKERS):
            async with http.ws_connect(server.ws_url, protocols=("fittrack.v1.json",)) as socket:
                found.add((await socket.receive_json(timeout=PATIENCE_S))["d"]["node"])
    return found


def assert_drained(server: Server, worker: int, *, times: int) -> None:
    """Its log tells of so many ends in good order, each within its time."""
    said = [line for step in STEPS for line in lines(server, step) if line["worker"] == worker]
    said.sort(key=lambda line: line["timestamp"])
    assert [line["event"] for line in said] == STEPS * times
    at = [datetime.fromisoformat(line["timestamp"]) for line in said]
    if SOAK:
        assert all(last - first <= STOPS_WITHIN for first, last in zip(at[::3], at[2::3], strict=True))


def latest(server: Server, worker: int) -> int:
    """The process of that worker."""
    return int([line["pid"] for line in lines(server, "node.serving") if line["worker"] == worker][-1])


async def exports(server: Server, name: str, value: float) -> bool:
    """Whether a worker says so of all."""
    return await figure(server, name) == value


async def assert_stuck_is_replaced(server: Server, worker: int) -> None:
    """It stands still, and another one comes in its place."""
    pid, served = latest(server, worker), len(lines(server, "node.serving"))
    os.kill(pid, signal.SIGSTOP)
    await eventually(
        lambda: len(lines(server, "node.serving")) > served,
        "another in the place of who stands still",
        within_s=SAY_EVERY_S * SILENT_LOOKS + PATIENCE_S,
    )
    assert [line["pid"] for line in lines(server, "workers.stuck")] == [pid]


@contextmanager
def no_file_to_open(server: Server) -> Iterator[None]:
    """Meanwhile the supervisor can open nothing, so that it can start nobody either."""
    before = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (0, before[1]))
    yield
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, before)


@pytest.mark.timeout(RENEWED_WITHIN_S + 8 * PATIENCE_S)
async def test_workers_on_one_port_die_and_are_renewed_under_load_and_nobody_loses_anything(
    stage: Stage, tmp_path: Path
) -> None:
    done, environ = asyncio.Event(), {"WS_DRAIN_SECONDS": str(SPREAD_S)}
    with redis_server(tmp_path) as redis:
        arguments = ("serve", "--workers", str(WORKERS))
        async with serving(
            stage.folder,
            *arguments,
            expected_faults=["workers.not_started", "workers.stuck"],
            REDIS_URL=redis.url,
            **environ,
        ) as server:
            members, drawing_id = stage.world.players[:PLAYERS], stage.world.drawing_id
            crowd = Crowd(members, drawing_id, lambda: server.ws_url, Random())
            before = await nodes_at(server)
            assert len(before) == WORKERS
            assert {line["worker"] for line in lines(server, "node.serving")} == set(range(1, WORKERS + 1))
            async with asyncio.TaskGroup() as players:
                for player in crowd.players:
                    players.create_task(player.play(done))
                await eventually(lambda: crowd.granted > PLAYERS, "some commands")

                with no_file_to_open(server):
                    os.kill(latest(server, 1), signal.SIGKILL)
                    await eventually(lambda: lines(server, "workers.not_started"), "an attempt")
                assert lines(server, "workers.not_started")[0]["reason"] == "Too many open files"
                await eventually(lambda: len(lines(server, "node.serving")) == WORKERS + 1, "another one")
                after_death = await nodes_at(server)
                assert len(after_death) == WORKERS and len(after_death & before) == WORKERS - 1

                if SOAK:
                    await assert_stuck_is_replaced(server, 2)
                    after_death = await nodes_at(server)

                server.send(signal.SIGHUP)
                os.kill(latest(server, 2), signal.SIGHUP)  # as whoever sends it to all of that name
                os.kill(latest(server, 1), signal.SIGKILL)  # while its successor starts
                await eventually(
                    lambda: len(lines(server, "cluster.death_told")) > STUCK, "nobody has to miss it"
                )
                for _ in range(1, RENEWALS):
                    server.send(signal.SIGHUP)  # another one follows
                await eventually(
                    lambda: len(lines(server, "workers.renewed")) == RENEWALS,
                    "the renewal",
                    within_s=RENEWED_WITHIN_S,
                )
                after_renewal = await nodes_at(server)
                assert len(after_renewal) == WORKERS and not after_renewal & after_death
                replaced = WORKERS * RENEWALS + 2 + STUCK
                await eventually(
                    partial(exports, server, "fittrack_workers_replaced_total", replaced),
                    "who was renewed, died and stood still",
                )
                assert await exports(server, "fittrack_workers_empty", 0)
                done.set()
            await settled(stage, crowd.players)
            started = len(lines(server, "workers.started"))
            assert started == len(lines(server, "node.serving")) == WORKERS * (1 + RENEWALS) + 1 + STUCK
            assert len(lines(server, "workers.stuck")) == STUCK
            await server.kill()  # returns at the end of the log: when nobody holds it any more
            for worker in range(1, WORKERS + 1):
                assert_drained(server, worker, times=RENEWALS + (worker > 1))
            assert not lines(server, "workers.killed") and not lines(server, "node.gave_up")
    assert_told_the_truth(stage, crowd.players)
    assert_streams_complete(stage, crowd.players)
    assert_sound(stage)


async def test_several_workers_without_redis_are_refused_in_a_sentence(stage: Stage) -> None:
    server = Server(stage.folder, "serve", "--workers", str(WORKERS))
    try:
        with pytest.raises(ServerDied, match="set REDIS_URL"):
            await server.start()
        assert await server.ended() == EXIT_USAGE
    finally:
        server.end()

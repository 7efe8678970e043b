"""Durable purchases end to end, against the same service as it is usually built.

Real server processes on loopback, SQLite with `synchronous=FULL` for all of them, a verified JWT and an
idempotency key on each purchase, all of one drawing. Buyers are closed loops in a process of their own.
The three take turns, so that all see the same machine; figures are medians over the rounds.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.load_window import Load
from tests.benchmarks.purchase_world import PurchaseWorld, make_purchase_world
from tests.benchmarks.server_process import ServerProcess, fittrack, peer

TIMES_SYNC_PEER, TIMES_ASYNC_PEER, TIMES_SYNC_PEER_OVER_WS = 8.0, 18.0, 30.0
HTTP_P99_MS = 30.0
COMMANDS_A_FRAME = 10


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often each load runs."""

    rounds: int = 3
    seconds: float = 4.0
    warm_up_s: float = 1.5
    connections: int = 64
    """Over HTTP."""
    sockets: int = 512


QUICK = Effort(rounds=1, seconds=0.5, warm_up_s=0.3, connections=8, sockets=8)


def run(*, quick: bool = False) -> list[dict[str, Any]]:
    """Rows of name, value, unit, target, baseline, note."""
    effort = QUICK if quick else Effort()
    with tempfile.TemporaryDirectory() as folder:
        world = asyncio.run(make_purchase_world(Path(folder), max(effort.sockets, effort.connections)))
        rounds = [_round(world, effort) for _ in range(effort.rounds)]
    loads = {name: _typical([each[name] for each in rounds]) for name in rounds[0]}
    return _report(loads, effort)


def _round(world: PurchaseWorld, effort: Effort) -> dict[str, Load]:
    loads = {}
    for name in ("sync_core", "async_core"):
        with peer(name, world.peer_database(name)) as server:
            loads[name] = load_of(server, world, effort, buyers=effort.connections)
    with fittrack(world.environ) as server:
        loads["http"] = load_of(server, world, effort, buyers=effort.connections)
        for name, per_frame in (("ws 1", 1), ("ws 10", COMMANDS_A_FRAME)):
            loads[name] = load_of(server, world, effort, buyers=effort.sockets, per_frame=per_frame)
    return loads


def load_of(
    server: ServerProcess, world: PurchaseWorld, effort: Effort, *, buyers: int, per_frame: int = 0
) -> Load:
    """Let `buyers` loose on `server`."""
    plan = {
        "port": server.port,
        "server_pid": server.pid,
        "tokens": [player.token for player in world.players[:buyers]],
        "drawing_id": str(world.drawing_id),
        "per_frame": per_frame,
        "warm_up_s": effort.warm_up_s,
        "seconds": effort.seconds,
    }
    command = [sys.executable, "-m", "tests.benchmarks.purchase_load"]
    done = subprocess.run(command, input=json.dumps(plan), text=True, stdout=subprocess.PIPE, check=True)
    return Load(**json.loads(done.stdout))


def _typical(loads: list[Load]) -> Load:
    """The median of each figure."""
    figures = {
        name: median(load.as_map()[name] for load in loads) for name in loads[0].as_map() if name != "refused"
    }
    refused = {word: load.refused[word] for load in loads for word in load.refused}
    return Load(**figures, refused=refused)


def _report(loads: dict[str, Load], effort: Effort) -> list[dict[str, Any]]:
    sync, twin, http = loads["sync_core"], loads["async_core"], loads["http"]
    rows = [
        _rate("HTTP: FastAPI, sync Core in threads", sync),
        _rate("HTTP: FastAPI, async Core over aiosqlite", twin),
        _rate(f"HTTP: FitTrack, {effort.connections} connections", http),
        _times("HTTP: FitTrack / sync peer", http, sync, TIMES_SYNC_PEER),
        _times("HTTP: FitTrack / async twin", http, twin, TIMES_ASYNC_PEER),
        _row("HTTP: p99", http.p99_ms, "ms", target=f"<= {HTTP_P99_MS}", note=f"p50 {http.p50_ms:.1f} ms"),
    ]
    for name, commands in (("ws 1", "1 command"), ("ws 10", f"{COMMANDS_A_FRAME} commands")):
        load = loads[name]
        title = f"WebSocket: {effort.sockets} players, {commands} a frame"
        rows += [
            _rate(title, load),
            _times(f"{title} / sync peer", load, sync, TIMES_SYNC_PEER_OVER_WS),
            _row(f"{title}, p99 of a frame", load.p99_ms, "ms", note=f"p50 of a frame {load.p50_ms:.1f} ms"),
        ]
    return rows


def _rate(name: str, load: Load) -> dict[str, Any]:
    note = (
        f"server {load.server_us:.0f} µs CPU each ({load.server_share:.0%} of a core), "
        f"generator {load.generator_us:.0f} µs ({load.generator_share:.0%})"
    )
    if load.refused:
        note += f"; refused: {load.refused}"
    return _row(name, load.rate, "1/s", note=note)


def _times(name: str, ours: Load, theirs: Load, target: float) -> dict[str, Any]:
    cpu = theirs.server_us / ours.server_us
    return _row(
        name,
        ours.rate / theirs.rate,
        "times",
        target=f">= {target}",
        baseline=f"CPU each: {cpu:.1f} times less",
        note="of the rates",
    )


def _row(
    name: str, value: float, unit: str, *, target: str | None = None, baseline: str = "", note: str = ""
) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "target": target,
        "baseline": baseline,
        "note": note,
    }

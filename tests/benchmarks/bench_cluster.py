"""Several nodes over one Redis: asks between them, purchases, a reconnect storm, a tick to all.

Real processes on loopback. Of two cores, so of purchases the CPU for each says more than their rate: it shows
what a node more costs, not what it brings. All nodes write one SQLite file, one at a time.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

import uvloop

from tests.benchmarks.cluster_asks import Asks, measure
from tests.benchmarks.load_window import Load
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.purchase_world import PurchaseWorld, make_purchase_world
from tests.benchmarks.server_process import ServerProcess, fittrack
from tests.redis_server import RedisServer, redis_server

REMOTE_P50_US, REMOTE_RATE = 1_000, 10_000
KNOWN_WITHIN_S = 30.0
CALM_S = 1.0
"""Seconds in which the load measures what is usual, before the storm."""

SHARE_THAT_DIES = 2 / 3
LOOK_EVERY_S = 0.1
CROWD_LIMITS = {
    "WS_CONNECTIONS_PER_ACCOUNT": "1000000",
    "WS_UPGRADES_PER_MINUTE": "1000000",
    "WS_UNAUTHENTICATED_PER_ADDRESS": "1000000",
}
"""All come from one address, and there are fewer accounts than phones."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much of each."""

    single: int = 3_000
    together: int = 60_000
    askers: int = 256
    nodes: Sequence[int] = (1, 2, 4)
    buyers: int = 256
    seconds: float = 4.0
    warm_up_s: float = 2.0
    accounts: int = 500
    guests: int = 15_000
    """Phones at two nodes."""
    ticks: int = 5


QUICK = Effort(200, 2_000, 50, (2,), 8, 0.5, 0.3, 8, 60, 2)


def run(*, quick: bool = False) -> list[Row]:
    """Rows of name, value, unit, target, note."""
    effort = QUICK if quick else Effort()
    with tempfile.TemporaryDirectory() as name, redis_server(Path(name)) as redis:
        world = asyncio.run(make_purchase_world(Path(name), max(effort.accounts, effort.buyers)))
        world.environ["REDIS_URL"] = redis.url
        return [
            *_asks(redis, effort),
            *(_purchases(world, count, effort) for count in effort.nodes),
            *_crowd_rows(world, effort),
        ]


def _asks(redis: RedisServer, effort: Effort) -> list[Row]:
    local, remote = uvloop.run(
        measure(redis.url, redis.pid, single=effort.single, together=effort.together, askers=effort.askers)
    )
    return [
        _row("ask of an actor here, p50", local.p50_us, "µs", note="one after the other"),
        _row("ask of an actor elsewhere, p50", remote.p50_us, "µs", target=f"<= {REMOTE_P50_US}"),
        _row(f"asks here, {effort.askers} askers", local.rate, "1/s", note=_cpu(local)),
        _row(
            f"asks elsewhere, {effort.askers} askers",
            remote.rate,
            "1/s",
            target=f">= {REMOTE_RATE}",
            note=_cpu(remote),
        ),
    ]


def _cpu(asks: Asks) -> str:
    return (
        f"CPU each: asker {asks.asker_us:.0f} µs, the other node {asks.server_us:.0f} µs, "
        f"Redis {asks.redis_us:.0f} µs"
    )


def _purchases(world: PurchaseWorld, count: int, effort: Effort) -> Row:
    """One command a frame, players spread over the nodes as the system deals connections out."""
    words = ("--workers", str(count)) if count > 1 else ()
    with ServerProcess(
        "-m", "fittrack", "serve", "--port", "{port}", *words, environ=world.environ
    ) as server:
        _wait_until_known(server.port, count)
        plan = {
            "port": server.port,
            "server_pid": server.pid,
            "tokens": [player.token for player in world.players[: effort.buyers]],
            "drawing_id": str(world.drawing_id),
            "per_frame": 1,
            "warm_up_s": effort.warm_up_s,
            "seconds": effort.seconds,
        }
        command = [sys.executable, "-m", "tests.benchmarks.purchase_load"]
        done = subprocess.run(command, input=json.dumps(plan), text=True, stdout=subprocess.PIPE, check=True)
    load = Load(**json.loads(done.stdout))
    note = f"{load.rate:,.0f}/s, p50 {load.p50_ms:.0f} ms, p99 {load.p99_ms:.0f} ms"
    if load.refused:
        note += f"; refused: {load.refused}"
    return _row(f"CPU of a purchase, nodes: {count}", load.server_us, "µs", note=note)


def _crowd_rows(world: PurchaseWorld, effort: Effort) -> list[Row]:
    """A tick to all at two nodes, the death of the one that has most of them, a tick to all at one."""
    with _nodes(world, 2) as (survivor, other), _crowd(world, [survivor, other], effort.guests) as crowd:
        rows = _fan_out(crowd, [survivor, other], effort)
        crowd.tell("storm")
        time.sleep(CALM_S)
        other.kill()
        seen = crowd.answer()
        back = round(effort.guests * SHARE_THAT_DIES)
        note = f"p50 {seen['p50_ms']:.1f} ms; before the storm {seen['calm_ms']:.2f} ms"
        return [
            *rows,
            _row(
                f"{back:,} phones back after their node's death", seen["back_s"], "s", note="watching again"
            ),
            _row("p99 of a ping of others meanwhile", seen["p99_ms"], "ms", note=note),
            *_fan_out(crowd, [survivor], effort),
        ]


def _fan_out(crowd: "Crowd", servers: Sequence[ServerProcess], effort: Effort) -> list[Row]:
    before = sum(cpu_seconds(server.pid) for server in servers)
    fans = [crowd.ask("fan") for _ in range(effort.ticks)]
    spent = sum(cpu_seconds(server.pid) for server in servers) - before
    first, last = (median(fan[name] for fan in fans) * 1000 for name in ("first_s", "last_s"))
    each = spent / effort.ticks / effort.guests * 1e6
    note = f"first phone {first:.0f} ms; {each:.1f} µs CPU of the nodes for each; read on the same cores"
    return [
        _row(
            f"from a purchase to its tick at {effort.guests:,} phones, nodes: {len(servers)}",
            last,
            "ms",
            note=note,
        )
    ]


class Crowd:
    """The process of `cluster_load`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None, "it is a pipe"
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, float]:
        assert self._process.stdout is not None, "it is a pipe"
        answer: dict[str, float] = json.loads(self._process.stdout.readline())
        return answer

    def ask(self, line: str) -> dict[str, float]:
        self.tell(line)
        return self.answer()


@contextmanager
def _crowd(world: PurchaseWorld, servers: Sequence[ServerProcess], guests: int) -> Iterator[Crowd]:
    plan = {
        "ports": [server.port for server in servers],
        "tokens": [player.token for player in world.players],
        "guests": guests,
        "share_of_last": SHARE_THAT_DIES,
        "drawing_id": str(world.drawing_id),
    }
    command = [sys.executable, "-m", "tests.benchmarks.cluster_load"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        crowd = Crowd(process)
        try:
            assert crowd.ask(json.dumps(plan))["guests"] == guests
            yield crowd
        finally:
            process.kill()


@contextmanager
def _nodes(world: PurchaseWorld, count: int) -> Iterator[list[ServerProcess]]:
    environ = {**world.environ, **CROWD_LIMITS, "WS_DRAIN_SECONDS": "0"}
    with ExitStack() as running:
        servers = [running.enter_context(fittrack(environ)) for _ in range(count)]
        for server in servers:
            _wait_until_known(server.port, count)
        yield servers


def _wait_until_known(port: int, count: int) -> None:
    until = time.monotonic() + KNOWN_WITHIN_S
    while time.monotonic() < until:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=KNOWN_WITHIN_S) as answer:
            if f"fittrack_cluster_nodes {count}.0" in answer.read().decode():
                return
        time.sleep(LOOK_EVERY_S)
    raise RuntimeError(f"the node does not know of {count} nodes")


def _row(name: str, value: float, unit: str, *, target: str | None = None, note: str = "") -> Row:
    return {"name": name, "value": round(value, 3), "unit": unit, "target": target, "note": note}


if __name__ == "__main__":
    for row in run():
        print(row)

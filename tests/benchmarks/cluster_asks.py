"""Asks between two nodes: the one that asks is this process, the other one is `cluster_node`.

Both know nothing but one kind of actor that does as little as an actor can: what is measured is the way.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, islice

from msgspec import Struct

from actors.runtime import Actor, ActorKind, Ref, Registry
from fittrack.cluster.cluster import Cluster
from fittrack.cluster.membership import LIFE_S
from fittrack.kit.clock import SystemClock
from fittrack.kit.travel import Register
from tests.benchmarks.machine import cpu_seconds

ACTORS = 100
NAMESPACE = "benchmark"
LOOK_EVERY_S = 0.05


class Count(Struct, frozen=True):
    """What actors are asked."""


class Counted(Struct, frozen=True):
    """What they answer."""

    count: int


class Counter(Actor):
    """As little as an actor can do."""

    def __init__(self) -> None:
        self._count = 0

    def receive(self, message: object) -> object:
        self._count += 1
        return Counted(self._count)


@dataclass(frozen=True, slots=True)
class Asks:
    """What asks of one kind came to. CPU is µs per ask."""

    p50_us: float
    """One after the other."""
    rate: float
    """Of many askers together, per second."""
    asker_us: float
    server_us: float
    redis_us: float


@asynccontextmanager
async def node(url: str) -> AsyncIterator[tuple[Cluster, Registry]]:
    """A node of two."""
    clock = SystemClock()
    cluster = Cluster(url, Register([Count, Counted], {}), clock, namespace=NAMESPACE, life_s=LIFE_S)
    registry = Registry(clock, placement=cluster.placement)
    registry.register(ActorKind(name="counter", factory=lambda _: Counter()))
    await cluster.start(registry, "")
    try:
        yield cluster, registry
    finally:
        await cluster.leave()
        await registry.stop(1.0)
        await cluster.stop()


async def measure(url: str, redis_pid: int, *, single: int, together: int, askers: int) -> tuple[Asks, Asks]:
    """Asks of actors here, and of actors at the other node."""
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.cluster_node", url, stdin=subprocess.PIPE
    )
    try:
        async with node(url) as (cluster, registry):
            while len(cluster.membership.view.nodes) < 2:  # noqa: ASYNC110 - it is another process's news
                await asyncio.sleep(LOOK_EVERY_S)
            asks = []
            for here in (True, False):
                refs = [registry.ref("counter", name) for name in _names(cluster, here=here)]
                asks.append(await _measure(refs, (other.pid, redis_pid), single, together, askers))
            return asks[0], asks[1]
    finally:
        assert other.stdin is not None, "it is a pipe"
        other.stdin.close()
        await other.wait()


def _names(cluster: Cluster, *, here: bool) -> list[str]:
    names = (f"actor-{number}" for number in count())
    fit = (name for name in names if cluster.placement.is_here("counter", name) == here)
    return list(islice(fit, ACTORS))


async def _measure(refs: list[Ref], pids: tuple[int, int], single: int, together: int, askers: int) -> Asks:
    for ref in refs:
        await ref.ask(Count())
    waits = []
    for number in range(single):
        began = time.perf_counter()
        await refs[number % ACTORS].ask(Count())
        waits.append(time.perf_counter() - began)

    async def ask_often(number: int) -> None:
        for _ in range(together // askers):
            await refs[number % ACTORS].ask(Count())

    asked = together // askers * askers
    before, own, began = [cpu_seconds(pid) for pid in pids], time.process_time(), time.perf_counter()
    await asyncio.gather(*(ask_often(number) for number in range(askers)))
    elapsed, own = time.perf_counter() - began, time.process_time() - own
    server, redis = (cpu_seconds(pid) - former for pid, former in zip(pids, before, strict=True))
    return Asks(
        p50_us=sorted(waits)[single // 2] * 1e6,
        rate=asked / elapsed,
        asker_us=own / asked * 1e6,
        server_us=server / asked * 1e6,
        redis_us=redis / asked * 1e6,
    )

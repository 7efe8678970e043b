"""Faults drawn from a seed: nodes and Redis killed, halted, drained and started again, all at once."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from tests.cluster.logs import lines
from tests.redis_server import RedisServer
from tests.server import PATIENCE_S, Server
from tests.stage import eventually

HALT_S: Final = (0.2, 4.0)
LONG_HALT_S: Final = (11.0, 16.0)
"""Seconds that something stands still. After ten the other nodes have taken its actors over."""

LONG_HALTS: Final = 0.25
"""Share of the long ones."""

CALM_S: Final = (0.5, 6.0)
"""Seconds between two faults of one target."""

RENEWED_WITHIN_S: Final = 4 * PATIENCE_S
"""Two workers start and drain, one after the other."""

OF_NODE: Final = ("kill", "halt", "halt with its writer", "drain")
OF_WORKERS: Final = ("kill one", "halt one", "renew")
OF_REDIS: Final = ("kill", "halt")


class Fault(NamedTuple):
    """What happens to a target, `after_s` seconds after the last; what stands still does so for `for_s`."""

    after_s: float
    what: str
    for_s: float


def draw(rng: Random, kinds: Sequence[str], seconds: float) -> list[Fault]:
    """Faults of one target for about so many seconds, each kind once before any comes again."""
    faults: list[Fault] = []
    passed, bag = 0.0, list[str]()
    while passed < seconds:
        if not bag:
            bag = rng.sample(kinds, len(kinds))
        halt = rng.uniform(*(LONG_HALT_S if rng.random() < LONG_HALTS else HALT_S))
        faults.append(Fault(round(rng.uniform(*CALM_S), 2), bag.pop(), round(halt, 2)))
        passed += sum(faults[-1][::2])
    return faults


@dataclass
class Storm:
    """A cluster and what is done to it. `workers` runs several nodes, each of `nodes` one."""

    redis: RedisServer
    workers: Server
    nodes: Sequence[Server]

    async def rage(self, rng: Random, seconds: float) -> None:
        """Do what is drawn, begin nothing any more after so many seconds, and leave everything running."""
        self._began = time.monotonic()
        self._until = self._began + seconds
        async with asyncio.TaskGroup() as targets:
            for number, node in enumerate(self.nodes):
                targets.create_task(self._strike_node(f"node {number}", node, draw(rng, OF_NODE, seconds)))
            targets.create_task(self._strike_workers(draw(rng, OF_WORKERS, seconds)))
            targets.create_task(self._strike_redis(draw(rng, OF_REDIS, seconds)))

    async def _come(self, target: str, faults: Sequence[Fault]) -> AsyncIterator[Fault]:
        for fault in faults:
            await asyncio.sleep(fault.after_s)
            now = time.monotonic()
            if now >= self._until:
                return
            print(f"{now - self._began:5.1f} s  {target}: {fault.what}, {fault.for_s} s")
            yield fault

    async def _strike_node(self, name: str, node: Server, faults: Sequence[Fault]) -> None:
        async for fault in self._come(name, faults):
            match fault.what:
                case "kill":
                    await node.kill()
                    await node.start()
                case "drain":
                    assert await node.terminate() == 0, "a drain ends in good order"
                    await node.start()
                case _:
                    halted = [node.pid, node.writer_pid][: 2 if "writer" in fault.what else 1]
                    await _halt(halted, fault.for_s)

    async def _strike_workers(self, faults: Sequence[Fault]) -> None:
        async for fault in self._come("workers", faults):
            latest = {line["worker"]: line["pid"] for line in lines(self.workers, "node.serving")}
            match fault.what:
                case "kill one":
                    served = self._workers_said("node.serving")
                    os.kill(latest[1], signal.SIGKILL)
                    await eventually(served, "another")
                case "halt one":
                    await _halt([latest[2]], fault.for_s)
                case _:
                    renewed = self._workers_said("workers.renewed")
                    self.workers.send(signal.SIGHUP)
                    await eventually(renewed, "the renewal", within_s=RENEWED_WITHIN_S)

    def _workers_said(self, event: str) -> Callable[[], bool]:
        """Whether the workers' log says it once more than now."""
        before = len(lines(self.workers, event))
        return lambda: len(lines(self.workers, event)) > before

    async def _strike_redis(self, faults: Sequence[Fault]) -> None:
        async for fault in self._come("Redis", faults):
            if fault.what == "kill":
                self.redis.kill()
                await asyncio.sleep(fault.for_s)
                await asyncio.to_thread(self.redis.start)
            else:
                self.redis.freeze()
                await asyncio.sleep(fault.for_s)
                self.redis.thaw()


async def _halt(pids: Sequence[int], seconds: float) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(seconds)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)

"""The measured part of a load: what was answered in it, how long each answer took, what it cost."""

import asyncio
import time
from array import array
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from tests.benchmarks.machine import cpu_seconds


@dataclass(frozen=True, slots=True)
class Load:
    """What a load generator measured. Rates are per second of wall time, CPU is µs per operation."""

    rate: float
    p50_ms: float
    p99_ms: float
    server_us: float
    """The server process, user and system, all threads."""
    generator_us: float
    generator_share: float
    """Of the wall time, how much the generator computed: near 1, it is what was measured."""
    server_share: float
    """Of one core, how much the server used."""
    refused: dict[str, int]
    """Answers other than success, by status or code."""

    def as_map(self) -> dict[str, Any]:
        return asdict(self)


class Window:
    """Gathers answers; `measure` throws away the warm-up and keeps what comes after it."""

    def __init__(self, server_pid: int) -> None:
        self._pid = server_pid
        self._operations = 0
        self._waits = array("d")
        self.refused: Counter[str] = Counter()

    def succeeded(self, operations: int) -> None:
        """So many operations have their answer."""
        self._operations += operations

    def waited(self, seconds: float) -> None:
        """Everything that was asked for at once has its answer, after so long."""
        self._waits.append(seconds)

    async def measure(self, *, warm_up_s: float, seconds: float) -> Load:
        """Let the load run, and say what it came to. Fails when nothing was answered."""
        await asyncio.sleep(warm_up_s)
        self._operations, self._waits = 0, array("d")
        server, own, began = cpu_seconds(self._pid), time.process_time(), time.perf_counter()
        await asyncio.sleep(seconds)
        elapsed, done = time.perf_counter() - began, self._operations
        server, own = cpu_seconds(self._pid) - server, time.process_time() - own
        waits = sorted(self._waits)
        if not waits:
            raise RuntimeError(f"nothing was answered in {seconds} s; refused: {dict(self.refused)}")
        return Load(
            rate=done / elapsed,
            p50_ms=waits[len(waits) // 2] * 1e3,
            p99_ms=waits[len(waits) * 99 // 100] * 1e3,
            server_us=server / done * 1e6,
            generator_us=own / done * 1e6,
            generator_share=own / elapsed,
            server_share=server / elapsed,
            refused=dict(self.refused),
        )

"""A crowd on several nodes, in a process of its own: `python -m tests.benchmarks.cluster_load < plan.json`.

Each guest signs in, watches one drawing, and comes back to another node when its connection is lost, as the
reference client would: within half a second at first, later each time, at random. After the plan each line on
the standard input asks for something, and is answered by a line of JSON:

fan     buy a ticket, and say how long it took until each guest had the tick
storm   wait until a node dies and all its guests are back; say how long, and what others waited meanwhile
"""

import asyncio
import json
import random
import sys
import time
from dataclasses import dataclass
from uuid import UUID

import uvloop

from fittrack.kit.ids import uuid7
from protocol.client_core import full_jitter
from tests.benchmarks.purchase_load import Writes
from tests.benchmarks.ws_load import AT_ONCE, REQUEST, message

PROBES = 20
PROBE_EVERY_S = 0.02
ASK_AGAIN_AFTER_S = 1.0
"""Seconds, on the average, after which what was `busy` is asked again."""

TAIL = 32
"""Bytes of the last chunk that are looked at again: a word may be cut in two."""

_random = random.Random()


@dataclass(frozen=True, slots=True)
class Plan:
    """Who comes where."""

    ports: list[int]
    tokens: list[str]
    guests: int
    share_of_last: float
    """Of the guests, those who begin at the last node."""
    drawing_id: str


class Guest(asyncio.Protocol):
    """One phone."""

    def __init__(self, hall: "Hall", token: str, port: int) -> None:
        self.hall, self.token, self.port = hall, token, port
        self.is_in = False
        self.entered = asyncio.Event()
        self.ticked_at = 0.0
        self.pong = asyncio.Event()
        self._attempts = 0
        self._tail = b""

    async def enter(self) -> None:
        """Come in, however often it takes, at any node that is there."""
        loop = asyncio.get_running_loop()
        self.entered.clear()
        while True:
            try:
                await loop.create_connection(lambda: self, "127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(full_jitter(self._attempts, _random.random()))
                self._attempts += 1
                self.port = self.hall.another(self.port)
            else:
                await self.entered.wait()
                return

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._tail = b""
        self._watching = message({"t": "sub", "id": 2, "ch": f"drawing:{self.hall.plan.drawing_id}"})
        self._steps = [
            (b"hello", message({"t": "auth", "id": 1, "d": {"token": self.token}})),
            (b"welcome", self._watching),
            (b"snapshot", b""),
        ]
        self.transport: Writes = transport  # type: ignore[assignment]
        self.transport.write(REQUEST)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_in = False
        self.hall.lost(self)

    def data_received(self, data: bytes) -> None:
        seen, self._tail = self._tail + data, data[-TAIL:]
        if not self.is_in:
            while self._steps and self._steps[0][0] in seen:
                if answer := self._steps.pop(0)[1]:
                    self.transport.write(answer)
            if b"busy" in seen and len(self._steps) == 1:  # the drawing's node died: asked again, as it says
                self._tail = b""
                wait = ASK_AGAIN_AFTER_S * (0.5 + _random.random())
                asyncio.get_running_loop().call_later(wait, self._watch, self.transport)
            if not self._steps:
                self.is_in = True
                self._attempts = 0
                self.entered.set()
        elif not self.ticked_at and b"drawing.tick" in seen:
            self.ticked_at = time.perf_counter()
            self.hall.ticked()
        if b"pong" in seen:
            self.pong.set()

    def _watch(self, transport: Writes) -> None:
        if transport is self.transport and self._steps:
            transport.write(self._watching)

    async def ping(self) -> float:
        """Seconds until the server has answered."""
        self.pong.clear()
        self._tail = b""  # the former answer may end there
        began = time.perf_counter()
        self.transport.write(message({"t": "ping", "id": 9}))
        await self.pong.wait()
        return time.perf_counter() - began


class Hall:
    """All guests."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._without_tick = 0
        self._all_ticked = asyncio.Event()
        self._away: set[Guest] = set()
        self._lost_at = 0.0
        self._died = asyncio.Event()
        self._back = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.guests = [
            Guest(self, plan.tokens[number % len(plan.tokens)], self._first_port(number))
            for number in range(plan.guests)
        ]

    def _first_port(self, number: int) -> int:
        *others, last = self.plan.ports
        return last if number < self.plan.share_of_last * self.plan.guests else others[number % len(others)]

    async def fill(self) -> None:
        """Let everybody in."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def enter(guest: Guest) -> None:
            async with gate:
                await guest.enter()

        await asyncio.gather(*(enter(guest) for guest in self.guests))

    def another(self, port: int) -> int:
        """The next node's."""
        return self.plan.ports[(self.plan.ports.index(port) + 1) % len(self.plan.ports)]

    def ticked(self) -> None:
        """Somebody has the tick."""
        self._without_tick -= 1
        if not self._without_tick:
            self._all_ticked.set()

    def lost(self, guest: Guest) -> None:
        """A connection was lost: its guest comes back, elsewhere."""
        self._lost_at = self._lost_at or time.perf_counter()
        self._died.set()
        self._away.add(guest)
        guest.port = self.another(guest.port)
        task = asyncio.get_running_loop().create_task(self._return(guest))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _return(self, guest: Guest) -> None:
        await asyncio.sleep(full_jitter(0, _random.random()))
        await guest.enter()
        self._away.discard(guest)
        if not self._away:
            self._back.set()

    async def fan(self) -> dict[str, float]:
        """See the module."""
        for guest in self.guests:
            guest.ticked_at = 0.0
        self._without_tick = len(self.guests)
        self._all_ticked.clear()
        began = time.perf_counter()
        purchase = {"drawing_id": UUID(self.plan.drawing_id), "quantity": 1}
        command = {"t": "tickets.buy", "id": 5, "key": str(uuid7()), "d": purchase}
        self.guests[0].transport.write(message(command))
        await self._all_ticked.wait()
        ends = sorted(guest.ticked_at - began for guest in self.guests)
        return {"first_s": ends[0], "p50_s": ends[len(ends) // 2], "last_s": ends[-1]}

    async def storm(self) -> dict[str, float]:
        """See the module."""
        survivors = [guest for guest in self.guests if guest.port != self.plan.ports[-1]][:PROBES]
        calm = [await guest.ping() for guest in survivors]
        await self._died.wait()
        waits: list[float] = []
        while not self._back.is_set():
            waits += await asyncio.gather(*(guest.ping() for guest in survivors if guest.is_in))
            await asyncio.sleep(PROBE_EVERY_S)
        waits.sort()
        return {
            "back_s": time.perf_counter() - self._lost_at,
            "calm_ms": sorted(calm)[len(calm) // 2] * 1000,
            "p50_ms": waits[len(waits) // 2] * 1000,
            "p99_ms": waits[len(waits) * 99 // 100] * 1000,
        }


async def main() -> None:
    loop = asyncio.get_running_loop()
    hall = Hall(Plan(**json.loads(sys.stdin.readline())))
    await hall.fill()
    print(json.dumps({"guests": len(hall.guests)}), flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await (hall.fan() if line.strip() == "fan" else hall.storm())), flush=True)


if __name__ == "__main__":
    uvloop.run(main())

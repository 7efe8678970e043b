"""A tick to everybody: user CPU per delivery, and what anybody else waits meanwhile.

The peers, measured in the same run, send the same bytes in the loop their documentation shows. User CPU
is that of the whole server process. Kernels split CPU time into user and system by sampling at their
timer ticks (4 ms on many), so a sample is long: with ten broadcasts the same work shows 0.3 to 2.2 µs.
Every sample counts only if the clients received every byte: what is not delivered is cheap.

What others wait is what the server makes them wait: from the sending of a ping to the arrival of its pong,
by the kernel's clock. When the client, which shares its core with thousands, gets round to reading the pong
is no matter of the server's.
"""

import os
import socket
import struct
import threading
import time
from statistics import median
from typing import Any

import msgspec

from tests.benchmarks.ws_arena import Arena
from tests.benchmarks.ws_load import REQUEST
from tests.fittrack.server.websocket.wire import client_frame

DELIVERIES, QUICK_DELIVERIES = 400_000, 20_000
"""Deliveries in one sample: seconds of CPU, hundreds of ticks; in a quick run some ticks."""

CONNECTIONS, QUICK_CONNECTIONS = (5_000, 10_000), (200,)
RUNS = 3

AT_ONCE = 10
"""Broadcasts in a row, small enough together for every socket's buffer: nothing is held or skipped."""

SO_TIMESTAMPNS = 35
"""Linux: with each `recvmsg` comes when its last byte arrived (socket(7)); Python does not name it."""

TARGET_US = 1.2
TARGET_WAIT_MS = 5.0


def broadcast(arena: Arena, connections: int, before: int) -> tuple[float, int]:
    """User seconds of `AT_ONCE` broadcasts, and the bytes received so far; all must have arrived."""
    user_s: float = arena.ask("broadcast", times=AT_ONCE)["user_s"]
    received = arena.settled()
    messages, rest = divmod(received - before, connections * AT_ONCE)
    assert messages > 0, "nothing was delivered"
    assert rest == 0, "something was not delivered"
    return user_s, received


def user_us_per_delivery(arena: Arena, connections: int, samples: int, deliveries: int) -> float:
    """Median over the samples."""
    arena.ask("broadcast", times=1)
    received, spent = arena.settled(), []
    for _ in range(samples):
        user_s = 0.0
        for _ in range(deliveries // (connections * AT_ONCE)):
            more, received = broadcast(arena, connections, received)
            user_s += more
        spent.append(user_s / deliveries * 1e6)
    return median(spent)


class Echo:
    """One more client, which pings again and again and remembers how long each pong took to arrive."""

    def __init__(self, arena: Arena) -> None:
        self._cores = arena.client_cores
        self._socket = socket.create_connection(("127.0.0.1", arena.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.waits: list[float] = []
        self._stop = threading.Event()
        self._ping = client_frame(0x9, b"echo")
        self._socket.sendall(REQUEST)
        token = msgspec.msgpack.encode({"t": "auth", "id": 1, "d": {"token": "me"}})
        self._until(b"hello")
        self._socket.sendall(client_frame(0x2, token))
        self._until(b"welcome")

    def _until(self, text: bytes) -> float:
        """Read up to `text`. Returns when it arrived, in seconds since 1970.

        The kernel begins to stamp packets some time after it was asked to: what came before has no stamp,
        and arrived when it is read.
        """
        data, told = b"", []
        while text not in data:
            more, told, _, _ = self._socket.recvmsg(65_536, 64)
            if not more:
                raise ConnectionError(f"the server closed the connection before it said {text!r}")
            data += more
        if not told:
            return time.time()
        seconds, nanoseconds = struct.unpack("qq", told[0][2])
        return float(seconds + nanoseconds / 1e9)

    def run(self) -> None:
        """Ping until told to stop, at the least once: a broadcast may be over before this thread runs."""
        os.sched_setaffinity(0, self._cores)
        while not (self.waits and self._stop.is_set()):
            began = time.time()
            self._socket.sendall(self._ping)
            self.waits.append(self._until(b"echo") - began)
            time.sleep(0.0005)

    def during(self, arena: Arena) -> float:
        """The longest wait, in milliseconds, during one broadcast."""
        self.waits.clear()
        self._stop.clear()
        asking = threading.Thread(target=self.run)
        asking.start()
        arena.ask("broadcast", times=1)
        self._stop.set()
        asking.join()
        return max(self.waits) * 1000


def measure_ours(connections: int, runs: int, deliveries: int) -> tuple[float, float, float]:
    """User µs per delivery, the longest turn of the loop in ms of CPU, the longest echo waits in ms."""
    with Arena("fittrack") as arena:
        arena.admit(connections)
        spent = user_us_per_delivery(arena, connections, runs, deliveries)
        turns = [arena.ask("watch", times=1)["longest_turn_s"] * 1000 for _ in range(2 * runs + 1)]
        echo = Echo(arena)
        return spent, median(turns), median(echo.during(arena) for _ in range(2 * runs + 1))


def measure_peer(kind: str, connections: int, runs: int, deliveries: int) -> float:
    with Arena(kind) as arena:
        arena.admit(connections)
        return user_us_per_delivery(arena, connections, runs, deliveries)


def run(*, quick: bool = False) -> list[dict[str, Any]]:
    """Rows of name, value, unit, target, note."""
    rows = []
    runs, deliveries = (1, QUICK_DELIVERIES) if quick else (RUNS, DELIVERIES)
    for connections in QUICK_CONNECTIONS if quick else CONNECTIONS:
        ours, turn, wait = measure_ours(connections, runs, deliveries)
        peers = {kind: measure_peer(kind, connections, runs, deliveries) for kind in ("aiohttp", "starlette")}
        note = ", ".join(f"{kind} {us:.2f} µs ({us / ours:.1f} times ours)" for kind, us in peers.items())
        rows += [
            _row(f"user CPU per delivery to {connections:,}", ours, "µs", f"<= {TARGET_US}", note),
            _row(f"aiohttp / ours at {connections:,}", peers["aiohttp"] / ours, "times", ">= 2", ""),
            _row(f"Starlette / ours at {connections:,}", peers["starlette"] / ours, "times", ">= 6", ""),
            _row(
                f"longest turn of the loop during a broadcast to {connections:,}",
                turn,
                "ms of CPU",
                f"<= {TARGET_WAIT_MS}",
                "what a broadcast itself makes others wait",
            ),
            _row(
                f"echo during a broadcast to {connections:,}",
                wait,
                "ms",
                f"<= {TARGET_WAIT_MS}",
                "by the kernel's clock; the server has a core to itself",
            ),
        ]
    return rows


def _row(name: str, value: float, unit: str, target: str, note: str) -> dict[str, Any]:
    return {"name": name, "value": round(value, 2), "unit": unit, "target": target, "note": note}


if __name__ == "__main__":
    for row in run():
        print(row)

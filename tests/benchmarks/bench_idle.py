"""Resident memory of an idle connection: upgraded, signed in, subscribed, everything included."""

from statistics import median
from typing import Any

from tests.benchmarks.ws_arena import Arena

CONNECTIONS, QUICK_CONNECTIONS = 10_000, 200
RUNS = 3
WARM_UP = 500
TARGET_KIB = 6.0


def resident_per_connection(kind: str, connections: int) -> float:
    """KiB per connection, beyond what the server had with the first few."""
    with Arena(kind) as arena:
        arena.admit(WARM_UP)
        before = arena.ask("rss")["kib"]
        arena.admit(connections)
        assert arena.ask("count")["connections"] == connections + WARM_UP
        return float(arena.ask("rss")["kib"] - before) / connections


def run(*, quick: bool = False) -> list[dict[str, Any]]:
    """Rows of name, value, unit, target, note."""
    connections, runs = (QUICK_CONNECTIONS, 1) if quick else (CONNECTIONS, RUNS)
    ours = [resident_per_connection("fittrack", connections) for _ in range(runs)]
    peer = resident_per_connection("aiohttp", connections)
    return [
        {
            "name": f"resident per idle connection at {connections:,}",
            "value": round(median(ours), 2),
            "unit": "KiB",
            "target": f"<= {TARGET_KIB}",
            "note": f"signed in, one channel; an aiohttp handler that only echoes: {peer:.1f} KiB",
        }
    ]


if __name__ == "__main__":
    for row in run():
        print(row)

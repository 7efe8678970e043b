"""Resident memory of an idle connection: upgraded, signed in, subscribed, everything included."""

from statistics import median
from typing import Any

from tests.benchmarks.ws_arena import Arena

CONNECTIONS = 10_000
WARM_UP = 500
TARGET_KIB = 6.0


def resident_per_connection(kind: str, connections: int = CONNECTIONS) -> float:
    """KiB per connection, beyond what the server had with the first few."""
    with Arena(kind) as arena:
        arena.admit(WARM_UP)
        before = arena.ask("rss")["kib"]
        arena.admit(connections)
        assert arena.ask("count")["connections"] == connections + WARM_UP
        return float(arena.ask("rss")["kib"] - before) / connections


def run(times: int = 3) -> list[dict[str, Any]]:
    """Rows of name, value, unit, target, note."""
    ours = [resident_per_connection("fittrack") for _ in range(times)]
    peer = resident_per_connection("aiohttp")
    return [
        {
            "name": f"resident per idle connection at {CONNECTIONS:,}",
            "value": round(median(ours), 2),
            "unit": "KiB",
            "target": f"<= {TARGET_KIB}",
            "note": f"signed in, one channel; an aiohttp handler that only echoes: {peer:.1f} KiB",
        }
    ]


if __name__ == "__main__":
    for row in run():
        print(row)

"""Writes the further test vectors with the plain reference: `python -m tests.fittrack.fairness.make_vectors`.

They are made of fixed numbers, so that making them again changes nothing.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.fittrack.fairness.reference import recompute, seed_commit

FOLDER = Path(__file__).parents[2] / "vectors"

Holding = tuple[str, int]
"""Whose entry, and of how many tickets."""


def vector(name: str, holdings: list[Holding], want: int, **more: Any) -> dict[str, Any]:
    def made_up(what: object, size: int) -> str:
        return sha256(f"{name}/{what}".encode()).hexdigest()[: 2 * size]

    entries, first = [], 1
    for number, (holder, count) in enumerate(holdings):
        entries.append([first, count, made_up(holder, 16), made_up(number, 16)])
        first += count
    beacon = made_up("beacon", 32) if more.get("beacon", True) else None
    plan = {"kind": "drand", "chain": made_up("chain", 32), "round": 1} if beacon else None
    record: dict[str, Any] = {
        "drawing_id": made_up("drawing", 16),
        "rules": json.dumps({"algo": "FTD1", "draw_at": "2026-06-02T01:00:00Z", "beacon": plan}),
        "seed": made_up("seed", 32),
        "entries": entries,
        "beacon": beacon,
        "want": want,
    }
    if passed_over := more.get("passed_over"):
        record["passed_over"] = [
            {"tag": made_up(holder, 16), "reason": reason} for holder, reason in passed_over
        ]
    commit = seed_commit(record["drawing_id"], record["seed"])
    return record | {"seed_commit": commit, "expect": recompute(record)}


def vectors() -> dict[str, dict[str, Any]]:
    """Each vector by its name."""
    people = [f"holder {number}" for number in range(20)]
    eighth = 2**60
    cases: dict[str, tuple[list[Holding], int, dict[str, Any]]] = {
        # N just above 2^63: nearly every second word lies in the biased rest and is skipped.
        "rejected-words": ([*((person, eighth) for person in people[:8]), ("z", 8)], 6, {}),
        "repeated-tags": ([(people[number % 4], number % 7 + 1) for number in range(60)], 4, {}),
        "no-beacon": ([(person, 10) for person in people], 5, {"beacon": False}),
        "no-tickets": ([], 3, {}),
        "one-ticket": ([("a", 1)], 1, {}),
        "fewer-holders-than-prizes": ([(people[number % 3], 5) for number in range(9)], 10, {}),
        "nearly-everything": ([("whale", 99_990), *((person, 1) for person in people[:10])], 4, {}),
        "passed-over": (
            [(person, 10) for person in people],
            6,
            {"passed_over": [(people[1], "banned"), (people[5], "suspended"), (people[7], "under_review")]},
        ),
        "all-passed-over": ([("a", 5), ("b", 5)], 2, {"passed_over": [("a", "banned"), ("b", "banned")]}),
        # 1,025 leaves: one beyond a full tree.
        "lopsided-tree": ([(f"holder {number}", number % 3 + 1) for number in range(1_025)], 10, {}),
    }
    return {name: vector(name, holdings, want, **more) for name, (holdings, want, more) in cases.items()}


def main() -> None:
    for name, content in vectors().items():
        (FOLDER / f"ftd1-{name}.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()

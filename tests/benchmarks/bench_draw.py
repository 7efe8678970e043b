"""How long a large drawing takes: to draw, to prove, to verify (SPEC 5, FAIRNESS).

All of it is computing on one core, so it is measured in CPU seconds: what else the machine does at the time
does not count.
"""

import gc
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import median
from time import process_time
from uuid import UUID

from fittrack.fairness import ftd1
from fittrack.fairness.closing import Closing
from fittrack.fairness.entries import Entries
from fittrack.fairness.inclusion import InclusionProofs
from fittrack.fairness.publishing import ActualInstants, write_record
from fittrack.fairness.rules_text import DrawRules, PrizeSlots, write_rules
from fittrack.fairness.verification import verify

ENTRIES, QUICK_ENTRIES = 1_000_000, 2_000
ENTRIES_PER_HOLDER = 4
WINNERS = 100
RUNS = 3
DRAWING_ID = UUID(int=1)
CLOSE = datetime(2026, 6, 2, 0, 55, tzinfo=UTC)

Row = dict[str, object]
Holding = tuple[int, bytes, bytes]


def run(*, quick: bool = False) -> list[Row]:
    """The figures: medians of three runs."""
    source, count = random.Random(1), QUICK_ENTRIES if quick else ENTRIES
    tags = [source.randbytes(16) for _ in range(count // ENTRIES_PER_HOLDER)]
    holdings = [(10, source.choice(tags), source.randbytes(16)) for _ in range(count)]
    singles = [(1, tag, receipt) for _, tag, receipt in holdings]
    closing = _close(holdings)
    record = _publish(closing)
    proofs = InclusionProofs(DRAWING_ID, closing.entries)
    receipt = closing.entries[count // 2].receipt
    proving = _timed(lambda: proofs.of_receipt(receipt)) * 1000
    closed_singles = _close(singles)
    note = f"{count:,} entries, {len(tags):,} holders, {WINNERS} prizes"
    return [
        _row("draw: 1 million tickets, root and winners", _timed(lambda: _prove(closed_singles)), 2.0, note),
        _row(
            "draw: 10 million tickets, from rows to winners", _timed(lambda: _execute(holdings)), 10.0, note
        ),
        _row(
            "draw: verify a published record", _timed(lambda: _verify(record)), 6.0, f"{len(record):,} bytes"
        ),
        {"name": "draw: one inclusion proof", "value": proving, "unit": "ms", "target": "< 20", "note": note},
    ]


def _row(name: str, seconds: float, target: float, note: str) -> Row:
    return {"name": name, "value": seconds, "unit": "s", "target": f"< {target:g}", "note": note}


def _timed(work: Callable[[], object]) -> float:
    """Median CPU seconds of a run."""
    gc.freeze()  # millions of objects of the benchmark's own would be looked through again and again
    seconds = []
    for _ in range(RUNS):
        started = process_time()
        work()
        seconds.append(process_time() - started)
    return median(seconds)


def _close(holdings: list[Holding]) -> Closing:
    entries = Entries()
    for holding in holdings:
        entries.append(*holding)
    prize = PrizeSlots(prize_id=UUID(int=2), rank=1, name="Bicycle", quantity=WINNERS)
    draw_at = CLOSE + timedelta(minutes=5)
    rules = DrawRules(
        drawing_id=DRAWING_ID, version=1, close_at=CLOSE, draw_at=draw_at, prizes=(prize,), beacon=None
    )
    root = ftd1.root(DRAWING_ID, entries)
    return Closing(
        drawing_id=DRAWING_ID, rules=write_rules(rules), seed=bytes(32), entries=entries, root=root
    )


def _prove(closing: Closing) -> None:
    assert ftd1.root(DRAWING_ID, closing.entries) == closing.root
    assert len(list(islice(closing.draw(None), WINNERS))) == WINNERS


def _execute(holdings: list[Holding]) -> None:
    assert len(_close(holdings).winners(None)) == WINNERS


def _publish(closing: Closing) -> bytes:
    instants = ActualInstants(closed_at=CLOSE, drawn_at=CLOSE + timedelta(minutes=5))
    return write_record(closing, beacon=None, drawn=closing.winners(None), instants=instants).to_json()


def _verify(record: bytes) -> None:
    assert verify(record).ok


def main() -> None:
    """Print the figures."""
    for row in run():
        print(f"{row['name']:<50} {row['value']:>8.2f} {row['unit']:<3} {row['target']:<8} {row['note']}")


if __name__ == "__main__":
    main()

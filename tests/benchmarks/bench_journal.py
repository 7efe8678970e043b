"""Group commit against a transaction for each purchase, and its latency behind a busy event loop.

A purchase is a drawing's row, its buyer's row and a ledger row. Each caller is a player who buys
again as soon as the last purchase is durable. Rows are medians of several runs, alternating between
the two so that both see the same machine. `python -m tests.benchmarks.bench_journal` prints them.
"""

import asyncio
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop
from sqlalchemy import Engine, insert

from fittrack.db.engine import DatabaseSettings, make_engine
from fittrack.db.journal import Head, Journal, JournalMetrics, PeerRow, Unit
from fittrack.db.journal.metrics import SECONDS_BUCKETS
from fittrack.db.tables import metadata
from fittrack.db.tables.logs import drawing_log, ledger, user_log
from fittrack.kit.clock import SystemClock
from fittrack.kit.histogram import Histogram
from fittrack.kit.ids import uuid7

RUNS = 3
SECONDS = 2.0
SWITCH_INTERVAL_S = 0.0001  # the composition root's
BUSY_SLICE_S = 0.001
ANSWER = b'{"transaction_id": "", "drawing_id": "", "quantity": 1, "points_spent": 100, "balance": 100000}'
HASH = b"h" * 16
CLOCK = SystemClock()

Row = dict[str, Any]


class Player:
    """A buyer and what he knows of his own log."""

    def __init__(self) -> None:
        self.id, self.head, self.balance = uuid7(), Head(), 1_000_000_000

    def purchase(self) -> Unit:
        unit_id, key, now, head = uuid7(), uuid7(), CLOCK.now(), self.head
        self.balance -= 100
        return Unit(
            unit_id,
            "tickets.buy",
            now,
            idem_key=key,
            request_hash=HASH,
            answer=ANSWER,
            entry=(self.id, 1),
            peer=PeerRow(
                log=user_log,
                key=self.id,
                rev=head.rev + 1,
                prev_unit=head.unit_id,
                unit_id=unit_id,
                kind="tickets.buy",
                created_at=now,
                idem_key=key,
                request_hash=HASH,
                answer=ANSWER,
            ),
            inserts=[(ledger, self.ledger_row(unit_id, now))],
        )

    def ledger_row(self, unit_id: UUID, now: datetime) -> tuple[Any, ...]:
        seq = self.head.rev + 1
        kind, text = "spend", "Tickets"
        return (self.id, seq, unit_id, kind, -100, self.balance, "drawing", None, text, None, None, now)

    def bought(self, unit: Unit) -> None:
        self.head = Head(self.head.rev + 1, unit.unit_id)


@contextmanager
def a_database() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(DatabaseSettings(url=f"sqlite:///{Path(folder)}/bench.db"))
        with engine.begin() as connection:
            metadata.create_all(connection)
        gc.collect()
        gc.freeze()
        yield engine
        gc.unfreeze()
        engine.dispose()


def one_by_one() -> float:
    """Purchases a second, each a transaction of its own through Core, without any event loop."""
    with a_database() as engine, engine.connect() as connection:
        drawing, entries, player = uuid7(), Head(), Player()
        began, done = time.perf_counter(), 0
        while (elapsed := time.perf_counter() - began) < SECONDS:
            unit = player.purchase()
            peer = unit.peer
            assert peer is not None
            shared = {"unit_id": unit.unit_id, "kind": unit.kind, "idem_key": unit.idem_key}
            shared |= {"request_hash": HASH, "answer": ANSWER, "created_at": unit.created_at}
            entry = {"drawing_id": drawing, "rev": entries.rev + 1, "prev_unit": entries.unit_id}
            holder = {"user_id": player.id, "ticket_count": 1}
            own = {"user_id": player.id, "rev": peer.rev, "prev_unit": peer.prev_unit}
            with connection.begin():
                connection.execute(insert(drawing_log), shared | entry | holder)
                connection.execute(insert(user_log), shared | own)
                names = ledger.columns.keys()
                connection.execute(insert(ledger), dict(zip(names, unit.inserts[0][1], strict=True)))
            player.bought(unit)
            entries = Head(entries.rev + 1, unit.unit_id)
            done += 1
        return done / elapsed


async def grouped(callers: int) -> float:
    """Durable purchases a second with so many callers, all on one drawing."""
    with a_database() as engine:
        journal = Journal(engine, CLOCK, on_fatal=_end)
        appender = journal.open(drawing_log, uuid7(), Head())
        until = time.perf_counter() + SECONDS
        done = 0

        async def buy(player: Player) -> None:
            nonlocal done
            while time.perf_counter() < until:
                unit = player.purchase()
                await appender.append(unit)
                player.bought(unit)
                done += 1

        began = time.perf_counter()
        await asyncio.gather(*[buy(Player()) for _ in range(callers)])
        elapsed = time.perf_counter() - began
        await journal.stop()
        return done / elapsed


class Durations(Histogram):
    """Keeps every batch's duration."""

    def __init__(self) -> None:
        super().__init__(SECONDS_BUCKETS)
        self.seconds: list[float] = []

    def observe(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def behind_a_busy_loop(callers: int) -> float:
    """The 99th percentile, in ms, of a batch from BEGIN to COMMIT while the event loop never rests."""
    durations = Durations()
    with a_database() as engine:
        journal = Journal(engine, CLOCK, on_fatal=_end, metrics=JournalMetrics(batch_seconds=durations))
        appender = journal.open(drawing_log, uuid7(), Head())
        until = time.perf_counter() + SECONDS

        async def spin() -> None:
            while time.perf_counter() < until:
                slice_ends = time.perf_counter() + BUSY_SLICE_S
                while time.perf_counter() < slice_ends:
                    pass
                await asyncio.sleep(0)

        async def buy(player: Player) -> None:
            while time.perf_counter() < until:
                unit = player.purchase()
                await appender.append(unit)
                player.bought(unit)

        await asyncio.gather(spin(), *[buy(Player()) for _ in range(callers)])
        await journal.stop()
    return 1_000 * statistics.quantiles(durations.seconds, n=100)[98]


def _end(error: BaseException) -> None:
    raise SystemExit(f"the journal ended: {error!r}")


def run() -> list[Row]:
    """All rows: name, value, unit, target, note."""
    former = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        measured = _measure(
            {
                "single": one_by_one,
                "64": lambda: uvloop.run(grouped(64)),
                "512": lambda: uvloop.run(grouped(512)),
                "busy": lambda: uvloop.run(behind_a_busy_loop(512)),
            }
        )
    finally:
        sys.setswitchinterval(former)
    single = measured["single"]

    def against(value: float) -> str:
        return f"{value / single:.1f} times one transaction each"

    return [
        _row("journal: a transaction each, sync Core", single, "units/s", None, "baseline"),
        _row("journal: 64 callers", measured["64"], "units/s", 21_000, against(measured["64"])),
        _row("journal: 512 callers", measured["512"], "units/s", 30_000, against(measured["512"])),
        _row(
            "journal: batch p99, loop saturated", measured["busy"], "ms", 50, "512 callers, BEGIN to COMMIT"
        ),
    ]


def _measure(measurements: dict[str, Callable[[], float]]) -> dict[str, float]:
    rounds = [{name: measure() for name, measure in measurements.items()} for _ in range(RUNS)]
    return {name: statistics.median(each[name] for each in rounds) for name in measurements}


def _row(name: str, value: float, unit: str, target: float | None, note: str) -> Row:
    return {"name": name, "value": value, "unit": unit, "target": target, "note": note}


def main() -> None:
    for row in run():
        target = "" if row["target"] is None else f"target {row['target']:,}"
        print(f"{row['name']:45} {row['value']:12,.1f} {row['unit']:8} {target:16} {row['note']}")


if __name__ == "__main__":
    main()

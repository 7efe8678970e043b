"""Group commit against a transaction for each purchase, and its latency behind a busy event loop.

A purchase is what `actors.purchase` makes of it: a drawing's row, its buyer's row, which alone has the key
and the answer, and a ledger row. Each caller is a player who buys
again as soon as the last purchase is durable. Rows are medians of several runs, alternating between
the two so that both see the same machine. `python -m tests.benchmarks.bench_journal` prints them.
"""

import asyncio
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import uvloop
from sqlalchemy import Engine, insert

from fittrack.db.engine import DatabaseSettings, make_engine
from fittrack.db.journal import Head, Journal, JournalMetrics, PeerRow, Unit
from fittrack.db.journal.metrics import SECONDS_BUCKETS
from fittrack.db.journal.writer_process import Setup, WriterProcess
from fittrack.db.tables import metadata
from fittrack.db.tables.logs import drawing_log, ledger, user_log
from fittrack.kit.clock import SystemClock
from fittrack.kit.histogram import Histogram
from fittrack.kit.ids import uuid7
from protocol.outbound import TicketsBought
from tests.benchmarks.machine import cpu_seconds

RUNS = 3
SECONDS, QUICK_SECONDS = 2.0, 0.3
SWITCH_INTERVAL_S = 0.0001  # the composition root's
BUSY_SLICE_S = 0.001
BATCH_BYTES = 512 * 1024  # what a batch of 512 purchases writes to the log of the database, about
DRAWING = str(uuid7())
ANSWER = msgspec.json.encode(
    TicketsBought(
        transaction_id=uuid7(),
        drawing_id=uuid7(),
        quantity=1,
        points_spent=100,
        balance=1_000_000,
        my_tickets=250,
        odds=250 / 125_000,
    )
)
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
        told = ("drawing", DRAWING, "1 ticket: The monthly drawing")
        return (self.id, seq, unit_id, "spend", -100, self.balance, *told, None, None, now)

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


def one_by_one(seconds: float) -> float:
    """Purchases a second, each a transaction of its own through Core, without any event loop."""
    with a_database() as engine, engine.connect() as connection:
        drawing, entries, player = uuid7(), Head(), Player()
        began, done = time.perf_counter(), 0
        while (elapsed := time.perf_counter() - began) < seconds:
            unit = player.purchase()
            peer = unit.peer
            assert peer is not None
            shared = {"unit_id": unit.unit_id, "kind": unit.kind, "created_at": unit.created_at}
            entry = {"drawing_id": drawing, "rev": entries.rev + 1, "prev_unit": entries.unit_id}
            holder = {"user_id": player.id, "ticket_count": 1}
            own = {"user_id": player.id, "rev": peer.rev, "prev_unit": peer.prev_unit}
            own |= {"idem_key": peer.idem_key, "request_hash": HASH, "answer": ANSWER}
            with connection.begin():
                connection.execute(insert(drawing_log), shared | entry | holder)
                connection.execute(insert(user_log), shared | own)
                names = ledger.columns.keys()
                connection.execute(insert(ledger), dict(zip(names, unit.inserts[0][1], strict=True)))
            player.bought(unit)
            entries = Head(entries.rev + 1, unit.unit_id)
            done += 1
        return done / elapsed


async def a_journal(engine: Engine, metrics: JournalMetrics | None = None) -> tuple[Journal, WriterProcess]:
    """A journal as `fittrack serve` has it: its writer is a process of its own."""
    database = DatabaseSettings(url=engine.url.render_as_string())
    writer = WriterProcess(Setup(database=database, log_level="WARNING"))
    journal = Journal(writer, CLOCK, on_fatal=_end, metrics=metrics)
    await journal.ready()
    return journal, writer


class Grouped(NamedTuple):
    """What came of so many callers, all on one drawing."""

    rate: float
    """Durable purchases a second."""
    loop_us: float
    """CPU of the process with the event loop, callers included, for each."""
    writer_us: float
    """CPU of the writer's process for each."""


async def grouped(callers: int, seconds: float) -> Grouped:
    """Buy with so many callers for so long."""
    with a_database() as engine:
        journal, writer = await a_journal(engine)
        appender = journal.open(drawing_log, uuid7(), Head())
        until = time.perf_counter() + seconds
        done = 0

        async def buy(player: Player) -> None:
            nonlocal done
            while time.perf_counter() < until:
                unit = player.purchase()
                await appender.append(unit)
                player.bought(unit)
                done += 1

        began, loop, written = time.perf_counter(), time.process_time(), cpu_seconds(writer.pid)
        await asyncio.gather(*[buy(Player()) for _ in range(callers)])
        # The kernel counts in ticks: what lasts shorter than one counts as one.
        written = max(cpu_seconds(writer.pid) - written, 1 / os.sysconf("SC_CLK_TCK"))
        loop = time.process_time() - loop
        rate = done / (time.perf_counter() - began)
        await journal.stop()
        return Grouped(rate, 1e6 * loop / done, 1e6 * written / done)


class Durations(Histogram):
    """Keeps every duration."""

    def __init__(self) -> None:
        super().__init__(SECONDS_BUCKETS)
        self.seconds: list[float] = []

    def observe(self, seconds: float) -> None:
        self.seconds.append(seconds)


class Busy(NamedTuple):
    """99th percentiles in ms, behind an event loop that never rests."""

    batch: float
    """From BEGIN to the end of COMMIT."""
    writing: float
    """The same without the COMMIT."""
    commit: float


async def behind_a_busy_loop(callers: int, seconds: float) -> Busy:
    """How long batches take while the event loop never rests."""
    batches, commits = Durations(), Durations()
    with a_database() as engine:
        metrics = JournalMetrics(batch_seconds=batches, commit_seconds=commits)
        journal, _ = await a_journal(engine, metrics)
        appender = journal.open(drawing_log, uuid7(), Head())
        until = time.perf_counter() + seconds

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
    writing = [batch - commit for batch, commit in zip(batches.seconds, commits.seconds, strict=True)]
    return Busy(_p99_ms(batches.seconds), _p99_ms(writing), _p99_ms(commits.seconds))


def bare_fsync(seconds: float) -> float:
    """The 99th percentile, in ms, of appending a batch's bytes to a file and `fsync`, with nothing else."""
    waits, payload = [], os.urandom(BATCH_BYTES)
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "bytes").open("wb", buffering=0) as file:
        until = time.perf_counter() + seconds
        while (began := time.perf_counter()) < until:
            file.write(payload)
            os.fsync(file.fileno())
            waits.append(time.perf_counter() - began)
    return _p99_ms(waits)


def _p99_ms(seconds: list[float]) -> float:
    return 1_000 * sorted(seconds)[len(seconds) * 99 // 100]


def _end(error: BaseException) -> None:
    raise SystemExit(f"the journal ended: {error!r}")


def run(*, quick: bool = False) -> list[Row]:
    """All rows: name, value, unit, target, note."""
    seconds, runs = (QUICK_SECONDS, 1) if quick else (SECONDS, RUNS)
    former = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        rounds = [_round(seconds) for _ in range(runs)]
    finally:
        sys.setswitchinterval(former)
    return _report({name: statistics.median(each[name] for each in rounds) for name in rounds[0]})


def _round(seconds: float) -> dict[str, float]:
    busy = uvloop.run(behind_a_busy_loop(512, seconds))
    few, many = uvloop.run(grouped(64, seconds)), uvloop.run(grouped(512, seconds))
    return {
        "single": one_by_one(seconds),
        "64": few.rate,
        "512": many.rate,
        "loop": many.loop_us,
        "writer": many.writer_us,
        "batch": busy.batch,
        "writing": busy.writing,
        "commit": busy.commit,
        "fsync": bare_fsync(seconds / 4),
    }


def _report(measured: dict[str, float]) -> list[Row]:
    single = measured["single"]

    def against(value: float) -> str:
        return f"{value / single:.1f} × a transaction each"

    fsync = f"bare fsync of {BATCH_BYTES // 1024} KiB, p99: {measured['fsync']:.1f} ms"
    return [
        _row("journal: a transaction each, sync Core", single, "units/s", note="baseline"),
        _row("journal: 64 callers", measured["64"], "units/s", 21_000, note=against(measured["64"])),
        _row("journal: 512 callers", measured["512"], "units/s", 30_000, note=against(measured["512"])),
        _row("journal: … CPU of the writer's process", measured["writer"], "µs", note="each, 512 callers"),
        _row("journal: … CPU of the event loop's", measured["loop"], "µs", note="each, callers included"),
        _row(
            "journal: batch p99, loop saturated",
            measured["batch"],
            "ms",
            50,
            baseline=fsync,
            note="512 callers, BEGIN to COMMIT",
        ),
        _row("journal: … of which before the COMMIT, p99", measured["writing"], "ms", 50),
        _row("journal: … of which the COMMIT, p99", measured["commit"], "ms", baseline=fsync),
    ]


def _row(
    name: str, value: float, unit: str, target: float | None = None, *, baseline: str = "", note: str = ""
) -> Row:
    return {"name": name, "value": value, "unit": unit, "target": target, "baseline": baseline, "note": note}


def main() -> None:
    for row in run():
        target = "" if row["target"] is None else f"target {row['target']:,}"
        words = f"{row['baseline']} {row['note']}"
        print(f"{row['name']:45} {row['value']:12,.1f} {row['unit']:8} {target:16} {words}")


if __name__ == "__main__":
    main()

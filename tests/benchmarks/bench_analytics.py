"""What reports take over a year of 100,000 players and 5 million activities, and what keeps them quick.

Each report is the whole of it, as a route asks for it: what is kept ready, today counted on top, encoded.
"""

import asyncio
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from fittrack.analytics import reports
from fittrack.analytics.periods import Period
from fittrack.analytics.refreshing import refresh
from fittrack.analytics.reports import Moment
from fittrack.analytics.schemas import ActivityQuery, ReportQuery
from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.journal import Journal
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.migrate import upgrade
from fittrack.db.reads import Reads
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import VirtualClock
from tests.benchmarks import analytics_world
from tests.benchmarks.analytics_world import NOON, TODAY
from tests.world import no_fatal

PLAYERS, QUICK_PLAYERS = 100_000, 300
ACTIVITIES, QUICK_ACTIVITIES = 5_000_000, 15_000
RUNS, QUICK_RUNS = 5, 1
LONGEST_MS: Final = 300
"""Target: what an admin does not notice waiting for."""
WINDOW_DAYS: Final = 365

Row = dict[str, Any]


def run(*, quick: bool = False) -> list[Row]:
    """The figures."""
    size = (QUICK_PLAYERS, QUICK_ACTIVITIES) if quick else (PLAYERS, ACTIVITIES)
    with tempfile.TemporaryDirectory() as folder:
        settings = DatabaseSettings(url=f"sqlite:///{Path(folder)}/analytics.db")
        return asyncio.run(_measure(settings, *size, QUICK_RUNS if quick else RUNS))


async def _measure(settings: DatabaseSettings, players: int, activities: int, runs: int) -> list[Row]:
    writing = make_engine(settings, Access.WRITE)
    upgrade(writing)
    made = analytics_world.make(writing, players=players, activities=activities)
    clock, calendar = VirtualClock(NOON), PlatformCalendar(ZoneInfo("America/New_York"))
    journal = Journal(WriterThread(open_store(writing), clock), clock, on_fatal=no_fatal)
    reads = Reads(make_engine(settings, Access.READ))
    note = f"{players:,} players, {made:,} activities"
    try:
        first, again = [await _seconds(journal, reads, clock, calendar) for _ in range(2)]
        rows = [
            _row("analytics: a year counted for the first time", first, "s", None, note),
            _row("analytics: what may have changed counted again", again, "s", None, "every five minutes"),
        ]
        for name, report, query in _reports():
            moment = Moment(NOON, TODAY, calendar)
            took = [await _report(reads, report, query, moment) for _ in range(runs)]
            rows.append(_row(f"analytics: {name}", statistics.median(took), "ms", LONGEST_MS, note))
        return rows
    finally:
        await journal.stop()
        await reads.stop()
        writing.dispose()


def _reports() -> list[tuple[str, Callable[..., Any], Any]]:
    found: list[tuple[str, Callable[..., Any], Any]] = [
        ("overview, 30 days", reports.overview, ReportQuery()),
        (f"overview, {WINDOW_DAYS} days", reports.overview, ReportQuery(days=WINDOW_DAYS)),
    ]
    for period in Period:
        query = {"days": WINDOW_DAYS, "period": period}
        found += [
            (f"registrations by {period}", reports.registrations, ReportQuery(**query)),
            (f"activity by {period}", reports.activity, ActivityQuery(**query)),
            (f"activity of a tier by {period}", reports.activity, ActivityQuery(**query, tier="M-18-29-ADV")),
            (f"drawings by {period}", reports.drawings, ReportQuery(**query)),
        ]
    return found


async def _seconds(journal: Journal, reads: Reads, clock: VirtualClock, calendar: PlatformCalendar) -> float:
    began = perf_counter()
    await refresh(journal, reads, clock, calendar)
    return perf_counter() - began


async def _report(reads: Reads, report: Callable[..., Any], query: Any, moment: Moment) -> float:
    began = perf_counter()
    msgspec.json.encode(await reads.run(report, query, moment))
    return (perf_counter() - began) * 1000


def _row(name: str, value: float, unit: str, most: float | None, note: str) -> Row:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "target": None if most is None else f"<= {most:g}",
        "note": note,
    }


def main() -> None:
    """Print the figures."""
    for row in run():
        print(f"{row['name']:<50} {row['value']:>10.3f} {row['unit']:<6} {row['note']}")


if __name__ == "__main__":
    main()

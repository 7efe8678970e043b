"""What admins wait for over a year of 100,000 players and 5 million activities: reports, lists, searches.

Each is asked for as the console does, of a real server process, over HTTP.
"""

import asyncio
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from fittrack.analytics.periods import Period
from fittrack.analytics.refreshing import refresh
from fittrack.app import Node
from fittrack.config import Settings
from fittrack.db.engine import sqlite_file
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import SystemClock
from fittrack.kit.standing import Role
from tests import world
from tests.benchmarks import analytics_world
from tests.benchmarks.analytics_world import TIER
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.server_process import fittrack
from tests.server import NO_RATE_LIMITS

PLAYERS, QUICK_PLAYERS = 100_000, 300
ACTIVITIES, QUICK_ACTIVITIES = 5_000_000, 15_000
RUNS, QUICK_RUNS = 7, 1
LONGEST_MS: Final = 300
"""Target: what an admin does not notice waiting for."""
WINDOW_DAYS: Final = 365
DEEP_PAGE: Final = 40

Row = dict[str, Any]


def run(*, quick: bool = False) -> list[Row]:
    """The figures."""
    size = (QUICK_PLAYERS, QUICK_ACTIVITIES) if quick else (PLAYERS, ACTIVITIES)
    with tempfile.TemporaryDirectory() as folder:
        settings = world.migrated(world.settings_for(Path(folder)))
        token = asyncio.run(_admin(settings))
        players, activities = size
        note = f"{players:,} players, {_make(settings, players, activities):,} activities"
        first, again = asyncio.run(_count_twice(settings))
        return [
            _row("a year counted for the first time", first, "s", None, note),
            _row("what may have changed counted again", again, "s", None, "every five minutes"),
            *_ask(Path(folder), token, QUICK_RUNS if quick else RUNS),
        ]


async def _admin(settings: Settings) -> str:
    """The token of one."""
    node = Node(settings, on_fatal=world.no_fatal)
    try:
        return (await world.enrol(node, "boss", role=Role.ADMIN)).token
    finally:
        await node.close()


def _make(settings: Settings, players: int, activities: int) -> int:
    file, today = (
        sqlite_file(settings.database),
        PlatformCalendar(settings.platform_tz).day_of(SystemClock().now()),
    )
    assert file is not None
    return analytics_world.make(file, today, players=players, activities=activities)


async def _count_twice(settings: Settings) -> list[float]:
    node = Node(settings, on_fatal=world.no_fatal)
    try:
        return [await _seconds(node) for _ in range(2)]
    finally:
        await node.close()


def _ask(folder: Path, token: str, runs: int) -> Iterator[Row]:
    environ = {
        "APP_ENV": "testing",
        "DATABASE_URL": f"sqlite:///{folder}/fittrack.db",
        "MAIL_DIR": str(folder / "mail"),
        "LOG_LEVEL": "WARNING",
        **NO_RATE_LIMITS,
    }
    with fittrack(environ) as server, closing(HTTPConnection("127.0.0.1", server.port, timeout=60)) as http:
        for name, path in _paths():
            before = cpu_seconds(server.pid)
            took = [_milliseconds(http, path, token) for _ in range(runs)]
            cpu_ms = (cpu_seconds(server.pid) - before) / runs * 1000
            note = f"longest {max(took):.0f} ms; CPU {cpu_ms:.0f} ms each"
            yield _row(name, statistics.median(took), "ms", LONGEST_MS, note)


async def _seconds(node: Node) -> float:
    began = perf_counter()
    await refresh(node.journal, node.reads, node.clock, node.calendar)
    return perf_counter() - began


def _paths() -> Iterator[tuple[str, str]]:
    """What is asked for, by name."""
    for days in (30, WINDOW_DAYS):
        for period in Period:
            yield (
                f"overview, {days} days by {period}",
                f"admin/analytics/overview?days={days}&period={period}",
            )
    yield "overview as CSV", f"admin/analytics/overview?days={WINDOW_DAYS}&format=csv"
    for report in ("registrations", "activity", "drawings"):
        for period in Period:
            asked = f"admin/analytics/{report}?days={WINDOW_DAYS}&period={period}"
            yield f"{report} by {period}", asked
            yield f"{report} by {period} as CSV", f"{asked}&format=csv"
    for period in Period:
        yield (
            f"activity of a tier by {period}",
            f"admin/analytics/activity?days={WINDOW_DAYS}&period={period}&tier={TIER}",
        )
    yield "accounts, the newest", "admin/users"
    yield "accounts by name", "admin/users?sort=display_name"
    yield f"accounts, page {DEEP_PAGE}", f"admin/users?page={DEEP_PAGE}"
    yield "accounts with this in name or email", "admin/users?q=runner%2077"
    yield "accounts with this in the email", "admin/users?email=77%40test"
    yield "accounts with this in the name", "admin/users?name=4711"
    yield "accounts with a word that nobody has", "admin/users?q=nobody"
    yield "accounts that are suspended", "admin/users?status=suspended"
    yield "accounts that are premium", "admin/users?role=premium"
    yield "accounts of a tier", f"admin/users?tier={TIER}"
    yield "accounts under review", "admin/users?under_review=true"
    yield "all players' entries", "transactions"
    yield "all players' purchases", "transactions?type=spend"
    yield "all players' adjustments", "transactions?reference_type=adjustment"
    yield (
        "all players' entries since January",
        f"transactions?from={SystemClock().now().year}-01-01T00:00:00Z",
    )


def _milliseconds(http: HTTPConnection, path: str, token: str) -> float:
    began = perf_counter()
    http.request("GET", f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
    response = http.getresponse()
    body = response.read()
    took = (perf_counter() - began) * 1000
    if response.status != 200:
        raise RuntimeError(f"{path} answered {response.status}: {body[:200]!r}")
    return took


def _row(name: str, value: float, unit: str, most: float | None, note: str) -> Row:
    return {
        "name": f"analytics: {name}",
        "value": value,
        "unit": unit,
        "target": None if most is None else f"<= {most:g}",
        "note": note,
    }

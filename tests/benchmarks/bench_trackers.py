"""How long one node takes to sync 10,000 connections that are all due, and what it keeps of that in memory.

Real processes: `fittrack serve`, and a provider that takes 50 ms for each answer. The first round reads a
week of each account, in the second one every day has grown.
"""

import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

from sqlalchemy import Engine, func, insert, select, update

from fittrack.config.published import DEVELOPMENT_TOKEN_KEYS
from fittrack.connections import tokens
from fittrack.db.engine import Access, make_engine
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.partners import tracker_connections
from fittrack.kit.ids import uuid7
from fittrack.kit.sealing import Sealer
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.server_process import ServerProcess, fittrack
from tests.world import migrated, settings_for

CONNECTIONS, QUICK_CONNECTIONS = 10_000, 40
INTERVAL_S: Final = 15 * 60
"""SPEC 7: every connection is synced within it."""
GROWTH_KIB_MAX: Final = 64 * 1024
"""From the end of one round to the end of the next: not something for each account."""
PATIENCE_S: Final = 30 * 60.0
LOOK_EVERY_S: Final = 0.2
MANY_ROWS: Final = 1_000

Row = dict[str, Any]


def run(*, quick: bool = False) -> list[Row]:
    """The figures."""
    connections = QUICK_CONNECTIONS if quick else CONNECTIONS
    with tempfile.TemporaryDirectory() as folder, _provider() as provider:
        environ = _environ(Path(folder), provider.port)
        settings = migrated(settings_for(Path(folder), **environ))
        engine = make_engine(settings.database, Access.WRITE)
        _fill(engine, connections)
        with fittrack(environ) as server:
            first = _round(engine, server.pid, connections)
            _make_due(engine)
            second = _round(engine, server.pid, connections)
        engine.dispose()
    return _rows(connections, first, second)


def _rows(connections: int, first: Row, second: Row) -> list[Row]:
    note = f"{connections:,} connections due at once, 50 ms for each answer"
    rate = median(connections / each["seconds"] for each in (first, second))
    return [
        {
            "name": "trackers: first syncs, a week each",
            "value": first["seconds"],
            "unit": "s",
            "target": f"<= {INTERVAL_S}",
            "note": note,
        },
        {
            "name": "trackers: syncs of days that grew",
            "value": second["seconds"],
            "unit": "s",
            "target": f"<= {INTERVAL_S}",
            "note": note,
        },
        {
            "name": "trackers: syncs",
            "value": rate,
            "unit": "/s",
            "note": "three requests and one command each",
        },
        {
            "name": "trackers: processor time of a sync",
            "value": 1000 * second["cpu"] / connections,
            "unit": "ms",
            "note": "of the server's process",
        },
        {
            "name": "trackers: memory after the second round",
            "value": second["kib"] / 1024,
            "unit": "MiB",
            "target": f"<= {(first['kib'] + GROWTH_KIB_MAX) / 1024:.0f}",
            "note": f"after the first one {first['kib'] / 1024:.0f} MiB",
        },
    ]


def _provider() -> ServerProcess:
    return ServerProcess("-m", "tests.benchmarks.tracker_provider", "{port}", environ={})


def _environ(folder: Path, port: int) -> dict[str, str]:
    url = f"http://127.0.0.1:{port}"
    return {
        "APP_ENV": "testing",
        "DATABASE_URL": f"sqlite:///{folder}/fittrack.db",
        "MAIL_DIR": str(folder / "mail"),
        "LOG_LEVEL": "WARNING",
        "GOOGLE_CLIENT_ID": "benchmark",
        "GOOGLE_CLIENT_SECRET": "benchmark",
        "GOOGLE_REDIRECT_URIS": "https://app.fittrack.example/connected",
        "GOOGLE_HEALTH_URL": url,
        "GOOGLE_TOKEN_URL": f"{url}/token",
    }


def _fill(engine: Engine, connections: int) -> None:
    """So many players, each with a tracker that is due."""
    now = datetime.now(UTC)
    sealer = Sealer.from_text(DEVELOPMENT_TOKEN_KEYS)
    ids = [uuid7() for _ in range(connections)]
    with engine.begin() as conn:
        for start in range(0, connections, MANY_ROWS):
            some = list(enumerate(ids))[start : start + MANY_ROWS]
            conn.execute(insert(users), [_user(user_id, now) for _, user_id in some])
            conn.execute(insert(profiles), [_profile(user_id, n, now) for n, user_id in some])
            conn.execute(insert(tracker_connections), [_connection(sealer, each, now) for _, each in some])


def _user(user_id: Any, now: datetime) -> Row:
    return {
        "user_id": user_id,
        "email": f"{user_id}@test.example",
        "email_key": f"{user_id}@test.example",
        "status": "active",
        "role": "user",
        "date_of_birth": date(1990, 5, 17),
        "state_of_residence": "TX",
        "email_verified_at": now,
        "under_review": False,
        "standing_changed_at": now,
        "created_at": now,
    }


def _profile(user_id: Any, number: int, now: datetime) -> Row:
    return {
        "user_id": user_id,
        "display_name": f"Player {number}",
        "display_key": f"player {number}",
        "biological_sex": "female",
        "fitness_level": "beginner",
        "tier_code": "F-30-39-BEG",
        "updated_at": now,
    }


def _connection(sealer: Sealer, user_id: Any, now: datetime) -> Row:
    connection_id = uuid7()
    sealed = tokens.seal(sealer, connection_id, f"access-{connection_id}", "refresh")
    return {
        "connection_id": connection_id,
        "user_id": user_id,
        "provider": "fitbit",
        "is_primary": True,
        "sealed_access_token": sealed.access,
        "sealed_refresh_token": sealed.refresh,
        "token_expires_at": now + timedelta(hours=6),
        "sync_status": "pending",
        "sync_failures": 0,
        "next_due_at": now,
        "created_at": now,
        "updated_at": now,
    }


def _make_due(engine: Engine) -> None:
    with engine.begin() as conn:
        values = {"next_due_at": datetime.now(UTC), "sync_status": "pending"}
        conn.execute(update(tracker_connections).values(values))


def _round(engine: Engine, pid: int, connections: int) -> Mapping[str, Any]:
    """Wait until all are synced: seconds, processor seconds, and resident KiB at the end."""
    began, cpu, until = time.monotonic(), cpu_seconds(pid), time.monotonic() + PATIENCE_S
    while _synced(engine) < connections:
        if time.monotonic() > until:
            raise RuntimeError(f"{_synced(engine):,} of {connections:,} connections were synced")
        time.sleep(LOOK_EVERY_S)
    return {
        "seconds": time.monotonic() - began,
        "cpu": cpu_seconds(pid) - cpu,
        "kib": _resident_kib(pid),
    }


def _synced(engine: Engine) -> int:
    c = tracker_connections.c
    with engine.connect() as conn:
        return int(conn.execute(select(func.count()).where(c.sync_status == "idle")).scalar_one())


def _resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


if __name__ == "__main__":
    for row in run():
        print(row)

"""How many webhooks one node delivers, and what purchases cost while somebody is told of each.

Real processes: `fittrack serve`, and a receiver that answers at once. Purchases are measured by turns without
an endpoint and with one that subscribed to `tickets.purchased`, on the same database.
"""

import asyncio
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, delete, func, insert, select

from fittrack.config.published import DEVELOPMENT_TOKEN_KEYS
from fittrack.db.engine import Access, make_engine
from fittrack.db.tables.messages import webhook_deliveries, webhook_events
from fittrack.kit.clock import SystemClock, whole_milliseconds
from fittrack.kit.ids import uuid7, uuid7_of
from fittrack.kit.seal_contexts import webhook_secret
from fittrack.kit.sealing import Sealer
from fittrack.webhooks import queries
from fittrack.webhooks.model import new_endpoint
from tests.benchmarks.bench_purchases import QUICK as QUICK_EFFORT
from tests.benchmarks.bench_purchases import Effort, load_of
from tests.benchmarks.load_window import Load
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.purchase_world import make_purchase_world
from tests.benchmarks.server_process import ServerProcess, fittrack
from tests.world import settings_for

MESSAGES, QUICK_MESSAGES = 10_000, 50
LOOK_EVERY_S: Final = 0.1
PATIENCE_S: Final = 10 * 60.0
ROWS_AT_ONCE: Final = 1_000
PURCHASE, OTHER = "tickets.purchased", "drawing.closed"
PAYLOAD: Final = b'{"type":"drawing.closed","timestamp":"2026-06-10T16:00:00.000Z","data":{"drawing_id":"0"}}'

Row = dict[str, Any]


def run(*, quick: bool = False) -> list[Row]:
    """The figures."""
    effort = QUICK_EFFORT if quick else Effort()
    messages = QUICK_MESSAGES if quick else MESSAGES
    with tempfile.TemporaryDirectory() as folder, _receiver() as receiver:
        world = asyncio.run(make_purchase_world(Path(folder), effort.connections))
        engine = make_engine(settings_for(Path(folder)).database, Access.WRITE)
        silent, told, sent = [], [], (0.0, 0.0)
        for number in range(effort.rounds):
            with fittrack(world.environ) as server:
                silent.append(load_of(server, world, effort, buyers=effort.connections))
                if number == 0:
                    sent = _deliver(engine, server, receiver, messages)
            endpoint_id = _add_endpoint(engine, receiver, PURCHASE)
            with fittrack(world.environ) as server:
                told.append(load_of(server, world, effort, buyers=effort.connections))
            _forget(engine, endpoint_id)
        engine.dispose()
    return _rows(messages, *sent, silent, told)


def _rows(messages: int, seconds: float, cpu: float, silent: list[Load], told: list[Load]) -> list[Row]:
    without, with_one = (median(load.rate for load in loads) for loads in (silent, told))
    return [
        {
            "name": "webhooks: delivered to one endpoint",
            "value": messages / seconds,
            "unit": "1/s",
            "note": f"{messages:,} that waited; server {1e6 * cpu / messages:.0f} µs CPU each",
        },
        {
            "name": "webhooks: purchases, nobody is told",
            "value": without,
            "unit": "1/s",
            "note": "over HTTP",
        },
        {
            "name": "webhooks: purchases, one endpoint is told of each",
            "value": with_one,
            "unit": "1/s",
            "note": f"{with_one / without:.0%} of the rate; the same processor sends meanwhile",
        },
    ]


def _receiver() -> ServerProcess:
    return ServerProcess("-m", "tests.benchmarks.webhook_receiver", "{port}", environ={})


def _deliver(
    engine: Engine, server: ServerProcess, receiver: ServerProcess, messages: int
) -> tuple[float, float]:
    """Let so many messages wait and be delivered: seconds, and the server's processor seconds."""
    endpoint_id = _add_endpoint(engine, receiver, OTHER)
    cpu, began = cpu_seconds(server.pid), time.monotonic()
    _let_wait(engine, messages)
    while _delivered(engine) < messages:
        if time.monotonic() - began > PATIENCE_S:
            raise RuntimeError(f"{_delivered(engine):,} of {messages:,} messages were delivered")
        time.sleep(LOOK_EVERY_S)
    took = time.monotonic() - began, cpu_seconds(server.pid) - cpu
    _forget(engine, endpoint_id)
    return took


def _add_endpoint(engine: Engine, receiver: ServerProcess, event_type: str) -> UUID:
    endpoint_id = uuid7()
    sealed = Sealer.from_text(DEVELOPMENT_TOKEN_KEYS).seal(bytes(32), webhook_secret(endpoint_id))
    url = f"http://127.0.0.1:{receiver.port}/hook"
    with engine.begin() as conn:
        queries.add(conn, new_endpoint(endpoint_id, url, [event_type], sealed, _now()))
    return endpoint_id


def _let_wait(engine: Engine, messages: int) -> None:
    for start in range(0, messages, ROWS_AT_ONCE):
        now = _now()
        rows = [
            {
                "message_id": uuid7_of(now),
                "event_type": OTHER,
                "payload": PAYLOAD,
                "waits_since": now,
                "created_at": now,
            }
            for _ in range(min(ROWS_AT_ONCE, messages - start))
        ]
        with engine.begin() as conn:
            conn.execute(insert(webhook_events), rows)


def _forget(engine: Engine, endpoint_id: UUID) -> None:
    """Nobody is told any more."""
    with engine.begin() as conn:
        queries.change(conn, endpoint_id, active=False, deleted_at=_now())
        conn.execute(delete(webhook_events).where(webhook_events.c.waits_since.is_not(None)))


def _delivered(engine: Engine) -> int:
    done = webhook_deliveries.c.delivered_at.is_not(None)
    with engine.connect() as conn:
        return int(conn.execute(select(func.count()).where(done)).scalar_one())


def _now() -> datetime:
    return whole_milliseconds(SystemClock().now())


if __name__ == "__main__":
    for row in run():
        print(row)

"""Checks run beside a server that sells: they see one moment, change nothing, and speak both dialects."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, make_url
from sqlalchemy.sql import ClauseElement

from fittrack.app import Node
from fittrack.check.checking import check_database, examine
from fittrack.check.pace import Pace
from fittrack.config import Settings
from fittrack.config.published import DEVELOPMENT_TOKEN_KEYS
from fittrack.db.engine import Access, make_engine
from fittrack.doctor import queries as doctor_queries
from fittrack.drawings.commands import BuyTickets
from fittrack.kit.ids import DrawingId
from fittrack.kit.intention import Intention
from fittrack.kit.sealing import Sealer
from fittrack.server.asking import USER
from tests.oracle_sql.words import RESERVED
from tests.world import Member, fill, migrated, no_fatal, settings_for

ORACLE = make_url("oracle+oracledb://").get_dialect()()
FOREIGN = re.compile(r"\bLIMIT\b|\bON CONFLICT\b|\bIS (1|0)\b|\bjson_each\b|\bSTRICT\b", re.IGNORECASE)

CHECKS = 5


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return migrated(settings_for(tmp_path))


@pytest.fixture
async def node(settings: Settings) -> AsyncIterator[Node]:
    node = Node(settings, on_fatal=no_fatal)
    yield node
    await node.close()


async def buy_on(node: Node, player: Member, drawing_id: DrawingId, ended: asyncio.Event) -> int:
    """Buy a ticket after the other until it has ended; returns how many."""
    bought = 0
    while not ended.is_set():
        await node.registry.ref(USER, player.user_id).ask(Intention(BuyTickets(drawing_id, 1)))
        bought += 1
    return bought


async def test_a_storm_of_purchases_never_looks_broken(node: Node, settings: Settings) -> None:
    world = await fill(node, players=8, points=6_000, cost=1, close_in_s=3_600)
    engine, ended = make_engine(settings.database, Access.READ), asyncio.Event()
    storm = [asyncio.create_task(buy_on(node, player, world.drawing_id, ended)) for player in world.players]
    for _ in range(CHECKS):
        assert await asyncio.to_thread(check_database, engine) == []
    ended.set()
    assert all([await sales > 0 for sales in storm])
    assert check_database(engine) == []
    engine.dispose()


@pytest.fixture
def reader(database: Path) -> Engine:
    return make_engine(settings_for(database.parent).database, Access.READ)


def test_no_part_at_a_pace_reads_a_whole_log_or_book(reader: Engine) -> None:
    seen: set[str] = set()

    def note(_: object, _cursor: object, text: str, *__: object) -> None:
        seen.add(text)

    event.listen(reader, "before_cursor_execute", note)
    report = examine(reader, Sealer.from_text(DEVELOPMENT_TOKEN_KEYS), pace=Pace())
    reader.dispose()
    assert report.findings == []
    for key in ("user_log.user_id", "ledger.user_id", "inbox.user_id", "drawing_log.drawing_id"):
        in_order = [text for text in seen if f"ORDER BY {key}, " in text]
        ranges = {text.partition(f"{key} IS NOT NULL")[2].partition("ORDER BY")[0] for text in in_order}
        bounds = {f"{sign} ?" for bounds in ranges for sign in (">", "<=") if f"{key} {sign} ?" in bounds}
        assert bounds == {"> ?", "<= ?"}, f"{key} is read from one id to another"


def test_every_statement_can_be_written_for_oracle(reader: Engine) -> None:
    seen: set[str] = set()

    def note(_: object, clause: Any, *__: object) -> None:
        if isinstance(clause, ClauseElement):
            seen.add(str(clause.compile(dialect=ORACLE)))

    event.listen(reader, "before_execute", note)
    check_database(reader)
    with reader.connect() as conn:
        doctor_queries.latest_committed(conn)
    reader.dispose()
    assert len(seen) > 15
    for sql in seen:
        assert not FOREIGN.search(sql), sql
        names = {name.upper() for name in re.findall(r":(\w+)|\bAS (\w+)", sql) for name in name if name}
        assert not names & RESERVED, sql

"""A drawing with more entries than are owed back at once: it is cancelled at once, and pays in parts."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from fittrack.check.checking import examine
from fittrack.config.published import DEVELOPMENT_TOKEN_KEYS
from fittrack.db.tables.drawings import drawings
from fittrack.db.tables.logs import effect_receipts, effects
from fittrack.drawings.commands import CancelDrawing, DrawingEdit, EditDrawing
from fittrack.drawings.effects import REFUND, REFUND_NOTICE
from fittrack.drawings.entry_queries import REFUNDS_PER_UNIT
from fittrack.drawings.model import DrawingStatus
from fittrack.kit.ids import DrawingId, UserId
from fittrack.kit.sealing import Sealer
from protocol.channel_events import DrawingCancelled
from tests.actors.house import House, a_house

NAMES: Final = ("ann", "bob", "cal")
BUYS_A_TURN: Final = 20
TURNS: Final = 2 * REFUNDS_PER_UNIT // (len(NAMES) * BUYS_A_TURN) + 1
EACH_BUYS: Final = BUYS_A_TURN * TURNS
"""Together somewhat more than fits two parts."""
ENTRIES: Final = EACH_BUYS * len(NAMES)
POINTS: Final = 1_000


async def sell(house: House) -> tuple[DrawingId, list[UserId]]:
    """A drawing, and who bought in it in turns."""
    drawing_id = await house.drawing(ticket_cost_points=1)
    players = [await house.player(name) for name in NAMES]
    for _ in range(TURNS):
        await asyncio.gather(*(house.buy(player, drawing_id, 1) for player in players * BUYS_A_TURN))
    return drawing_id, players


def count(house: House, what: Any) -> int:
    with house.node.storage.read_engine.connect() as conn:
        return int(conn.execute(what).scalar_one())


def owed(house: House, kind: str, table: Any = effects) -> int:
    return count(house, select(func.count()).select_from(table).where(table.c.kind == kind))


def waiting(house: House) -> int:
    """What the check finds still to be paid, with nothing wrong about it."""
    report = examine(house.node.storage.read_engine, Sealer.from_text(DEVELOPMENT_TOKEN_KEYS))
    assert not report.findings
    return report.refunds_waiting


async def pay(house: House) -> None:
    """What is owed now; that leaves more to be owed, which comes next."""
    await house.node.jobs.apply_effects()
    await house.node.jobs.tend_drawings()
    await house.quiet()


async def assert_all_was_paid_once(house: House, players: Sequence[UserId]) -> None:
    assert owed(house, REFUND) == owed(house, REFUND_NOTICE) == waiting(house) == 0
    assert owed(house, REFUND, effect_receipts) == ENTRIES
    for player in players:
        assert (await house.standing(player)).balance == POINTS
        assert [note.title for note in await house.inbox(player)] == [f"{EACH_BUYS} points refunded"]


async def test_everybody_is_paid_once_though_it_is_edited_and_interrupted_between_two_parts(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        drawing_id, players = await sell(house)
        heard = house.listen(drawing_id)
        await house.run(drawing_id, CancelDrawing("No sponsor"))
        assert (await house.view(drawing_id)).drawing.status is DrawingStatus.CANCELLED
        assert [type(each.payload) for each in heard] == [DrawingCancelled]
        assert owed(house, REFUND) == REFUNDS_PER_UNIT, "the first part comes with the cancellation"
        assert waiting(house) == ENTRIES
        await house.run(drawing_id, EditDrawing(DrawingEdit(description="We are sorry.")))
        later = house.clock.now()
    async with a_house(tmp_path, start=later) as house:
        heard = house.listen(drawing_id)
        await house.node.jobs.apply_effects()
        assert owed(house, REFUND, effect_receipts) == REFUNDS_PER_UNIT
        assert waiting(house) == ENTRIES - REFUNDS_PER_UNIT
        await pay(house)
        await pay(house)
        assert count(house, select(func.count(drawings.c.refunds_owed_rev))) == 0
        assert count(house, select(func.count(drawings.c.next_due_at))) == 0
        await assert_all_was_paid_once(house, players)
        await pay(house)
        await assert_all_was_paid_once(house, players)
        assert not heard

"""What a cancelled drawing owes back, in parts: each a unit of its log, from the place the last one came to.

The first part is owed with the cancellation itself. What is behind it is found by the sweep of timers
by that place alone, whatever becomes of this activation and whatever else is written about the drawing.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fittrack.drawings import entry_queries, statements
from fittrack.drawings.effects import refund_payload
from fittrack.drawings.entry_queries import Refunds

if TYPE_CHECKING:
    from actors.drawing import DrawingActor

REFUNDS_OWED: Final = "refunds_owed"
"""The kind of the units behind the cancellation."""

PARTS_PER_TURN: Final = 4
"""Some tenths of a second, for which whoever looks at the drawing waits. A second later come the next."""


async def first_part(actor: "DrawingActor") -> Refunds:
    """What is owed with the cancellation. No sale is in flight."""
    return await actor.services.reads.run(entry_queries.refunds, actor.drawing_id, 0)


async def owe_more(actor: "DrawingActor") -> None:
    """Owe the next parts, as far as there are any."""
    for _ in range(PARTS_PER_TURN):
        owed_rev = actor.existing().refunds_owed_rev
        if owed_rev is None:
            return
        await _owe(actor, owed_rev)


async def _owe(actor: "DrawingActor", owed_rev: int) -> None:
    stored = actor.existing()
    part = await actor.services.reads.run(entry_queries.refunds, actor.drawing_id, owed_rev)
    unit = actor.unit(REFUNDS_OWED)
    unit.inserts = statements.owe_refunds(part, refund_payload(stored.drawing), unit.created_at)
    unit.statements = [statements.refunds_owed(actor.drawing_id, part.up_to)]
    await actor.append(unit)
    actor.stored = replace(stored, refunds_owed_rev=part.up_to)
    actor.services.effects_due()

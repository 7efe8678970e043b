"""Adjustments of a player's points by admins: entries of the ledger like any other (SPEC 3)."""

from typing import TYPE_CHECKING

import msgspec

from fittrack.audit.action import Action
from fittrack.audit.recording import audit_row
from fittrack.drawings.rules import InsufficientPoints
from fittrack.inbox import notices
from fittrack.kit.ids import uuid7
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import Conflict
from fittrack.kit.standing import Role
from fittrack.points import ledger
from fittrack.points.commands import AdjustPoints
from fittrack.points.schemas import Adjusted

if TYPE_CHECKING:
    from actors.user import UserActor

ADJUSTMENT = "adjustment"
"""What such an entry refers to: nothing but itself. Who made it stands in the audit log."""


async def adjust(actor: "UserActor", intention: Intention, command: AdjustPoints) -> Answer:
    """Book the points; the balance never goes below zero (`InsufficientPoints`)."""
    account, before = actor.existing(), actor.ledger.balance
    if account.player.role is Role.ADMIN:
        raise Conflict("Administrators have no points to adjust.")
    if before + command.amount < 0:
        raise InsufficientPoints(f"The balance is {before:,} points.")
    entry = ledger.append(
        actor.ledger,
        user_id=actor.user_id,
        transaction_id=uuid7(),
        transaction_type="adjust",
        amount=command.amount,
        reference_type=ADJUSTMENT,
        reference_id=None,
        description=f"Adjustment: {command.reason}"[: ledger.DESCRIPTION_LENGTH_MAX],
        created_at=actor.services.clock.now(),
    )
    answer = Adjusted(user_id=actor.user_id, **msgspec.structs.asdict(entry.transaction()))
    action = Action(
        name="user.adjust_points",
        subject_type="user",
        subject_id=actor.user_id,
        before={"balance": before},
        after={"balance": entry.balance_after, "transaction_id": str(entry.transaction_id)},
        reason=command.reason,
    )
    unit = actor.unit("points_adjusted", intention, answer)
    unit.inserts = [entry.row, audit_row(action, intention.origin, entry.created_at)]
    delivered = actor.notify(unit, [notices.points_adjusted(command.amount, command.reason)])
    await actor.append(unit)
    actor.booked([entry])
    actor.delivered(delivered)
    return Answer(answer)

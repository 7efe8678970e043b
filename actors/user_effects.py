"""What others' units owe a player, such as a refund: applied through the player's own log, once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from actors import user_fulfilments, user_privacy
from fittrack.db import effect_queries
from fittrack.db.handles import Executable
from fittrack.db.journal import Unit, UnitRefused
from fittrack.drawings import entry_queries
from fittrack.drawings.effects import REFUND, REFUND_NOTICE, WINNER_NOTICE, read_refund, read_winner
from fittrack.fulfilments import queries as fulfilment_queries
from fittrack.inbox import notices
from fittrack.inbox.notices import Notice
from fittrack.inbox.owed import NOTICE, read_notice
from fittrack.kit.ids import FulfillmentId
from fittrack.players.messages import ApplyEffect
from fittrack.points import ledger
from fittrack.points.ledger import Entry
from fittrack.privacy.statements import ERASURE

if TYPE_CHECKING:
    from actors.user import UserActor


async def apply(actor: "UserActor", effect: ApplyEffect) -> None:
    """Apply `effect`, or find that it was. A banned or deleted player's ledger is kept right as well."""
    match effect.kind:
        case kind if kind == REFUND:
            await _refund(actor, effect)
        case kind if kind == REFUND_NOTICE:
            await _tell_refund(actor, effect)
        case kind if kind == WINNER_NOTICE:
            await _tell_winner(actor, effect)
        case kind if kind == NOTICE:
            await _commit(actor, effect, actor.unit(effect.kind), read_notice(effect.payload))
        case kind if kind == ERASURE:
            await user_privacy.erase(actor, effect)
        case kind:
            raise AssertionError(f"nobody owes a player {kind!r}")


async def _refund(actor: "UserActor", effect: ApplyEffect) -> None:
    refund = read_refund(effect.payload)
    tickets = await actor.services.reads.run(
        entry_queries.tickets_of_entry, refund.drawing_id, effect.subject_id
    )
    points = tickets * refund.ticket_cost_points
    entry = ledger.append(
        actor.ledger,
        user_id=actor.user_id,
        transaction_id=effect_queries.transaction_id(effect.kind, effect.subject_id),
        transaction_type="adjust",
        amount=points,
        reference_type=REFUND,
        reference_id=str(refund.drawing_id),
        description=f"Refund: {refund.drawing_name} was cancelled"[: ledger.DESCRIPTION_LENGTH_MAX],
        created_at=actor.services.clock.now(),
    )
    await _commit(actor, effect, actor.unit(effect.kind), entries=[entry])


async def _tell_refund(actor: "UserActor", effect: ApplyEffect) -> None:
    """One notice for all entries: what they cost comes back with an effect for each."""
    refund = read_refund(effect.payload)
    tickets = await actor.services.reads.run(entry_queries.tickets_bought, refund.drawing_id, actor.user_id)
    points = tickets * refund.ticket_cost_points
    notice = notices.refund(refund.drawing_name, points, refund.drawing_id)
    await _commit(actor, effect, actor.unit(effect.kind), notice)


async def _tell_winner(actor: "UserActor", effect: ApplyEffect) -> None:
    won = read_winner(effect.payload)
    notice = notices.winner(
        won.drawing_name,
        won.prize_name,
        won.winning_ticket_number,
        won.drawing_id,
        needs_address=won.needs_address,
    )
    unit = actor.unit(effect.kind)
    prize = await actor.services.reads.run(fulfilment_queries.find, FulfillmentId(effect.subject_id))
    assert prize is not None, "a notice is owed with its prize"
    if actor.account is None or actor.account.is_deleted:
        also = user_fulfilments.forfeit_with(unit, [prize])
    else:
        also = user_fulfilments.notify_with(unit, prize)
    await _commit(actor, effect, unit, notice, also=also)


async def _commit(
    actor: "UserActor",
    effect: ApplyEffect,
    unit: Unit,
    notice: Notice | None = None,
    *,
    entries: Sequence[Entry] = (),
    also: Sequence[Executable] = (),
) -> None:
    unit.inserts = [
        *unit.inserts,
        *(entry.row for entry in entries),
        effect_queries.receipt(effect.kind, effect.subject_id, actor.user_id, unit.created_at),
    ]
    unit.statements = [effect_queries.settle(effect.kind, effect.subject_id), *also]
    delivered = actor.notify(unit, [] if notice is None else [notice])
    try:
        await actor.append(unit)
    except UnitRefused:
        return  # the receipt is there: it was applied before
    actor.booked(entries)
    actor.delivered(delivered)

"""A free entry: one unit of the drawing's log alone, for no points. The draw knows no difference."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from fittrack.audit.action import Action
from fittrack.audit.recording import audit_row
from fittrack.db.handles import Connection
from fittrack.db.journal import Unit, UnitRefused
from fittrack.drawings import entry_queries, statements
from fittrack.drawings.commands import RecordFreeEntry
from fittrack.drawings.eligibility import check_eligible
from fittrack.drawings.free_entries import EvidenceUsed, check_free_tickets
from fittrack.drawings.model import Drawing
from fittrack.drawings.rules import check_sales
from fittrack.drawings.schemas import FreeEntryRecorded
from fittrack.inbox import notices
from fittrack.inbox.owed import owed_notice
from fittrack.kit.ids import DrawingId, UserId
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import FieldError, Validation
from fittrack.players.model import Account
from fittrack.players.queries import load_account
from fittrack.pubsub.messages import player_topic
from protocol.outbound import TicketsChanged

if TYPE_CHECKING:
    from actors.drawing import DrawingActor


class _Facts(NamedTuple):
    """What is known of the person and of the evidence."""

    account: Account | None
    free_tickets: int
    used_for: UUID | None
    """The drawing in which the evidence made an entry."""


async def record(actor: "DrawingActor", intention: Intention, wish: RecordFreeEntry) -> Answer:
    """Enter somebody without purchase: before the close, and by the rules of a purchase but its price.

    Raises `Busy` while the clock is off, `SalesClosed`, `NotEligible`, `FreeTicketsUsedUp`, `EvidenceUsed`,
    or `Validation` for nobody.
    """
    drawing = actor.existing().drawing
    actor.services.clock_watch.check()
    facts = await actor.services.reads.run(_read, drawing.drawing_id, wish)
    _check(actor, drawing, wish, facts, actor.services.clock.now())
    unit, answer = _settle(actor, drawing, intention, wish)
    try:
        await actor.append(unit)
    except UnitRefused as refused:
        raise EvidenceUsed from refused  # another drawing was quicker
    actor.hold(wish.user_id, wish.quantity)
    _tell(actor, answer)
    return Answer(answer)


def _read(conn: Connection, drawing_id: DrawingId, wish: RecordFreeEntry) -> _Facts:
    return _Facts(
        load_account(conn, wish.user_id),
        entry_queries.free_tickets_of(conn, drawing_id, wish.user_id),
        entry_queries.drawing_of_evidence(conn, wish.evidence),
    )


def _check(
    actor: "DrawingActor", drawing: Drawing, wish: RecordFreeEntry, facts: _Facts, now: datetime
) -> None:
    check_sales(drawing, now)
    if facts.account is None or facts.account.is_deleted:
        raise Validation(errors=[FieldError("/user_id", "There is no such player.")])
    if facts.used_for is not None:
        raise EvidenceUsed(f"It is that of an entry in the drawing {facts.used_for}.")
    check_eligible(
        drawing,
        facts.account.player,
        now,
        calendar=actor.services.calendar,
        excluded_states=actor.services.excluded_states,
    )
    check_free_tickets(drawing, wish.quantity, facts.free_tickets)


def _settle(
    actor: "DrawingActor", drawing: Drawing, intention: Intention, wish: RecordFreeEntry
) -> tuple[Unit, FreeEntryRecorded]:
    """The unit of the entry and what it answers."""
    unit = actor.unit(entry_queries.FREE_ENTRY, intention)
    mine = actor.tickets_by_holder.get(wish.user_id, 0) + wish.quantity
    answer = FreeEntryRecorded(
        transaction_id=unit.unit_id,
        drawing_id=drawing.drawing_id,
        user_id=wish.user_id,
        quantity=wish.quantity,
        evidence=wish.evidence,
        my_tickets=mine,
        odds=mine / (actor.total_tickets + wish.quantity),
    )
    actor.give_answer(unit, answer)
    notice = notices.free_entry(drawing.name, wish.quantity, drawing.drawing_id)
    unit.entry = (wish.user_id, wish.quantity)
    unit.inserts = [
        statements.free_entry(unit, drawing.drawing_id, wish, intention.origin),
        owed_notice(wish.user_id, unit.unit_id, entry_queries.FREE_ENTRY, notice, unit.created_at),
        audit_row(_action(answer), intention.origin, unit.created_at),
    ]
    return unit, answer


def _tell(actor: "DrawingActor", answer: FreeEntryRecorded) -> None:
    """What is durable is told to whoever is connected; the notice is the player's own unit's business."""
    outlet, user_id = actor.services.outlet, UserId(answer.user_id)
    topic = player_topic(user_id)
    if outlet.listens(topic):
        changed = TicketsChanged(drawing_id=answer.drawing_id, my_tickets=answer.my_tickets, odds=answer.odds)
        outlet.note(topic, user_id, changed, actor.subject)
    actor.services.effects_due()


def _action(entry: FreeEntryRecorded) -> Action:
    """What it rests on stands with the entry, under its id, for as long."""
    return Action(
        name="free-entry.record",
        subject_type="drawing",
        subject_id=entry.drawing_id,
        after={
            "transaction_id": str(entry.transaction_id),
            "user_id": str(entry.user_id),
            "quantity": entry.quantity,
        },
    )

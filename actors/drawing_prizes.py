"""What a drawing decides of prizes that winners lost: the next alternate, or back (SPEC 6, FAIRNESS 4).

A forfeited prize is no longer its former winner's, whose actor never touches it again. Who comes next is
a matter of the drawing: its log orders redraws, so that each takes the next of one sequence.
"""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, assert_never

import structlog

from fittrack.audit.action import Action
from fittrack.audit.recording import audit_row
from fittrack.db import effect_queries
from fittrack.db.journal import Unit, UnitRefused
from fittrack.drawings import commitment, draw, winner_queries
from fittrack.drawings import news as drawing_news
from fittrack.drawings import statements as drawing_statements
from fittrack.drawings.effects import WINNER_NOTICE
from fittrack.drawings.rules import InvalidTransition, check_completed
from fittrack.drawings.stored import StoredDrawing, Winner
from fittrack.fulfilments import news, queries, rules, statements, views
from fittrack.fulfilments.commands import AddFulfillment, DrawingsPrizeCommand, Redraw, ReturnPrize
from fittrack.fulfilments.model import Fulfillment, FulfillmentStatus
from fittrack.fulfilments.rules import Deed
from fittrack.inbox.owed import owed_notice
from fittrack.kit.ids import UserId
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import Busy, Conflict, FieldError, NotFound, Validation

if TYPE_CHECKING:
    from actors.drawing import DrawingActor

log = structlog.get_logger(__name__)

NOBODY_LEFT: Final = "Nobody is left to be drawn."
"""Why a prize goes back that was to be drawn again."""


async def decide(actor: "DrawingActor", intention: Intention, command: DrawingsPrizeCommand) -> Answer:
    """Do what an admin wants. A winner's time to answer begins with it: `Busy` while the clock is off."""
    actor.services.clock_watch.check()
    match command:
        case Redraw():
            return await _redraw(actor, intention, command)
        case ReturnPrize():
            return await _give_back(actor, intention, await _forfeited(actor, command, Deed.RETURN))
        case AddFulfillment():
            return await _add(actor, intention, command)
        case _:
            assert_never(command)


async def _redraw(actor: "DrawingActor", intention: Intention, command: Redraw) -> Answer:
    """Give a forfeited prize to the next alternate; when nobody is left, it goes back."""
    prize = await _forfeited(actor, command, Deed.REDRAW)
    stored, reads, now = actor.existing(), actor.services.reads, actor.services.clock.now()
    assert stored.commitment is not None, "a completed drawing has its commitment"
    secrets = commitment.open_secrets(actor.services.sealer, actor.drawing_id, stored.commitment)
    everybody = await reads.run(winner_queries.winners_of, actor.drawing_id)
    former = next(winner for winner in everybody if winner.draw_order == prize.draw_order)
    winner = await reads.run(draw.next_alternate, stored, secrets, former)
    if winner is None:
        return await _give_back(actor, intention, prize, NOBODY_LEFT)
    rows = [
        drawing_statements.take_over(winner, former, now),
        *drawing_statements.award_prize(stored.drawing, winner, now),
    ]
    answer = views.shape(replace(prize, successor_id=winner.fulfillment_id), for_admin=True)
    action = _action("drawing.redraw", prize, {}, {"successor_id": str(winner.fulfillment_id)})
    unit = actor.unit("prize:redraw", intention, answer)
    unit.inserts = [*rows, audit_row(action, intention.origin, now)]
    await _append(actor, unit)
    await _announce_winners(actor, stored)
    return Answer(answer)


async def _announce_winners(actor: "DrawingActor", stored: StoredDrawing) -> None:
    """Tell the channels who has won by now. It is stored: nobody hears otherwise if that cannot be."""
    try:
        everybody = await actor.services.reads.run(winner_queries.winners_of, actor.drawing_id)
    except Busy:  # whoever looks at the drawing reads it
        log.warning("drawing.winners_not_told", drawing_id=str(actor.drawing_id))
        return
    actor.services.outlet.announce(drawing_news.completed(stored, everybody))


async def _add(actor: "DrawingActor", intention: Intention, command: AddFulfillment) -> Answer:
    """Make the fulfilment of a winner who has none, and tell them unless they were told."""
    stored, reads, now = actor.existing(), actor.services.reads, actor.services.clock.now()
    check_completed(stored.drawing)
    everybody = await reads.run(winner_queries.winners_of, actor.drawing_id)
    winner = next((winner for winner in everybody if winner.user_id == command.user_id), None)
    if winner is None:
        raise Validation(errors=[FieldError("/user_id", "They won nothing in this drawing.")])
    if await reads.run(queries.find, winner.fulfillment_id) is not None:
        raise Conflict("The winner has a fulfillment already.")
    made = _made(stored, winner, now)
    was_told = await reads.run(effect_queries.was_applied, WINNER_NOTICE, winner.fulfillment_id)
    answer = views.shape(made, for_admin=True)
    action = _action("fulfillment.create", made, None, {"status": made.status.value})
    unit = actor.unit("prize:add", intention, answer)
    unit.inserts = [
        drawing_statements.owe_prize(winner, now),
        *([] if was_told else [drawing_statements.owe_winner_notice(stored.drawing, winner, now)]),
        audit_row(action, intention.origin, now),
    ]
    await _append(actor, unit)
    return Answer(answer)


def _made(stored: StoredDrawing, winner: Winner, now: datetime) -> Fulfillment:
    prize = next(prize for prize in stored.drawing.prizes if prize.prize_id == winner.prize_id)
    return Fulfillment(
        fulfillment_id=winner.fulfillment_id,
        drawing_id=stored.drawing.drawing_id,
        drawing_name=stored.drawing.name,
        draw_order=winner.draw_order,
        prize_id=prize.prize_id,
        prize_name=prize.name,
        prize_rank=prize.rank,
        value_usd=prize.value_usd,
        fulfillment_type=prize.fulfillment_type,
        user_id=winner.user_id,
        status=FulfillmentStatus.PENDING,
        steps=0,
        created_at=now,
        updated_at=now,
    )


async def _forfeited(actor: "DrawingActor", command: Redraw | ReturnPrize, deed: Deed) -> Fulfillment:
    """The prize, which must be the drawing's to decide upon."""
    check_completed(actor.existing().drawing)
    prize = await actor.services.reads.run(queries.find, command.fulfillment_id)
    if prize is None or prize.drawing_id != actor.drawing_id:
        raise NotFound("There is no such fulfillment.")
    views.check_fulfilment(prize, command.versions)
    if prize.successor_id is not None:
        raise InvalidTransition("It was drawn again: somebody else has it.")
    rules.next_status(prize, deed)
    return prize


async def _give_back(
    actor: "DrawingActor", intention: Intention, prize: Fulfillment, note: str | None = None
) -> Answer:
    now = actor.services.clock.now()
    returned = rules.advance(prize, Deed.RETURN, now)
    by = None if intention.origin.actor_id is None else UserId(intention.origin.actor_id)
    notice = news.moved(returned, actor.services.calendar)
    rows = [
        statements.step_row(prize, returned, by, note),
        owed_notice(prize.user_id, prize.fulfillment_id, returned.status, notice, now),
    ]
    answer = views.shape(returned, for_admin=True)
    change = {"status": prize.status.value}, {"status": returned.status.value}
    action = _action("fulfillment.return", prize, *change, note)
    unit = actor.unit("prize:return", intention, answer)
    unit.inserts = [*rows, audit_row(action, intention.origin, now)]
    unit.statements = [statements.update_fulfilment(returned)]
    await _append(actor, unit)
    return Answer(answer)


def _action(
    name: str,
    prize: Fulfillment,
    before: dict[str, str] | None,
    after: dict[str, str],
    reason: str | None = None,
) -> Action:
    """What the audit log says, of the drawing: nothing of it is personal."""
    which = {"fulfillment_id": str(prize.fulfillment_id)}
    return Action(
        name=name,
        subject_type="drawing",
        subject_id=prize.drawing_id,
        before=None if before is None else which | before,
        after=which | after,
        reason=reason,
    )


async def _append(actor: "DrawingActor", unit: Unit) -> None:
    try:
        await actor.append(unit)
    except UnitRefused as refused:
        raise Conflict("The prize has moved on meanwhile.") from refused
    actor.services.prize_steps[unit.kind.removeprefix("prize:")] += 1
    actor.services.effects_due()

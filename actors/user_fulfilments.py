"""A winner's prizes on their way, until they are delivered or forfeited (SPEC 6).

They are decided here since everything hangs on the player: who may confirm an address, whether the account
may be sent anything, whether it is still there. Rows are read in the turn: nobody else changes a prize that
is not forfeited, and this log fences whoever decides upon an older one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from fittrack.audit.action import Action, differences
from fittrack.audit.recording import audit_row
from fittrack.db.handles import Executable
from fittrack.db.journal import Unit, UnitRefused
from fittrack.drawings.rules import NotEditable
from fittrack.fulfilments import news, queries, rules, statements, views
from fittrack.fulfilments.addresses import Address
from fittrack.fulfilments.commands import (
    ChangeFulfillment,
    ConfirmAddress,
    Deliver,
    Edit,
    Forfeit,
    InvalidateAddress,
    Notify,
    Ship,
    TendPrize,
)
from fittrack.fulfilments.model import ForfeitReason, Fulfillment, FulfillmentStatus
from fittrack.fulfilments.rules import Deed, TimedDeed
from fittrack.kit.ids import FulfillmentId, UserId
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.origin import SYSTEM, Origin
from fittrack.kit.patches import changes, given
from fittrack.kit.problems import Conflict, FieldError, NotFound, Validation

if TYPE_CHECKING:
    from actors.user import UserActor


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A transition that is about to be written."""

    deed: Deed
    former: Fulfillment
    latter: Fulfillment
    note: str | None = None
    """What an admin says about it to the winner."""
    reason: str | None = None
    """Why an admin does it, for the audit log alone."""
    address: Address | None = None


async def change(actor: "UserActor", intention: Intention, command: ChangeFulfillment) -> Answer:
    """Do what an admin, or the winner, wants with a prize."""
    former = await _find(actor, command.fulfillment_id)
    views.check_fulfilment(former, command.versions)
    if isinstance(command.change, Edit):
        return await _edit(actor, intention, former, command.change)
    actor.services.clock_watch.check()  # a winner's time to answer begins with some of them
    move = _move(actor, former, command.change)
    answer = views.shape(move.latter, for_admin=intention.origin.actor_id != actor.user_id)
    await _write(actor, actor.unit(f"prize:{move.deed}", intention, answer), move, intention.origin)
    return Answer(answer)


async def tend(actor: "UserActor", message: TendPrize) -> None:
    """Do what the clock demands by now: warn the winner, or forfeit the prize. Off, it demands nothing."""
    if not actor.services.clock_watch.may_decide():
        return
    former = await _find(actor, message.fulfillment_id)
    now = actor.services.clock.now()
    match rules.due_deed(former, now):
        case TimedDeed.WARN:
            await _warn(actor, rules.warned(former, now))
        case TimedDeed.FORFEIT:
            latter = rules.forfeit(former, ForfeitReason.UNCLAIMED, now)
            move = Move(deed=Deed.FORFEIT, former=former, latter=latter)
            await _write(actor, actor.unit(f"prize:{move.deed}"), move, SYSTEM)
        case None:
            return


def notify_with(unit: Unit, former: Fulfillment) -> list[Executable]:
    """Put into `unit`, which tells somebody that they won, that they were told. Returns its statements."""
    if former.status is not FulfillmentStatus.PENDING:
        return []
    latter = rules.advance(former, Deed.NOTIFY, unit.created_at)
    unit.inserts = [*unit.inserts, statements.step_row(former, latter, None)]
    return [statements.update_fulfilment(latter)]


def forfeit_with(unit: Unit, prizes: Iterable[Fulfillment]) -> list[Executable]:
    """Put into `unit`, of a winner who leaves or has left, that what is not under way is forfeited: it can
    be drawn again or go back. Returns its statements.
    """
    moves = [
        (prize, rules.forfeit(prize, ForfeitReason.DELETED, unit.created_at))
        for prize in prizes
        if prize.status in rules.UNSHIPPED
    ]
    steps = [statements.step_row(former, latter, former.user_id) for former, latter in moves]
    unit.inserts = [*unit.inserts, *steps]
    return [statements.update_fulfilment(latter) for _, latter in moves]


async def _find(actor: "UserActor", fulfilment_id: FulfillmentId) -> Fulfillment:
    found = await actor.services.reads.run(queries.find, fulfilment_id)
    if found is None or found.user_id != actor.user_id:
        raise NotFound("There is no such fulfillment.")
    return found


def _move(
    actor: "UserActor",
    former: Fulfillment,
    change: Notify | ConfirmAddress | InvalidateAddress | Ship | Deliver | Forfeit,
) -> Move:
    """What `change` makes of the prize; raises what speaks against it."""
    now = actor.services.clock.now()
    match change:
        case Notify():
            return Move(deed=Deed.NOTIFY, former=former, latter=rules.advance(former, Deed.NOTIFY, now))
        case ConfirmAddress(address):
            latter = rules.advance(former, Deed.CONFIRM_ADDRESS, now)
            return Move(deed=Deed.CONFIRM_ADDRESS, former=former, latter=latter, address=address)
        case InvalidateAddress(reason):
            latter = rules.advance(former, Deed.INVALIDATE_ADDRESS, now, carrier=None, tracking_number=None)
            return Move(
                deed=Deed.INVALIDATE_ADDRESS, former=former, latter=latter, note=reason, reason=reason
            )
        case Ship(carrier, tracking_number):
            parcel = {"carrier": carrier, "tracking_number": tracking_number}
            latter = rules.advance(former, Deed.SHIP, now, **parcel)
            _check_may_ship(actor)
            if missing := [name for name, value in parcel.items() if former.needs_address and not value]:
                raise Validation(errors=[FieldError(f"/{name}", "A parcel needs it") for name in missing])
            return Move(deed=Deed.SHIP, former=former, latter=latter)
        case Deliver():
            latter = rules.advance(former, Deed.DELIVER, now, delivered_at=now)
            if former.status is not FulfillmentStatus.SHIPPED:
                _check_may_ship(actor)
            return Move(deed=Deed.DELIVER, former=former, latter=latter)
        case Forfeit(cause, reason):
            latter = rules.forfeit(former, cause, now)
            return Move(deed=Deed.FORFEIT, former=former, latter=latter, reason=reason)
        case _:
            assert_never(change)


def _check_may_ship(actor: "UserActor") -> None:
    account = actor.existing()
    rules.check_may_ship(account.player.status, under_review=account.under_review)


async def _write(actor: "UserActor", unit: Unit, move: Move, origin: Origin) -> None:
    """One unit: the step, the prize as it is now, what is recorded of it, and the notice to the winner."""
    latter, by = move.latter, None if origin.actor_id is None else UserId(origin.actor_id)
    unit.inserts = [statements.step_row(move.former, latter, by, move.note)]
    if by != actor.user_id:
        name = f"fulfillment.{move.deed}"
        action = recorded(name, actor.user_id, move.former, latter, move.reason)
        unit.inserts = [*unit.inserts, audit_row(action, origin, unit.created_at)]
    unit.statements = [statements.update_fulfilment(latter)]
    if move.address is not None:
        sealed = views.seal_address(actor.services.sealer, latter.fulfillment_id, move.address)
        unit.upserts = [statements.address_row(latter.fulfillment_id, sealed, unit.created_at)]
    if latter.status is FulfillmentStatus.DELIVERED:
        later = statements.forget_address_later(latter.fulfillment_id, unit.created_at)
        unit.statements = [*unit.statements, later]
    if latter.status is FulfillmentStatus.FORFEITED:
        unit.statements = [*unit.statements, statements.forget_address(latter.fulfillment_id)]
    delivered = actor.notify(unit, [news.moved(latter, actor.services.calendar, move.note)])
    try:
        await actor.append(unit)
    except UnitRefused as refused:  # the step is taken: somebody else decided
        raise Conflict("The prize has moved on meanwhile.") from refused
    actor.services.prize_steps[move.deed] += 1
    actor.delivered(delivered)


async def _warn(actor: "UserActor", prize: Fulfillment) -> None:
    unit = actor.unit("prize:warn")
    unit.statements = [statements.update_fulfilment(prize)]
    delivered = actor.notify(unit, [news.warning(prize, actor.services.calendar)])
    await actor.append(unit)
    actor.services.prize_steps[TimedDeed.WARN.value] += 1
    actor.delivered(delivered)


async def _edit(actor: "UserActor", intention: Intention, former: Fulfillment, wish: Edit) -> Answer:
    """Change what does not move the prize on."""
    changed = changes(former, given(wish))
    if former.status in rules.OVER and changed.keys() - {"notes"}:
        raise NotEditable(f"The prize is {former.status}: only notes can change.")
    latter = replace(former, **changed, updated_at=actor.services.clock.now()) if changed else former
    answer = views.shape(latter, for_admin=True)
    if changed:
        unit = actor.unit("prize:edit", intention, answer)
        action = recorded("fulfillment.edit", actor.user_id, former, latter)
        unit.inserts = [audit_row(action, intention.origin, unit.created_at)]
        unit.statements = [statements.update_fulfilment(latter)]
        await actor.append(unit)
    return Answer(answer)


def recorded(
    name: str, user_id: UserId, former: Fulfillment, latter: Fulfillment, reason: str | None = None
) -> Action:
    """What the audit log says: of the winner, with whom it is erased (`privacy`). Never the address."""
    before, after = differences(views.shape(former, for_admin=True), views.shape(latter, for_admin=True))
    which = {"fulfillment_id": str(former.fulfillment_id)}
    return Action(
        name=name,
        subject_type="user",
        subject_id=user_id,
        before={**which, **before},
        after={**which, **after},
        reason=reason,
    )

"""What a player decides about being told, and about what we keep (SPEC 1 and 8)."""

from typing import TYPE_CHECKING, Final

from actors import user_boards, user_fulfilments
from fittrack.accounts.rules import email_key
from fittrack.accounts.services import subject_hash
from fittrack.audit.action import Action
from fittrack.audit.recording import audit_row
from fittrack.db import effect_queries
from fittrack.db.journal import UnitRefused
from fittrack.fulfilments import queries as fulfilment_queries
from fittrack.inbox import queries as inbox_queries
from fittrack.inbox.commands import ChangePreferences
from fittrack.inbox.schemas import shown
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import PreconditionFailed
from fittrack.kit.standing import AccountStatus, Role
from fittrack.mail.letters import StatusChanged
from fittrack.players.messages import ApplyEffect
from fittrack.privacy import queries, statements
from fittrack.privacy.commands import DeleteAccount
from fittrack.privacy.problems import LastAdmin
from fittrack.privacy.schemas import AccountDeleted
from fittrack.server.idempotency import scope_of
from fittrack.sessions.queries import EndReason, end_all_statement
from protocol.shapes import instant

if TYPE_CHECKING:
    from actors.user import UserActor

ERASING_UNITS_PER_TURN: Final = 20
"""Units in which one turn erases, a second at most: what is left waits for the next round of effects."""

_FAREWELL: Final = (
    "You, or we at your request, have deleted it. What we held about you is erased, or no longer tells "
    "whose it was; this address is erased in 30 days."
)


async def change_preferences(actor: "UserActor", intention: Intention, command: ChangePreferences) -> Answer:
    """Tell the player of what is left on, from the next notice on."""
    actor.with_profile()
    if command.only_if not in (None, actor.preferences):
        raise PreconditionFailed
    preferences, now = command.preferences, actor.services.clock.now()
    answer = shown(preferences)
    unit = actor.unit("preferences_changed", intention, answer)
    unit.upserts = inbox_queries.preference_rows(actor.user_id, preferences, now)
    await actor.append(unit)
    actor.preferences = preferences
    return Answer(answer)


async def delete_account(actor: "UserActor", intention: Intention, command: DeleteAccount) -> Answer:
    """End the account; an effect erases what may be much, until nothing is left."""
    account, services = actor.existing(), actor.services
    is_admin = account.player.role is Role.ADMIN
    if is_admin and await services.reads.run(queries.is_last_admin, actor.user_id):
        raise LastAdmin
    prizes = await services.reads.run(fulfilment_queries.unshipped_of, actor.user_id)
    unit = actor.unit("deleted")
    now, key = unit.created_at, email_key(account.email)
    letter = services.postbox.row(actor.user_id, StatusChanged("deleted", _FAREWELL), now)
    action = Action(
        name=statements.DELETION,
        subject_type="user",
        subject_id=actor.user_id,
        before={"status": account.player.status, "role": account.player.role},
        after={"status": AccountStatus.DELETED, "role": account.player.role},
        reason=command.reason or None,
    )
    unit.inserts = [
        letter,
        statements.erasure_row(actor.user_id, now),
        audit_row(action, intention.origin, now),
    ]
    unit.statements = [
        # One that is drawn meanwhile is forfeited with its notice.
        *user_fulfilments.forfeit_with(unit, prizes),
        *statements.ending(
            actor.user_id,
            now,
            subjects=[subject_hash(key), subject_hash(str(actor.user_id))],
            scopes=[actor.user_id, scope_of(key)],
            last_letter=letter[1][0],
        ),
        end_all_statement(actor.user_id, now, EndReason.STATUS),
    ]
    try:
        await actor.append(unit)
    except UnitRefused as refused:
        raise LastAdmin from refused
    user_boards.deleted(actor)
    actor.discard()
    services.standing_changed(actor.user_id, now)
    services.revoked(actor.user_id)
    services.effects_due()
    return Answer(AccountDeleted(user_id=actor.user_id, deleted_at=instant(now)))


async def erase(actor: "UserActor", effect: ApplyEffect) -> None:
    """Erase some of what is left of somebody who left. Each unit stands for itself: a crash loses nothing."""
    reads, user_id = actor.services.reads, actor.user_id
    actor.keys.clear()  # their answers go
    for _ in range(ERASING_UNITS_PER_TURN):
        step = await reads.run(queries.next_step, user_id)
        if step is None:
            await _settle(actor, effect)
            return
        unit = actor.unit("erased")
        unit.statements = [step.erase(user_id)]
        await actor.append(unit)
    actor.services.effects_due()


async def _settle(actor: "UserActor", effect: ApplyEffect) -> None:
    unit = actor.unit(effect.kind)
    unit.inserts = [effect_queries.receipt(effect.kind, effect.subject_id, actor.user_id, unit.created_at)]
    unit.statements = [effect_queries.settle(effect.kind, effect.subject_id)]
    try:
        await actor.append(unit)
    except UnitRefused:
        return  # the receipt is there: it was done before
    finally:
        actor.discard()

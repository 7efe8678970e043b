"""What admins make of an account: its status and its role (SPEC 1). Both are decided in its own log."""

from dataclasses import replace
from typing import TYPE_CHECKING

from actors import user_boards
from fittrack.accounts import queries, rules, schemas, statements
from fittrack.accounts.commands import ChangeRole, ChangeStatus
from fittrack.accounts.problems import LastAdmin, OwnStanding, StatusConflict
from fittrack.audit.action import Action
from fittrack.audit.recording import audit_row
from fittrack.db.journal import Unit, UnitRefused
from fittrack.drawings.model import Player
from fittrack.inbox import notices
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.standing import AccountStatus
from fittrack.server.etags import Versions, check_version
from fittrack.sessions.queries import EndReason, end_all_statement
from protocol.shapes import instant

if TYPE_CHECKING:
    from actors.user import UserActor


async def change(actor: "UserActor", intention: Intention, command: ChangeStatus | ChangeRole) -> Answer:
    """Make something else of the account."""
    if isinstance(command, ChangeStatus):
        return await _change_status(actor, intention, command)
    return await _change_role(actor, intention, command)


async def _change_status(actor: "UserActor", intention: Intention, command: ChangeStatus) -> Answer:
    """Suspend, ban or reinstate the account; unless it may sign in, every session ends at once."""
    await may_change(actor, intention, command.versions)
    player, now = actor.existing().player, actor.services.clock.now()
    if command.status in {AccountStatus.DELETED, AccountStatus.PENDING}:
        raise StatusConflict(f"An account cannot be made {command.status}.")
    status = rules.status_to_be(command.status, is_verified=player.email_verified)
    if player.status is status:
        raise StatusConflict(f"The account is {status} already.")
    changed = replace(player, status=status)
    unit = _unit(actor, intention, "status_changed", changed)
    unit.statements = statements.change_status(
        actor.user_id, status, now, leaving_an_admin=takes_an_admin(player, changed)
    )
    if not rules.can_sign_in(status):
        unit.statements.append(end_all_statement(actor.user_id, now, EndReason.STATUS))
    _record(actor, unit, intention, changed, command.reason)
    delivered = actor.notify(unit, [notices.status_changed(status.value)])
    answer = await _append(actor, unit, changed)
    actor.delivered(delivered)
    if not rules.can_sign_in(status):
        actor.services.revoked(actor.user_id)
    return answer


async def _change_role(actor: "UserActor", intention: Intention, command: ChangeRole) -> Answer:
    """Give the account another role, from its next request on."""
    await may_change(actor, intention, command.versions)
    player, now = actor.existing().player, actor.services.clock.now()
    ends = rules.premium_end(command.role, command.premium_expires_at)
    changed = replace(player, role=command.role, premium_expires_at=ends)
    unit = _unit(actor, intention, "role_changed", changed)
    unit.statements = statements.change_role(
        actor.user_id, command.role, ends, now, leaving_an_admin=takes_an_admin(player, changed)
    )
    _record(actor, unit, intention, changed, command.reason)
    return await _append(actor, unit, changed)


async def may_change(actor: "UserActor", intention: Intention, wanted: Versions) -> None:
    """Raise unless whoever intends it may change this account, and it is at a version that is wanted."""
    actor.existing()
    if intention.origin.actor_id == actor.user_id:
        raise OwnStanding
    if wanted is not None:
        changed_at = await actor.services.reads.run(queries.standing_changed_at, actor.user_id)
        assert changed_at is not None, "it exists"
        check_version(instant(changed_at), wanted)


def takes_an_admin(before: Player, after: Player) -> bool:
    """Whether an active admin is one no longer: then another one must be there (`_append`)."""
    was, will_be = (rules.is_active_admin(each.role, each.status) for each in (before, after))
    return was and not will_be


def _unit(actor: "UserActor", intention: Intention, kind: str, changed: Player) -> Unit:
    return actor.unit(kind, intention, _standing(changed))


async def _append(actor: "UserActor", unit: Unit, changed: Player) -> Answer:
    try:
        await actor.append(unit)
    except UnitRefused as refused:  # the one constraint that such a unit can break
        raise LastAdmin from refused
    actor.account = replace(actor.existing(), player=changed)
    actor.services.standing_changed(actor.user_id, unit.created_at)
    user_boards.renamed(actor)
    return Answer(_standing(changed))


def _record(
    actor: "UserActor", unit: Unit, intention: Intention, changed: Player, reason: str | None
) -> None:
    action = Action(
        name=f"user.{unit.kind.removesuffix('_changed')}",
        subject_type="user",
        subject_id=actor.user_id,
        before=_recorded(actor.existing().player),
        after=_recorded(changed),
        reason=reason,
    )
    unit.inserts = [*unit.inserts, audit_row(action, intention.origin, unit.created_at)]


def _recorded(player: Player) -> dict[str, str | None]:
    ends = player.premium_expires_at
    return {
        "status": player.status.value,
        "role": player.role.value,
        "premium_expires_at": None if ends is None else instant(ends),
    }


def _standing(player: Player) -> schemas.AccountStanding:
    ends = player.premium_expires_at
    return schemas.AccountStanding(
        user_id=player.user_id,
        status=player.status,
        role=player.role,
        premium_expires_at=None if ends is None else instant(ends),
    )

"""What admins correct of an account: its email, date of birth, state of residence (SPEC 10, Users)."""

from dataclasses import replace
from typing import TYPE_CHECKING

from actors import user_boards
from actors.user_standing import may_change, takes_an_admin
from fittrack.accounts import codes, email_token_queries, queries, rules, schemas, statements
from fittrack.accounts.commands import CorrectAccount
from fittrack.accounts.problems import EmailTaken, LastAdmin
from fittrack.audit.action import Action, differences
from fittrack.audit.recording import audit_row
from fittrack.db.journal import Unit, UnitRefused
from fittrack.inbox import notices
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import Validation
from fittrack.mail.letters import EmailChanged
from fittrack.players.model import Account
from fittrack.profiles.queries import move_to_tier
from fittrack.sessions.queries import EndReason, end_all_statement

if TYPE_CHECKING:
    from actors.user import UserActor


async def correct(actor: "UserActor", intention: Intention, command: CorrectAccount) -> Answer:
    """Change what the account says of its holder.

    A new email is as good as none until its holder verifies it: every session ends, codes that were mailed
    before are void, and the former address is told.
    """
    account, services = actor.existing(), actor.services
    now = services.clock.now()
    today = services.calendar.day_of(now)
    errors = rules.check_correction(command.email, command.date_of_birth, command.state, today)
    if errors:
        raise Validation(errors=errors)
    await may_change(actor, intention, command.versions)
    corrected = _corrected(account, command)
    moves = corrected.email != account.email
    if moves:
        await _check_free(actor, corrected.email)
    unit = actor.unit("account_corrected", intention, _view(corrected))
    changed = statements.correct(
        actor.user_id,
        statements.Corrected(
            status=corrected.player.status,
            date_of_birth=corrected.player.date_of_birth,
            state=corrected.player.state,
            new_email=corrected.email if moves else None,
        ),
        now,
        leaving_an_admin=takes_an_admin(account.player, corrected.player),
    )
    if (tier := corrected.tier_on(today)) is not None:
        changed.append(move_to_tier(actor.user_id, tier, now))
    unit.statements = changed
    if moves:
        _verify_anew(actor, unit, account.email)
    before, after = differences(_view(account), _view(corrected))
    action = Action(
        name="user.correct",
        subject_type="user",
        subject_id=actor.user_id,
        before=before,
        after=after,
        reason=command.reason,
    )
    unit.inserts = [*unit.inserts, audit_row(action, intention.origin, now)]
    delivered = actor.notify(unit, [notices.account_corrected()])
    try:
        await actor.append(unit)
    except UnitRefused as refused:
        if moves:
            await _check_free(actor, corrected.email)  # somebody took the address in between
        raise LastAdmin from refused
    actor.account = corrected
    actor.delivered(delivered)
    services.standing_changed(actor.user_id, now)
    user_boards.renamed(actor)
    if moves:
        services.revoked(actor.user_id)
    return Answer(_view(corrected))


def _corrected(account: Account, command: CorrectAccount) -> Account:
    email = account.email if command.email is None else command.email.strip()
    player = replace(
        account.player,
        date_of_birth=command.date_of_birth or account.player.date_of_birth,
        state=account.player.state if command.state is None else command.state.strip().upper(),
    )
    if email != account.email:
        status = rules.status_after_new_email(player.status)
        player = replace(player, email_verified=False, status=status)
    return replace(account, email=email, player=player)


async def _check_free(actor: "UserActor", email: str) -> None:
    holder = await actor.services.reads.run(queries.credentials, rules.email_key(email))
    if holder is not None and holder.user_id != actor.user_id:
        raise EmailTaken


def _verify_anew(actor: "UserActor", unit: Unit, former: str) -> None:
    now, postbox = unit.created_at, actor.services.postbox
    code = codes.verification(postbox, actor.user_id, now)
    unit.inserts = [*unit.inserts, code.letter, postbox.row(actor.user_id, EmailChanged(former), now)]
    unit.statements = [
        *unit.statements,
        *email_token_queries.replace(
            code.token_hash, actor.user_id, code.purpose, now=now, expires_at=code.expires_at
        ),
        end_all_statement(actor.user_id, now, EndReason.EMAIL),
    ]


def _view(account: Account) -> schemas.Account:
    player = account.player
    return schemas.Account(
        user_id=player.user_id,
        email=account.email,
        email_verified=player.email_verified,
        date_of_birth=player.date_of_birth,
        state_of_residence=player.state,
        status=player.status,
        role=player.role,
    )

"""Accounts that administrators make for others: an invitation takes the place of a password (SPEC 10).

The account is `pending` until its holder comes back with the code from the letter, chooses a password, and
accepts terms and rules: nobody else can accept them. The code proves the address, too.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from fittrack.accounts import codes, email_token_queries, queries, rules, schemas
from fittrack.accounts.problems import EmailTaken, InvalidToken
from fittrack.accounts.registration import create
from fittrack.accounts.services import AccountServices
from fittrack.audit import statements as audit
from fittrack.audit.action import Action
from fittrack.db.handles import Connection
from fittrack.kit.idempotency import request_hash
from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.origin import Origin
from fittrack.kit.problems import Validation
from fittrack.kit.standing import AccountStatus, Role
from fittrack.server.idempotency import Kept, kept_answer, scope_of
from fittrack.server.once import Once, run_once
from fittrack.sessions.tokens import hash_token
from protocol.shapes import instant


class _Made(NamedTuple):
    """What is recorded and answered when an account was made."""

    action: Action
    origin: Origin
    answer: schemas.Invited


async def invite(services: AccountServices, form: schemas.Invite, key: UUID | None, origin: Origin) -> Kept:
    """Make a pending account for somebody and post the invitation. Raises `Validation` or `EmailTaken`."""
    now = services.clock.now()
    today = services.calendar.day_of(now)
    errors = rules.check_invitation(
        form.email, form.date_of_birth, form.state, today, services.excluded_states
    )
    if errors:
        raise Validation(errors=errors)
    new = queries.NewAccount(
        user_id=UserId(uuid7()),
        unit_id=uuid7(),
        email=form.email.strip(),
        email_key=rules.email_key(form.email),
        password_hash=None,
        date_of_birth=form.date_of_birth,
        state=form.state.strip().upper(),
        role=Role.USER,
        status=AccountStatus.PENDING,
        rules_version=None,
        now=now,
    )
    code = codes.invitation(services.postbox, new.user_id, now)
    invited = schemas.Invited(
        user_id=new.user_id,
        email=new.email,
        status=new.status,
        role=new.role,
        invitation_expires_at=instant(code.expires_at),
    )
    assert origin.actor_id is not None, "an administrator invites"
    once = Once(scope_id=origin.actor_id, key=key, request_hash=request_hash("invite", form), now=now)
    action = Action(
        name="user.create",
        subject_type="user",
        subject_id=new.user_id,
        after={"email": new.email, "date_of_birth": new.date_of_birth, "state_of_residence": new.state},
        reason=form.reason,
    )
    return await services.journal.transact(run_once, once, _invite, new, code, _Made(action, origin, invited))


def _invite(conn: Connection, new: queries.NewAccount, code: codes.MailedCode, made: _Made) -> Kept:
    if queries.email_exists(conn, new.email_key):
        raise EmailTaken
    create(conn, new)
    codes.mail(conn, code)
    audit.record(conn, made.action, made.origin, new.now)
    return kept_answer(made.answer, status=201)


async def accept(
    services: AccountServices, form: schemas.AcceptInvitation, key: UUID | None
) -> tuple[UserId, Kept]:
    """Keep the password and the acceptance; whose they are. The player's actor verifies the address then.

    Raises `Validation`, or `InvalidToken` for what is no open invitation.
    """
    now, token_hash = services.clock.now(), hash_token(form.token)
    holder = await services.reads.run(_holder, token_hash)
    if holder is None:
        raise InvalidToken
    errors = [
        *rules.check_acceptance(accepted_terms=form.accepted_terms, accepted_rules=form.accepted_rules),
        *rules.check_password(form.password, email=holder.email),
    ]
    if errors:
        raise Validation(errors=errors)
    once = Once(
        scope_id=scope_of(token_hash.hex()),
        key=key,
        request_hash=request_hash("accept-invitation", services.veil(form.password)),
        now=now,
    )
    password_hash = await services.passwords.hash(form.password)
    kept = await services.journal.transact(run_once, once, _accept, token_hash, password_hash, now)
    return holder.user_id, kept


def _holder(conn: Connection, token_hash: bytes) -> queries.Credentials | None:
    token = email_token_queries.find(conn, token_hash, rules.VERIFY_EMAIL)
    return None if token is None else queries.credentials_of(conn, token.user_id)


def _accept(conn: Connection, token_hash: bytes, password_hash: str, now: datetime) -> Kept:
    token = email_token_queries.find(conn, token_hash, rules.VERIFY_EMAIL)
    rules.check_token(token, now)
    assert token is not None, "it was checked"
    # Who registered, or was here before, has accepted, and chosen a password.
    if not queries.accept_invitation(conn, token.user_id, password_hash, rules.RULES_VERSION, now):
        raise InvalidToken
    return kept_answer(None)

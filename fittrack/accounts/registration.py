"""Registering, and the letter that verifies the email (SPEC 1)."""

from datetime import datetime
from uuid import UUID

from fittrack.accounts import queries, rules, schemas
from fittrack.accounts.attempts import may_post
from fittrack.accounts.problems import EmailTaken
from fittrack.accounts.services import AccountServices
from fittrack.db.handles import Connection, IntegrityError
from fittrack.kit.idempotency import request_hash
from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.problems import Validation
from fittrack.kit.standing import AccountStatus, Role
from fittrack.mail.letters import Verification
from fittrack.mail.postbox import OutboxRow
from fittrack.mail.queries import put
from fittrack.server.idempotency import Kept, kept_answer, scope_of
from fittrack.server.once import Once, run_once
from fittrack.sessions.tokens import EMAIL_PREFIX, hash_token, new_token

SENT = "We have sent you a letter: verify your email address with the code in it."


async def register(services: AccountServices, form: schemas.Register, key: UUID | None) -> Kept:
    """Make the account, pending until its email is verified, and post the letter: all or nothing.

    Raises `Validation` with every field that is wrong, or `EmailTaken`.
    """
    now = services.clock.now()
    errors = rules.check_registration(_form(form), services.calendar.day_of(now), services.excluded_states)
    if errors:
        raise Validation("The registration cannot be accepted", errors=errors)
    new = _account(form, await services.passwords.hash(form.password), now)
    token = new_token(EMAIL_PREFIX)
    letter = verification_letter(services, new.user_id, token, now)
    answer = schemas.Registered(
        user_id=new.user_id,
        email=new.email,
        status=new.status,
        message=f"{SENT} {services.mail_hint}".strip(),
    )
    kept = kept_answer(answer, status=201)
    once = Once(scope_id=scope_of(new.email_key), key=key, request_hash=_hash(form, services), now=now)
    return await services.journal.transact(run_once, once, _register, new, token, letter, kept)


def _register(conn: Connection, new: queries.NewAccount, token: str, letter: OutboxRow, kept: Kept) -> Kept:
    if queries.email_exists(conn, new.email_key):
        raise EmailTaken
    create(conn, new)
    _issue(conn, new.user_id, token, new.now)
    put(conn, letter)
    return kept


def create(conn: Connection, new: queries.NewAccount) -> None:
    """Make the account. Raises `EmailTaken` when another node was quicker."""
    try:
        queries.create(conn, new)
    except IntegrityError as error:
        raise EmailTaken from error


async def resend_verification(services: AccountServices, email: str, key: UUID | None) -> Kept:
    """Post the letter anew, if the account is there and waits for it. Nobody learns whether it does."""
    now = services.clock.now()
    email_key = rules.email_key(email)
    found = await services.reads.run(queries.credentials, email_key)
    token = new_token(EMAIL_PREFIX)
    letter = verification_letter(services, found.user_id if found else UserId(uuid7()), token, now)
    unverified = found.user_id if found and not found.email_verified else None
    kept = kept_answer(services.letter_sent(), status=202)
    once = letter_once("resend-verification", email_key, key, now)
    return await services.journal.transact(
        run_once, once, _post_anew, email_key, unverified, token=token, letter=letter, kept=kept, now=now
    )


def _post_anew(
    conn: Connection,
    email_key: str,
    user_id: UserId | None,
    *,
    token: str,
    letter: OutboxRow,
    kept: Kept,
    now: datetime,
) -> Kept:
    if may_post(conn, queries.VERIFY_EMAIL, email_key, now) and user_id:
        _issue(conn, user_id, token, now)
        put(conn, letter)
    return kept


def letter_once(name: str, email_key: str, key: UUID | None, now: datetime) -> Once:
    """A request for a letter under its key: keys of people without a session belong to their address."""
    return Once(scope_id=scope_of(email_key), key=key, request_hash=request_hash(name, email_key), now=now)


def verification_letter(services: AccountServices, user_id: UserId, token: str, now: datetime) -> OutboxRow:
    """The outbox's row with the code that verifies the email."""
    hours = int(rules.VERIFICATION_LIFETIME.total_seconds() // 3600)
    return services.postbox.row(user_id, Verification(token, hours), now)


def _issue(conn: Connection, user_id: UserId, token: str, now: datetime) -> None:
    queries.issue_email_token(
        conn,
        hash_token(token),
        user_id,
        queries.VERIFY_EMAIL,
        now=now,
        expires_at=now + rules.VERIFICATION_LIFETIME,
    )


def _form(form: schemas.Register) -> rules.Registration:
    return rules.Registration(
        email=form.email,
        password=form.password,
        date_of_birth=form.date_of_birth,
        state=form.state,
        accepted_terms=form.accepted_terms,
        accepted_rules=form.accepted_rules,
    )


def _account(form: schemas.Register, password_hash: str, now: datetime) -> queries.NewAccount:
    email = form.email.strip()
    return queries.NewAccount(
        user_id=UserId(uuid7()),
        unit_id=uuid7(),
        email=email,
        email_key=rules.email_key(email),
        password_hash=password_hash,
        date_of_birth=form.date_of_birth,
        state=form.state.strip().upper(),
        role=Role.USER,
        status=AccountStatus.PENDING,
        rules_version=rules.RULES_VERSION,
        now=now,
    )


def _hash(form: schemas.Register, services: AccountServices) -> bytes:
    rest = (
        form.email,
        form.date_of_birth,
        form.state,
        form.accepted_terms,
        form.accepted_rules,
        form.device_id,
    )
    return request_hash("register", (services.veil(form.password), rest))

"""Registering, and the letter that verifies the email (SPEC 1)."""

from datetime import datetime
from uuid import UUID

from fittrack.accounts import codes, queries, rules, schemas
from fittrack.accounts.problems import EmailTaken
from fittrack.accounts.services import AccountServices
from fittrack.db.handles import Connection, IntegrityError
from fittrack.kit.idempotency import request_hash
from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.problems import Validation
from fittrack.kit.standing import AccountStatus, Role
from fittrack.server.idempotency import Kept, kept_answer, scope_of
from fittrack.server.once import Once, run_once

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
    code = codes.verification(services.postbox, new.user_id, now)
    answer = schemas.Registered(
        user_id=new.user_id,
        email=new.email,
        status=new.status,
        message=f"{SENT} {services.mail_hint}".strip(),
    )
    kept = kept_answer(answer, status=201)
    once = Once(scope_id=scope_of(new.email_key), key=key, request_hash=_hash(form, services), now=now)
    return await services.journal.transact(run_once, once, _register, new, code, kept)


def _register(conn: Connection, new: queries.NewAccount, code: codes.MailedCode, kept: Kept) -> Kept:
    if queries.email_exists(conn, new.email_key):
        raise EmailTaken
    create(conn, new)
    codes.mail(conn, code)
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
    addressee = found.user_id if found and not found.email_verified else UserId(uuid7())
    code = codes.verification(services.postbox, addressee, now)
    kept = kept_answer(services.letter_sent(), status=202)
    once = letter_once("resend-verification", email_key, key, now)
    return await services.journal.transact(run_once, once, codes.mail_on_request, code, email_key, kept)


def letter_once(name: str, email_key: str, key: UUID | None, now: datetime) -> Once:
    """A request for a letter under its key: keys of people without a session belong to their address."""
    return Once(scope_id=scope_of(email_key), key=key, request_hash=request_hash(name, email_key), now=now)


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

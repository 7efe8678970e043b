"""From an ID token to a session: entering, linking, taking over, opening an account (SPEC 1)."""

from datetime import datetime
from typing import Final, NamedTuple

from actors.runtime import Registry
from fittrack.accounts import codes, registration, rules, schemas
from fittrack.accounts.codes import MailedCode
from fittrack.accounts.commands import ClaimAccount
from fittrack.accounts.problems import (
    EmailTaken,
    InvalidIdToken,
    IssuerUnreachable,
    ProviderNotConfigured,
    RegistrationRequired,
)
from fittrack.accounts.queries import Credentials, NewAccount, email_exists
from fittrack.accounts.services import AccountServices, Client
from fittrack.accounts.signing_in import new_session, signed_in
from fittrack.accounts.social import queries
from fittrack.accounts.social.rules import Holder, Person, Way, person_of, way_in
from fittrack.db.handles import Connection
from fittrack.integrations.jwks import RETRY_AFTER_S, IssuerUnavailable
from fittrack.integrations.oidc import Identity, IdTokenRefused
from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.intention import Intention
from fittrack.kit.problems import Busy, FieldError, Validation
from fittrack.kit.standing import AccountStatus, Role
from fittrack.mail.letters import SignInLinked
from fittrack.mail.postbox import OutboxRow
from fittrack.mail.queries import put
from fittrack.points.queries import head as ledger_head
from fittrack.server.asking import USER
from fittrack.sessions import queries as sessions
from fittrack.sessions.queries import EndedSession, NewSession
from fittrack.sessions.tokens import REFRESH_PREFIX, new_token

GOOGLE: Final = "google"
APPLE: Final = "apple"
"""Providers, as addresses and `identities` name them."""

TRIES_MAX: Final = 4
"""Looks at who somebody is, when it changes under the look: by themselves on another device, or a claim."""


class Admission(NamedTuple):
    """A session has begun; `opened`: in an account that is new."""

    signed_in: schemas.SignedIn
    opened: bool = False


async def sign_in(
    services: AccountServices, registry: Registry, provider: str, form: schemas.SocialSignIn, client: Client
) -> Admission:
    """Begin a session for who an ID token says somebody is; open an account if they have none.

    Raises `ProviderNotConfigured`, `InvalidIdToken` or `IssuerUnreachable`; to who has no account
    `RegistrationRequired`, `Validation` or `EmailTaken`; to who may not enter `AccountNotOpen` or
    `PasswordRequired`.
    """
    person = person_of(await _identity(services, provider, form), form.email)
    for _ in range(TRIES_MAX):
        holder, balance = await services.reads.run(_holder_and_balance, person)
        way = way_in(person, holder)
        if way is Way.OPEN:
            admission = await _open(services, person, form, client)
        else:
            assert holder is not None, "only an account can be entered"
            if way is Way.CLAIM:
                await _claim(services, registry, person, form, holder.account.user_id)
                continue
            admission = await _enter(services, person, holder, client, balance)
        if admission is not None:
            return admission
    raise Busy("The account is changing at the moment")


async def _identity(services: AccountServices, provider: str, form: schemas.SocialSignIn) -> Identity:
    id_tokens = services.id_tokens.get(provider)
    if id_tokens is None:
        raise ProviderNotConfigured
    try:
        return await id_tokens.verify(form.id_token, form.nonce)
    except IdTokenRefused as refused:
        raise InvalidIdToken(str(refused)) from refused
    except IssuerUnavailable as unavailable:
        raise IssuerUnreachable(after_ms=int(RETRY_AFTER_S * 1000)) from unavailable


def _holder_and_balance(conn: Connection, person: Person) -> tuple[Holder | None, int]:
    holder = queries.holder_of(conn, person)
    return holder, ledger_head(conn, holder.account.user_id).balance if holder else 0


# --- Whom we know, or come to know ----------------------------------------------------------------------


async def _enter(
    services: AccountServices, person: Person, holder: Holder, client: Client, balance: int
) -> Admission | None:
    account, now, token = holder.account, services.clock.now(), new_token(REFRESH_PREFIX)
    session = new_session(account.user_id, token, client, now)
    letter = None
    if not holder.by_identity:  # whoever reads that mailbox must hear of it
        letter = services.postbox.row(account.user_id, SignInLinked(person.issuer.capitalize()), now)
    ended = await services.journal.transact(_begin, person, holder, session, letter)
    if ended is None:
        return None
    services.watch.ended(ended)
    return Admission(signed_in(services, account, session.session_id, token, balance))


def _begin(
    conn: Connection, person: Person, holder: Holder, session: NewSession, letter: OutboxRow | None
) -> list[EndedSession] | None:
    """Begin the session; nothing happens when the account is no longer as it was seen."""
    sessions.hold_account(conn, session.user_id)
    if queries.holder_of(conn, person) != holder:
        return None
    queries.use_token(conn, person)
    queries.keep_identity(conn, person, session.user_id, session.now)
    if letter is not None:
        put(conn, letter)
    return sessions.open_session(conn, session)


# --- Who is new -----------------------------------------------------------------------------------------


async def _open(
    services: AccountServices, person: Person, form: schemas.SocialSignIn, client: Client
) -> Admission | None:
    now = services.clock.now()
    new = _account(person, _declaration(services, person, form, now), now)
    token = new_token(REFRESH_PREFIX)
    session = new_session(new.user_id, token, client, now)
    code = None if person.proven else codes.verification(services.postbox, new.user_id, now)
    if not await services.journal.transact(_create, person, new, session, code):
        return None
    account = Credentials(
        user_id=new.user_id,
        email=new.email,
        password_hash=None,
        role=new.role,
        status=new.status,
        email_verified=person.proven,
    )
    return Admission(signed_in(services, account, session.session_id, token, 0), opened=True)


def _create(
    conn: Connection, person: Person, new: NewAccount, session: NewSession, code: MailedCode | None
) -> bool:
    """Open the account and begin the session; nothing happens when there is somebody to enter as."""
    holder = queries.holder_of(conn, person)
    if holder is not None and (holder.by_identity or person.proven):
        return False
    if email_exists(conn, new.email_key):
        raise EmailTaken
    try:
        registration.create(conn, new)
    except EmailTaken:  # at this moment, perhaps by themselves: look again
        return False
    queries.use_token(conn, person)
    if not queries.own_identity(conn, person, new.user_id, new.now):
        raise Busy("The account is changing at the moment")
    if code is not None:
        codes.mail(conn, code)
    sessions.open_session(conn, session)
    return True


async def _claim(
    services: AccountServices,
    registry: Registry,
    person: Person,
    form: schemas.SocialSignIn,
    user_id: UserId,
) -> None:
    declared = _declaration(services, person, form, services.clock.now())
    assert person.email is not None, "the address is what they proved"
    command = ClaimAccount(
        issuer=person.issuer,
        subject=person.subject,
        email=person.email,
        date_of_birth=declared.date_of_birth,
        state=declared.state,
    )
    await registry.ref(USER, user_id).ask(Intention(command))


def _declaration(
    services: AccountServices, person: Person, form: schemas.SocialSignIn, now: datetime
) -> rules.Declaration:
    """What everybody declares who opens an account. Raises `RegistrationRequired` or `Validation`."""
    if (
        person.email is None
        or form.date_of_birth is None
        or form.state is None
        or form.accepted_terms is None
        or form.accepted_rules is None
    ):
        missing = [name for name in _DECLARED if getattr(form, name) is None]
        if person.email is None:
            missing.insert(0, "email")
        raise RegistrationRequired(errors=[FieldError(f"/{name}", "An account needs it") for name in missing])
    declared = rules.Declaration(
        date_of_birth=form.date_of_birth,
        state=form.state.strip().upper(),
        accepted_terms=form.accepted_terms,
        accepted_rules=form.accepted_rules,
    )
    errors = [
        *rules.check_email(person.email),
        *rules.check_declaration(declared, services.calendar.day_of(now), services.excluded_states),
    ]
    if errors:
        raise Validation("The registration cannot be accepted", errors=errors)
    return declared


_DECLARED: Final = ("date_of_birth", "state", "accepted_terms", "accepted_rules")


def _account(person: Person, declared: rules.Declaration, now: datetime) -> NewAccount:
    assert person.email is not None and person.email_key is not None, "it was asked for"
    return NewAccount(
        user_id=UserId(uuid7()),
        unit_id=uuid7(),
        email=person.email,
        email_key=person.email_key,
        password_hash=None,
        date_of_birth=declared.date_of_birth,
        state=declared.state,
        role=Role.USER,
        status=AccountStatus.ACTIVE if person.proven else AccountStatus.PENDING,
        rules_version=rules.RULES_VERSION,
        now=now,
        email_verified_at=now if person.proven else None,
    )

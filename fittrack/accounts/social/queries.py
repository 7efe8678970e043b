"""Reading and writing identities, and the ID tokens that have done their work."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Executable, delete, insert, select, update

from fittrack.accounts.commands import ClaimAccount
from fittrack.accounts.problems import InvalidIdToken
from fittrack.accounts.queries import credentials, credentials_of
from fittrack.accounts.rules import RULES_VERSION
from fittrack.accounts.social.rules import Holder, Person
from fittrack.connections.statements import revoke_all
from fittrack.db.row_queries import insert_unless_there, put
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.partners import tracker_connections
from fittrack.db.tables.sessions import email_tokens, identities, used_id_tokens
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus
from fittrack.sessions.queries import EndReason, end_all_statement


def holder_of(conn: Connection, person: Person) -> Holder | None:
    """Whose account it is: the identity's, else the one with that address."""
    user_id = conn.execute(
        select(identities.c.user_id).where(*_named(person.issuer, person.subject))
    ).scalar_one_or_none()
    known = credentials_of(conn, UserId(user_id)) if user_id else None
    if known is not None:
        return Holder(known, by_identity=True)
    same_address = credentials(conn, person.email_key) if person.email_key else None
    return Holder(same_address, by_identity=False) if same_address else None


def use_token(conn: Connection, person: Person) -> None:
    """The person's ID token has done its work. Raises `InvalidIdToken` when it had before."""
    used = {"token_hash": person.token_hash, "token_ends": person.token_ends}
    if not insert_unless_there(conn, used_id_tokens, used):
        raise InvalidIdToken("It was used before: sign in with the issuer again")


def keep_identity(conn: Connection, person: Person, user_id: UserId, now: datetime) -> None:
    """The person signs in to this account, now and from now on."""
    name = {"issuer": person.issuer, "subject": person.subject}
    seen = {"user_id": user_id, "email": person.email, "last_used_at": now}
    put(conn, identities, name, seen, anew={"created_at": now})


def own_identity(conn: Connection, person: Person, user_id: UserId, now: datetime) -> bool:
    """The person signs in to this new account. False: by now they sign in to another one."""
    name = {"issuer": person.issuer, "subject": person.subject}
    gone = select(users.c.user_id).where(users.c.deleted_at.is_not(None))
    left = (*_named(person.issuer, person.subject), identities.c.user_id.in_(gone))
    conn.execute(delete(identities).where(*left))
    new = {**name, "user_id": user_id, "email": person.email, "created_at": now, "last_used_at": now}
    return insert_unless_there(conn, identities, new)


def forget_identities(user_id: UserId) -> Executable:
    """Nobody signs in to this account by the word of others any more."""
    return delete(identities).where(identities.c.user_id == user_id)


def claim(user_id: UserId, by: ClaimAccount, status: AccountStatus, now: datetime) -> list[Executable]:
    """Make the account that of who proved its address; what its maker put there or holds is gone."""
    its_codes = (email_tokens.c.user_id == user_id, email_tokens.c.used_at.is_(None))
    return [
        update(users)
        .where(users.c.user_id == user_id)
        .values(
            email=by.email,
            email_verified_at=now,
            status=status.value,
            password_hash=None,
            date_of_birth=by.date_of_birth,
            state_of_residence=by.state,
            accepted_terms_at=now,
            accepted_rules_at=now,
            accepted_rules_version=RULES_VERSION,
            standing_changed_at=now,
        ),
        delete(profiles).where(profiles.c.user_id == user_id),
        revoke_all(user_id, now),
        delete(tracker_connections).where(tracker_connections.c.user_id == user_id),
        update(email_tokens).where(*its_codes).values(used_at=now),
        end_all_statement(user_id, now, EndReason.CLAIMED),
        forget_identities(user_id),
        # It may be left of an account that was deleted.
        delete(identities).where(*_named(by.issuer, by.subject)),
        insert(identities).values(
            issuer=by.issuer,
            subject=by.subject,
            user_id=user_id,
            email=by.email,
            created_at=now,
            last_used_at=now,
        ),
    ]


def _named(issuer: str, subject: str) -> tuple[ColumnElement[bool], ...]:
    return identities.c.issuer == issuer, identities.c.subject == subject

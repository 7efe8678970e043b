"""Which way into the house an ID token opens (SPEC 1, docs/decisions/0014). Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from fittrack.accounts.problems import AccountNotOpen, PasswordRequired
from fittrack.accounts.queries import Credentials
from fittrack.accounts.rules import can_sign_in, check_email, email_key
from fittrack.integrations.oidc import Identity
from fittrack.kit.standing import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom an issuer vouches for."""

    issuer: str
    subject: str
    email: str | None
    """The issuer's word, or, where it has none, what they typed."""
    proven: bool
    """Whether the issuer has seen that the address is theirs."""
    token_hash: bytes
    token_ends: datetime

    @property
    def email_key(self) -> str | None:
        return email_key(self.email) if self.email else None


@dataclass(frozen=True, slots=True)
class Holder:
    """The account that a person may mean: by their identity, or else by their address alone."""

    account: Credentials
    by_identity: bool


class Way(Enum):
    """What is to be done with somebody at the door."""

    ENTER = "enter"
    """We know them."""
    LINK = "link"
    """They and the holder of the account have both proved the same address: from now on we know them."""
    CLAIM = "claim"
    """They proved the address of an account that never did: what its maker can open it with must end."""
    OPEN = "open"
    """They are new."""


def person_of(identity: Identity, typed: str | None) -> Person:
    """Who `identity` is to us. An address we could not write to is none; what was typed proves nothing."""
    told = identity.email.strip() if identity.email else None
    if told and check_email(told):
        told = None
    return Person(
        issuer=identity.issuer,
        subject=identity.subject,
        email=told or (typed.strip() if typed else None),
        proven=told is not None and identity.email_verified,
        token_hash=identity.token_hash,
        token_ends=identity.token_ends,
    )


def way_in(person: Person, holder: Holder | None) -> Way:
    """What to do. Raises `AccountNotOpen` or `PasswordRequired`, to who has proved who they are."""
    if holder is None or not (holder.by_identity or person.proven):
        return Way.OPEN
    account = holder.account
    if not can_sign_in(account.status):
        raise AccountNotOpen(f"The account is {account.status}")
    if account.role is Role.ADMIN:
        raise PasswordRequired
    if holder.by_identity:
        return Way.ENTER
    return Way.LINK if account.email_verified else Way.CLAIM

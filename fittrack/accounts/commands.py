"""What may be asked of a player's account. The user actor does it, in the player's own log."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from msgspec import Struct

from fittrack.accounts import schemas
from fittrack.kit.standing import AccountStatus, Role
from fittrack.server.etags import Versions


@dataclass(frozen=True, slots=True)
class VerifyEmail:
    """The token sent to the address came back. Its holder owns the address; doing it twice is no error."""

    token_hash: bytes
    ANSWER: ClassVar[type[Struct]] = schemas.Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAccount:
    """An issuer has seen that the address is this person's; who made the account never proved it.

    They take it over as if it were new, and nothing that opened it before opens it still.
    """

    issuer: str
    subject: str
    email: str
    date_of_birth: date
    state: str
    ANSWER: ClassVar[type[Struct]] = schemas.Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectAccount:
    """Change whose account it is; what is None stays. A new email must be verified by its holder.

    `versions` are tags of its standing of which one must be the present one; none: whatever it is.
    """

    email: str | None
    date_of_birth: date | None
    state: str | None
    reason: str
    versions: Versions = None
    ANSWER: ClassVar[type[Struct]] = schemas.Account


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStatus:
    """Suspend, ban or reinstate: an account whose email was never verified goes back to `pending`.

    `versions` are tags of its standing of which one must be the present one; none: whatever it is.
    """

    status: AccountStatus
    reason: str
    versions: Versions = None
    ANSWER: ClassVar[type[Struct]] = schemas.AccountStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRole:
    """Give another role. A premium role may end by itself; `premium_expires_at` is empty for the others.

    `versions` are tags of its standing of which one must be the present one; none: whatever it is.
    """

    role: Role
    reason: str | None
    premium_expires_at: datetime | None = None
    versions: Versions = None
    ANSWER: ClassVar[type[Struct]] = schemas.AccountStanding

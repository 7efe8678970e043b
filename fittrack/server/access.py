"""Who may use a route: the one place that decides it (SPEC 1, 10)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Final

from fittrack.kit.problems import Forbidden, InsufficientScope, MfaRequired, ProfileIncomplete
from fittrack.kit.standing import Role
from fittrack.server.principal import ApiClient, Principal

STEP_UP_LIFETIME: Final = timedelta(minutes=10)
"""How long a check of the second factor lets its session do what needs one (SPEC 1)."""


class Access(Enum):
    """Levels of access, declared per route.

    What only an actor can decide (may this account buy this ticket now?) is not decided here.
    """

    ANYONE = "anyone"
    """Nobody is turned away, whatever token is sent; a right one only says whose rate limit counts."""
    OPTIONAL = "optional"
    """Anybody; a token that is sent must be right and personalises the answer."""
    SIGNED_IN = "signed_in"
    """Any live session: sessions, own account, completing the profile."""
    PLAYER_READ = "player_read"
    """Any live session, reading what is one's own in the game."""
    PLAYER = "player"
    """Writes of a player: the profile must be complete (admins need none)."""
    ADMIN = "admin"

    @property
    def needs_token(self) -> bool:
        return self not in {Access.ANYONE, Access.OPTIONAL}


class Scope(StrEnum):
    """What programs of third parties may be let do (SPEC 10): a route names the one that it takes.

    A route without one is closed to programs, unless everybody may use it.
    """

    LEADERBOARDS_READ = "leaderboards:read"
    USERS_READ = "users:read"
    TRANSACTIONS_READ = "transactions:read"
    FULFILLMENTS_READ = "fulfillments:read"
    FULFILLMENTS_WRITE = "fulfillments:write"
    FREE_ENTRIES_READ = "free-entries:read"
    FREE_ENTRIES_WRITE = "free-entries:write"
    SPONSORS_WRITE = "sponsors:write"
    ANALYTICS_READ = "analytics:read"
    AUDIT_READ = "audit:read"
    WEBHOOKS_MANAGE = "webhooks:manage"


SCOPES: Final[dict[Scope, str]] = {
    Scope.LEADERBOARDS_READ: "Read the leaderboards of every tier",
    Scope.USERS_READ: "Find players and read what is known of them",
    Scope.TRANSACTIONS_READ: "Read the ledgers of all players",
    Scope.FULFILLMENTS_READ: "Read prizes on their way, with the addresses they go to",
    Scope.FULFILLMENTS_WRITE: "Ship prizes, deliver them, send addresses back",
    Scope.FREE_ENTRIES_READ: "Read the entries without purchase of a drawing",
    Scope.FREE_ENTRIES_WRITE: "Record entries without purchase",
    Scope.SPONSORS_WRITE: "Add, edit and deactivate sponsors",
    Scope.ANALYTICS_READ: "Read the reports",
    Scope.AUDIT_READ: "Read the audit log",
    Scope.WEBHOOKS_MANAGE: "Look after webhooks of its own",
}
"""What each lets a program do, as its operator reads it."""


def _anybody(_: Principal) -> None:
    return None


def _complete(principal: Principal) -> None:
    if not principal.profile_complete and principal.role is not Role.ADMIN:
        raise ProfileIncomplete


def _admin(principal: Principal) -> None:
    if principal.role is not Role.ADMIN:
        raise Forbidden("Only administrators may do this")


CHECKS: dict[Access, Callable[[Principal], None]] = {
    Access.OPTIONAL: _anybody,
    Access.SIGNED_IN: _anybody,
    Access.PLAYER_READ: _anybody,
    Access.PLAYER: _complete,
    Access.ADMIN: _admin,
}
"""What each level asks of a signed-in account; each check raises the problem it finds."""


def check_step_up(principal: Principal, now: datetime) -> None:
    """What a route with `step_up` asks on top of its level: the second factor, checked in this session."""
    checked_at = principal.mfa_checked_at
    if checked_at is None or now >= checked_at + STEP_UP_LIFETIME:
        raise MfaRequired("This needs a code of your authenticator, checked within the last 10 minutes")


def admit_client(client: ApiClient, access: Access, scope: Scope | None) -> Principal | None:
    """As whom a program uses a route: as what its scope makes it, or as nobody in particular.

    Raises `InsufficientScope`, or `Forbidden` where only people are let in.
    """
    if scope is None:
        if access is Access.OPTIONAL:
            return None
        raise Forbidden("This is for people: no scope lets a program in")
    if scope not in client.scopes:
        raise InsufficientScope(scope)
    return client.as_principal()

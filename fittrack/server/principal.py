"""Who is asking: the holder of a verified token, as the database knows them now."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from fittrack.kit.ids import SessionId, UserId
from fittrack.kit.standing import AccountStatus as Status
from fittrack.kit.standing import Role

__all__ = ["PRINCIPAL", "Principal", "Role", "Standing", "Status", "principal_of", "principal_or_none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the database says of a live session's holder. Tokens carry none of it."""

    user_id: UserId
    role: Role
    status: Status
    profile_complete: bool
    mfa_checked_at: datetime | None = None
    """When this session last showed a second factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The signed-in account behind a request or a connection."""

    user_id: UserId
    session_id: SessionId
    role: Role
    status: Status
    profile_complete: bool
    expires_at: datetime
    """When the access token ends."""
    mfa_checked_at: datetime | None = None
    """When this session last showed a second factor."""
    epoch: int = 0
    """How many changes of standings the node had heard of when this was read."""

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


PRINCIPAL: web.RequestKey[Principal] = web.RequestKey("principal", Principal)


def principal_of(request: web.Request) -> Principal:
    """The signed-in account of a route that needs one; what routes with other access must not ask."""
    return request[PRINCIPAL]


def principal_or_none(request: web.Request) -> Principal | None:
    """The signed-in account, if the request carries a token (routes with `Access.OPTIONAL`)."""
    return request.get(PRINCIPAL)

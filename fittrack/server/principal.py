"""Who is asking: the holder of a verified token, as the database knows them now."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aiohttp import web

from fittrack.kit.ids import SessionId, UserId


class Role(StrEnum):
    """What an account may do (SPEC 1)."""

    USER = "user"
    PREMIUM = "premium"
    ADMIN = "admin"


class Status(StrEnum):
    """Where an account stands. Only `pending` and `active` ones can hold a session."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    BANNED = "banned"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the database says of a live session's holder. Tokens carry none of it."""

    user_id: UserId
    role: Role
    status: Status
    profile_complete: bool


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

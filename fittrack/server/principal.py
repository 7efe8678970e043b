"""Who is asking: the holder of a verified token, a person or a program, as the database knows them now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aiohttp import web

from fittrack.kit.ids import ClientId, SessionId, UserId
from fittrack.kit.problems import Forbidden
from fittrack.kit.standing import AccountStatus, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the database says of a live session's holder. Tokens carry none of it."""

    user_id: UserId
    role: Role
    status: AccountStatus
    profile_complete: bool
    mfa_checked_at: datetime | None = None
    """When this session last showed a second factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The signed-in account behind a request or a connection."""

    user_id: UserId
    session_id: SessionId
    role: Role
    status: AccountStatus
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClient:
    """The program of a third party behind a request (SPEC 10). It is nobody's account."""

    client_id: ClientId
    scopes: frozenset[str]
    """Those of its token that it still has."""
    requests_per_minute: int
    expires_at: datetime
    """When the access token ends."""

    def as_principal(self) -> Principal:
        """Who acts where a scope lets it in: there it may do what an admin may, under its own id."""
        return Principal(
            user_id=UserId(self.client_id),
            session_id=SessionId(self.client_id),
            role=Role.ADMIN,
            status=AccountStatus.ACTIVE,
            profile_complete=False,
            expires_at=self.expires_at,
        )


PRINCIPAL: web.RequestKey[Principal] = web.RequestKey("principal", Principal)
API_CLIENT: web.RequestKey[ApiClient] = web.RequestKey("api_client", ApiClient)


def principal_of(request: web.Request) -> Principal:
    """The signed-in account of a route that needs one; what routes with other access must not ask."""
    return request[PRINCIPAL]


def principal_or_none(request: web.Request) -> Principal | None:
    """The signed-in account, if the request carries the token of one (routes with `Access.OPTIONAL`)."""
    return request.get(PRINCIPAL)


def whose(principal: Principal, asked: UUID | None, things: str) -> UserId | None:
    """Whose `things` a list is to show: one's own, to admins also another's, or everybody's (none).

    Raises `Forbidden`: what is asked for is not answered with something else.
    """
    if principal.is_admin:
        return None if asked is None else UserId(asked)
    if asked is not None and asked != principal.user_id:
        raise Forbidden(f"Only administrators see {things} of others")
    return principal.user_id

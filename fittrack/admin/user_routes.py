"""`/admin/users`: finding accounts, and changing what they may do and what they have (SPEC 10)."""

from datetime import datetime
from typing import Final

from aiohttp import web

from fittrack.accounts.commands import ChangeRole, ChangeStatus
from fittrack.accounts.problems import LastAdmin, OwnStanding, StatusConflict
from fittrack.accounts.schemas import AccountStanding
from fittrack.admin import queries, schemas, views
from fittrack.admin.adjusting import adjust
from fittrack.audit.listing import list_records_of
from fittrack.audit.queries import Sought
from fittrack.audit.schemas import Record
from fittrack.drawings.rules import InsufficientPoints
from fittrack.kit.ids import UserId
from fittrack.kit.intention import Answer, Command
from fittrack.kit.problems import Conflict, FieldError, Validation
from fittrack.kit.standing import AccountStatus, Role
from fittrack.points.schemas import Adjusted
from fittrack.profiles.tiers import asked_tier
from fittrack.server.asking import (
    CALENDAR,
    READS,
    REGISTRY,
    USER,
    admin_ask,
    render_answer,
)
from fittrack.server.etags import etag_of, wanted_versions
from fittrack.server.http import CLOCK
from fittrack.server.pagination import CursorPage, Page, page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route, Scope

TAG: Final = "Admin"
_AT: Final = f"{API}/admin/users"
_ONE: Final = f"{_AT}/{{id}}"
_USERS: Final = f"{API}/users"
"""The same, to read, where the other resources stand (SPEC 10)."""


async def search(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.UsersQuery)
    tier = None if query.tier is None else asked_tier(query.tier)
    today = request.app[CALENDAR].day_of(request.app[CLOCK].now())
    found, total = await request.app[READS].run(queries.search, query, tier, today)
    return render(page_of(found, query, total))


async def detail(request: web.Request) -> web.Response:
    now = request.app[CLOCK].now()
    today = request.app[CALENDAR].day_of(now)
    user = await request.app[READS].run(views.user, _user_id(request), today, now)
    return render(user, etag=etag_of(user.standing_changed_at))


async def change_status(request: web.Request) -> web.Response:
    """Unless the account may sign in, every session of it ends, and its connections close within a second."""
    body = await parse(request, schemas.StatusChange)
    wish = ChangeStatus(
        status=AccountStatus(body.status), reason=body.reason.strip(), versions=wanted_versions(request)
    )
    return render_answer(await _ask(request, wish))


async def change_role(request: web.Request) -> web.Response:
    """Premium ends by itself at `premium_expires_at`."""
    body = await parse(request, schemas.RoleChange)
    _check_end(body, request.app[CLOCK].now())
    wish = ChangeRole(
        role=body.role,
        reason=body.reason,
        premium_expires_at=body.premium_expires_at,
        versions=wanted_versions(request),
    )
    return render_answer(await _ask(request, wish))


async def adjust_points(request: web.Request) -> web.Response:
    """Books an `adjust` of the ledger and tells the player, who reads the reason too."""
    return await adjust(request, _user_id(request), await parse(request, schemas.Adjustment))


async def actions(request: web.Request) -> web.Response:
    """From the audit log: by whom, what was before and after, why, from where."""
    query = parse_query(request, schemas.ActionsQuery)
    user_id = _user_id(request)
    sought = Sought(subject_type="user", subject_id=str(user_id))
    return await list_records_of(request, query, sought, f"actions/{user_id}")


def _user_id(request: web.Request) -> UserId:
    return UserId(path_uuid(request))


async def _ask(request: web.Request, wish: Command) -> Answer:
    return await admin_ask(request, request.app[REGISTRY].ref(USER, _user_id(request)), wish)


def _check_end(body: schemas.RoleChange, now: datetime) -> None:
    """Premium needs an end that is to come, and nothing else has one."""
    ends, pointer = body.premium_expires_at, "/premium_expires_at"
    if body.role is not Role.PREMIUM:
        errors = [FieldError(pointer, "Only premium ends")] if ends else []
    elif ends is None:
        errors = [FieldError(pointer, "Premium needs its end")]
    else:
        errors = [FieldError(pointer, "It is over already")] if ends <= now else []
    if errors:
        raise Validation(errors=errors)


ROUTES: list[Route] = [
    *(
        route
        for at in (_AT, _USERS)
        for route in (
            Route(
                "GET",
                at,
                search,
                summary="Find accounts by email, name, status, role, tier",
                access=Access.ADMIN,
                scope=Scope.USERS_READ,
                tag=TAG,
                query=schemas.UsersQuery,
                answer=Page[schemas.UserRow],
            ),
            Route(
                "GET",
                f"{at}/{{id}}",
                detail,
                summary="One account with all that is known of it",
                access=Access.ADMIN,
                scope=Scope.USERS_READ,
                tag=TAG,
                answer=schemas.UserDetail,
            ),
        )
    ),
    Route(
        "PUT",
        f"{_ONE}/status",
        change_status,
        summary="Suspend, ban or reinstate an account",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.StatusChange,
        answer=AccountStanding,
        guarded=True,
        idempotent=True,
        problems=(StatusConflict, OwnStanding, LastAdmin),
    ),
    Route(
        "PUT",
        f"{_ONE}/role",
        change_role,
        summary="Give an account another role",
        access=Access.ADMIN,
        step_up=True,
        tag=TAG,
        body=schemas.RoleChange,
        answer=AccountStanding,
        guarded=True,
        idempotent=True,
        problems=(OwnStanding, LastAdmin),
    ),
    Route(
        "POST",
        f"{_ONE}/adjust-points",
        adjust_points,
        summary="Give or take points",
        access=Access.ADMIN,
        step_up=True,
        tag=TAG,
        body=schemas.Adjustment,
        answer=Adjusted,
        status=201,
        problems=(InsufficientPoints, Conflict),
    ),
    Route(
        "GET",
        f"{_ONE}/actions",
        actions,
        summary="What was done to an account, the latest first",
        access=Access.ADMIN,
        tag=TAG,
        query=schemas.ActionsQuery,
        answer=CursorPage[Record],
    ),
]

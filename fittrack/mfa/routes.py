"""`/auth/mfa`: administrators' second factor (SPEC 1 and 10). Only they have one; others are refused."""

from typing import Final

from aiohttp import web

from fittrack.accounts.problems import LoginLocked, NoPassword
from fittrack.accounts.services import ACCOUNTS
from fittrack.kit.problems import Busy, MfaRequired
from fittrack.mfa import checking, enrolment, schemas
from fittrack.mfa.problems import MfaNotEnrolled, WrongCode
from fittrack.server.asking import origin_of
from fittrack.server.parse import parse
from fittrack.server.principal import principal_of
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route

TAG: Final = "Auth"
_AT: Final = f"{API}/auth/mfa"


async def enroll(request: web.Request) -> web.Response:
    """The first time with the password, then after a fresh check. Nothing changes before `confirm`."""
    form = await parse(request, schemas.Enroll)
    return render(
        await enrolment.enroll(
            request.app[ACCOUNTS], principal_of(request), form.password, origin_of(request)
        )
    )


async def confirm(request: web.Request) -> web.Response:
    """It counts as a check. Every other session ends, and recovery codes of a former factor with them."""
    form = await parse(request, schemas.Code)
    return render(
        await enrolment.confirm(request.app[ACCOUNTS], principal_of(request), form.code, origin_of(request))
    )


async def verify(request: web.Request) -> web.Response:
    """A code of the authenticator or a recovery code; each works once. The check counts for this session."""
    form = await parse(request, schemas.Code)
    return render(
        await checking.verify(request.app[ACCOUNTS], principal_of(request), form.code, origin_of(request))
    )


ROUTES: list[Route] = [
    Route(
        "POST",
        f"{_AT}/enroll",
        enroll,
        summary="Set up a second factor: the secret for the authenticator app",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.Enroll,
        answer=schemas.Enrolled,
        secret=True,
        idempotent=False,
        problems=(NoPassword, MfaRequired, LoginLocked, Busy),
    ),
    Route(
        "POST",
        f"{_AT}/confirm",
        confirm,
        summary="Put the second factor in force with its first code",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.Code,
        answer=schemas.Confirmed,
        secret=True,
        idempotent=False,
        problems=(MfaNotEnrolled, WrongCode, LoginLocked),
    ),
    Route(
        "POST",
        f"{_AT}/verify",
        verify,
        summary="Show the second factor; for ten minutes this session may do what needs it",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.Code,
        answer=schemas.Checked,
        secret=True,
        idempotent=False,
        problems=(MfaNotEnrolled, WrongCode, LoginLocked),
    ),
]

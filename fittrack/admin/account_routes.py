"""Making accounts for others, and correcting them: `POST /users`, `PATCH /users/{id}` (SPEC 10)."""

from typing import Final, TypeVar

from aiohttp import web
from msgspec import UNSET, UnsetType

from fittrack.accounts import invitations, schemas
from fittrack.accounts.commands import CorrectAccount
from fittrack.accounts.problems import EmailTaken, LastAdmin, OwnStanding
from fittrack.accounts.services import ACCOUNTS
from fittrack.kit.ids import UserId
from fittrack.kit.problems import Busy, FieldError, Validation
from fittrack.server.asking import REGISTRY, USER, admin_ask, origin_of, render_answer
from fittrack.server.etags import wanted_versions
from fittrack.server.idempotency import idempotency_key, render_kept
from fittrack.server.parse import parse, path_uuid
from fittrack.server.routes import API, Access, Route

TAG: Final = "Admin"
_AT: Final = f"{API}/users"

T = TypeVar("T")


async def invite(request: web.Request) -> web.Response:
    """The account is pending until its holder accepts the invitation that is mailed to the address."""
    form, key = await parse(request, schemas.Invite), idempotency_key(request)
    return render_kept(await invitations.invite(request.app[ACCOUNTS], form, key, origin_of(request)))


async def correct(request: web.Request) -> web.Response:
    """A new email must be verified: every session ends, and the former address is told."""
    body = await parse(request, schemas.Correction)
    if UNSET is body.email is body.date_of_birth is body.state:
        raise Validation(errors=[FieldError("", "Say what is to be changed")])
    user_id = UserId(path_uuid(request))
    wish = CorrectAccount(
        email=_given(body.email),
        date_of_birth=_given(body.date_of_birth),
        state=_given(body.state),
        reason=body.reason.strip(),
        versions=wanted_versions(request),
    )
    return render_answer(await admin_ask(request, request.app[REGISTRY].ref(USER, user_id), wish))


def _given(value: T | UnsetType) -> T | None:
    return None if isinstance(value, UnsetType) else value


ROUTES: list[Route] = [
    Route(
        "POST",
        _AT,
        invite,
        summary="Make an account for somebody, who is invited by mail",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.Invite,
        answer=schemas.Invited,
        status=201,
        problems=(EmailTaken, Busy),
    ),
    Route(
        "PATCH",
        f"{_AT}/{{id}}",
        correct,
        summary="Correct an account's email, date of birth or state",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.Correction,
        answer=schemas.Account,
        guarded=True,
        idempotent=True,
        problems=(EmailTaken, OwnStanding, LastAdmin),
    ),
]

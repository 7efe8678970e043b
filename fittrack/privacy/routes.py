"""`GET users/me/export`, `DELETE users/me`, and an admin's `DELETE users/{id}` (SPEC 1 and 10)."""

from typing import Final

from aiohttp import web

from fittrack.accounts.problems import LoginLocked
from fittrack.accounts.recovery import check_again
from fittrack.accounts.services import ACCOUNTS
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import UserId
from fittrack.kit.problems import Busy, FieldError, NotFound, Validation
from fittrack.privacy import queries, schemas
from fittrack.privacy.commands import DeleteAccount
from fittrack.privacy.export.document import Export
from fittrack.privacy.export.serving import EXPORTS
from fittrack.privacy.problems import FreshSignInRequired, LastAdmin
from fittrack.privacy.rules import FRESH_SIGN_IN
from fittrack.server.asking import READS, REGISTRY, USER, origin_of
from fittrack.server.http import CLOCK
from fittrack.server.parse import parse, path_uuid
from fittrack.server.principal import principal_of
from fittrack.server.render import no_content
from fittrack.server.routes import API, Access, Route

_USERS: Final = f"{API}/users"
_TAG: Final = "Users"


async def export(request: web.Request) -> web.StreamResponse:
    """A section for each table that knows of the account, as of one instant. Secrets are left out."""
    return await request.app[EXPORTS].send(request, principal_of(request).user_id)


async def delete_own(request: web.Request) -> web.Response:
    """For good. Sessions and connections end at once; what is personal is erased within seconds.

    Asks for the password; an account without one must have signed in within the last ten minutes.
    """
    form = await parse(request, schemas.DeletionForm)
    await _check_identity(request, form.password)
    await _delete(request, principal_of(request).user_id, DeleteAccount())
    return no_content()


async def delete_one(request: web.Request) -> web.Response:
    """For good, as if its holder had done it."""
    form = await parse(request, schemas.AdminDeletionForm)
    await _delete(request, UserId(path_uuid(request)), DeleteAccount(form.reason))
    return no_content()


async def _delete(request: web.Request, user_id: UserId, wish: DeleteAccount) -> None:
    await request.app[REGISTRY].ref(USER, user_id).ask(intend(wish, None, origin_of(request)))


async def _check_identity(request: web.Request, password: str | None) -> None:
    principal, services = principal_of(request), request.app[ACCOUNTS]
    proof = await request.app[READS].run(queries.proof, principal.user_id, principal.session_id)
    if proof.has_password:
        if password is None:
            raise Validation(errors=[FieldError("/password", "The password is needed")])
        await check_again(services, principal.user_id, password, "/password")
        return
    now = request.app[CLOCK].now()
    if proof.signed_in_at is None or now >= proof.signed_in_at + FRESH_SIGN_IN:
        raise FreshSignInRequired


ROUTES: list[Route] = [
    Route(
        "GET",
        f"{_USERS}/me/export",
        export,
        summary="Everything held about the account",
        access=Access.SIGNED_IN,
        tag=_TAG,
        answer=Export,
        secret=True,
        problems=(Busy,),
    ),
    Route(
        "DELETE",
        f"{_USERS}/me",
        delete_own,
        summary="Delete the own account",
        access=Access.SIGNED_IN,
        tag=_TAG,
        body=schemas.DeletionForm,
        problems=(FreshSignInRequired, LastAdmin, LoginLocked),
    ),
    Route(
        "DELETE",
        f"{_USERS}/{{id}}",
        delete_one,
        summary="Delete somebody's account",
        access=Access.ADMIN,
        step_up=True,
        tag=_TAG,
        body=schemas.AdminDeletionForm,
        problems=(NotFound, LastAdmin),
    ),
]

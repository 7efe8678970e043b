"""One's own profile, and for admins everybody's (SPEC 1 and 10)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from aiohttp import web

from fittrack.kit.idempotency import intend
from fittrack.kit.ids import UserId
from fittrack.kit.intention import Answer
from fittrack.kit.patches import given
from fittrack.kit.problems import Forbidden, NotFound, PreconditionFailed
from fittrack.profiles import queries, schemas, tier_routes
from fittrack.profiles.commands import ChangeProfile
from fittrack.profiles.problems import DisplayNameTaken
from fittrack.profiles.rules import Profile, missing_fields
from fittrack.server.asking import CALENDAR, READS, REGISTRY, USER, origin_of, render_answer
from fittrack.server.etags import etag_of, require_match
from fittrack.server.http import CLOCK
from fittrack.server.idempotency import idempotency_key
from fittrack.server.pagination import Page, page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.principal import principal_of
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route
from fittrack.server.schemas import PageQuery

PATCHES_MAX: Final = 3
"""Times a patch is applied anew because another one came first; a person has two hands."""

_OWN: Final = f"{API}/users/me/profile"
_ALL: Final = f"{API}/profiles"
_TAG: Final = "Profiles"


async def get_own(request: web.Request) -> web.Response:
    return await _show(request, principal_of(request).user_id)


async def put_own(request: web.Request) -> web.Response:
    return await _put(request, principal_of(request).user_id)


async def create_own(request: web.Request) -> web.Response:
    return await _put(request, principal_of(request).user_id, status=201)


async def patch_own(request: web.Request) -> web.Response:
    patch = await parse(request, schemas.ProfilePatch)
    user_id = principal_of(request).user_id
    for _ in range(PATCHES_MAX - 1):
        try:
            return _changed(await _patch(request, user_id, patch))
        except PreconditionFailed:
            if "If-Match" in request.headers:
                raise
    return _changed(await _patch(request, user_id, patch))


async def completeness(request: web.Request) -> web.Response:
    profile = await _find(request, principal_of(request).user_id)
    missing = missing_fields(queries.stored(profile) if profile else Profile())
    return render(schemas.Completeness(not missing, list(missing)))


async def get_one(request: web.Request) -> web.Response:
    return await _show(request, _whose(request))


async def put_one(request: web.Request) -> web.Response:
    return await _put(request, _whose(request))


async def list_all(request: web.Request) -> web.Response:
    query = parse_query(request, PageQuery)
    found, total = await request.app[READS].run(queries.page, _today(request), query.offset, query.limit)
    return render(page_of(found, query, total))


def _whose(request: web.Request) -> UserId:
    """Whose profile the address names: one's own, or for admins anybody's."""
    principal, user_id = principal_of(request), UserId(path_uuid(request))
    if user_id != principal.user_id and not principal.is_admin:
        raise Forbidden("This is somebody else's profile")
    return user_id


async def _show(request: web.Request, user_id: UserId) -> web.Response:
    profile = await _find(request, user_id)
    if profile is None:
        raise NotFound("The profile is not complete yet")
    return render(profile, etag=_etag(profile))


async def _put(request: web.Request, user_id: UserId, status: int = 200) -> web.Response:
    form = await parse(request, schemas.ProfileForm)
    version = None
    if "If-Match" in request.headers:
        version = _matched(request, await _find(request, user_id))
    profile = Profile(
        display_name=form.display_name,
        biological_sex=form.biological_sex,
        fitness_level=form.fitness_level,
        height_inches=form.height_inches,
        weight_pounds=form.weight_pounds,
        goals=tuple(form.goals or ()),
    )
    return _changed(await _ask(request, user_id, ChangeProfile(profile, version)), status)


async def _patch(request: web.Request, user_id: UserId, patch: schemas.ProfilePatch) -> Answer:
    current = await _find(request, user_id)
    version = _matched(request, current)
    changes = given(patch)
    if "goals" in changes:
        changes["goals"] = tuple(changes["goals"] or ())
    profile = queries.stored(current) if current else Profile()
    return await _ask(request, user_id, ChangeProfile(replace(profile, **changes), version))


async def _ask(request: web.Request, user_id: UserId, command: ChangeProfile) -> Answer:
    # PUT and PATCH are guarded by versions: one that was read anew would make a key mean another command.
    key = idempotency_key(request) if request.method == "POST" else None
    wish = intend(command, key, origin_of(request))
    answer: Answer = await request.app[REGISTRY].ref(USER, user_id).ask(wish)
    return answer


def _matched(request: web.Request, current: schemas.Profile | None) -> datetime | None:
    """The version that was read, if the request's `If-Match` agrees with it."""
    require_match(request, _etag(current))
    return None if current is None else datetime.fromisoformat(current.updated_at)


def _changed(answer: Answer, status: int = 200) -> web.Response:
    assert isinstance(answer.body, schemas.Profile), "what the command promises"
    return render_answer(answer, status=status, etag=_etag(answer.body))


async def _find(request: web.Request, user_id: UserId) -> schemas.Profile | None:
    return await request.app[READS].run(queries.find, user_id, _today(request))


def _etag(profile: schemas.Profile | None) -> str:
    return etag_of("none" if profile is None else profile.updated_at)


def _today(request: web.Request) -> date:
    return request.app[CALENDAR].day_of(request.app[CLOCK].now())


ROUTES = [
    Route(
        "GET",
        _OWN,
        get_own,
        summary="One's own profile",
        access=Access.SIGNED_IN,
        tag=_TAG,
        answer=schemas.Profile,
        problems=(NotFound,),
    ),
    Route(
        "PUT",
        _OWN,
        put_own,
        summary="Complete or replace one's own profile",
        access=Access.SIGNED_IN,
        tag=_TAG,
        body=schemas.ProfileForm,
        answer=schemas.Profile,
        guarded=True,
        problems=(DisplayNameTaken,),
    ),
    Route(
        "PATCH",
        _OWN,
        patch_own,
        summary="Change parts of one's own profile",
        access=Access.SIGNED_IN,
        tag=_TAG,
        body=schemas.ProfilePatch,
        answer=schemas.Profile,
        guarded=True,
        problems=(DisplayNameTaken,),
    ),
    Route(
        "GET",
        f"{_OWN}/complete",
        completeness,
        summary="Whether the profile is complete, and what is missing",
        access=Access.SIGNED_IN,
        tag=_TAG,
        answer=schemas.Completeness,
    ),
    Route(
        "GET",
        _ALL,
        list_all,
        summary="All profiles",
        access=Access.ADMIN,
        tag=_TAG,
        query=PageQuery,
        answer=Page[schemas.Profile],
    ),
    Route(
        "POST",
        _ALL,
        create_own,
        summary="Complete one's own profile",
        access=Access.SIGNED_IN,
        tag=_TAG,
        body=schemas.ProfileForm,
        answer=schemas.Profile,
        status=201,
        problems=(DisplayNameTaken,),
    ),
    Route(
        "GET",
        f"{_ALL}/{{id}}",
        get_one,
        summary="A profile: one's own, or for admins anybody's",
        access=Access.SIGNED_IN,
        tag=_TAG,
        answer=schemas.Profile,
        problems=(Forbidden,),
    ),
    Route(
        "PUT",
        f"{_ALL}/{{id}}",
        put_one,
        summary="Replace a profile: one's own, or for admins anybody's",
        access=Access.SIGNED_IN,
        tag=_TAG,
        body=schemas.ProfileForm,
        answer=schemas.Profile,
        guarded=True,
        problems=(Forbidden, DisplayNameTaken),
    ),
    *tier_routes.ROUTES,
]

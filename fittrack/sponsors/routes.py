"""`/sponsors`: everybody sees who they are, admins look after them (SPEC 6 and 10)."""

from typing import Final

import msgspec
from aiohttp import web

from fittrack.drawings.messages import SponsorRenamed
from fittrack.kit.ids import SponsorId, uuid7
from fittrack.kit.patches import given
from fittrack.kit.problems import NotFound
from fittrack.server.asking import DRAWING, JOURNAL, READS, REGISTRY, keyed_id, once_of, origin_of
from fittrack.server.etags import wanted_versions
from fittrack.server.http import CLOCK
from fittrack.server.idempotency import render_kept
from fittrack.server.once import run_once
from fittrack.server.pagination import Page, page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.principal import API_CLIENT, principal_or_none
from fittrack.server.render import no_content, render
from fittrack.server.routes import API, Access, Route, Scope
from fittrack.sponsors import changing, queries, schemas
from fittrack.sponsors.changing import Wish
from fittrack.sponsors.model import StoredSponsor, shown_to_admins, shown_to_all
from fittrack.sponsors.problems import SponsorNameTaken

TAG: Final = "Sponsors"
_AT: Final = f"{API}/sponsors"
_ONE: Final = f"{_AT}/{{id}}"


async def list_sponsors(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.SponsorsQuery)
    looks_after = _looks_after(request)
    if not looks_after:
        if query.active is False:
            return render(page_of([], query, 0))
        query = msgspec.structs.replace(query, active=True)
    found, total = await request.app[READS].run(queries.find, query)
    shown = shown_to_admins if looks_after else shown_to_all
    return render(page_of([shown(sponsor) for sponsor in found], query, total))


async def get_sponsor(request: web.Request) -> web.Response:
    found = await request.app[READS].run(queries.load, SponsorId(path_uuid(request)))
    looks_after = _looks_after(request)
    if found is None or not (found.active or looks_after):
        raise NotFound("There is no such sponsor.")
    if looks_after:
        return render(shown_to_admins(found), etag=found.tag)
    return render(shown_to_all(found))


async def create_sponsor(request: web.Request) -> web.Response:
    body = await parse(request, schemas.NewSponsor)
    now = request.app[CLOCK].now()
    sponsor_id = SponsorId(keyed_id(request) or uuid7())
    once = once_of(request, "create-sponsor", body, now)
    fields = msgspec.structs.asdict(body)
    kept = await request.app[JOURNAL].transact(
        run_once, once, changing.create, sponsor_id, fields, origin_of(request), now
    )
    return render_kept(kept)


async def edit_sponsor(request: web.Request) -> web.Response:
    body = await parse(request, schemas.SponsorPatch)
    fields = given(body)
    latter = await request.app[JOURNAL].transact(changing.edit, _wish(request), fields)
    if "name" in fields:
        await _tell_drawings(request, latter)
    return render(shown_to_admins(latter), etag=latter.tag)


async def remove_sponsor(request: web.Request) -> web.Response:
    """One with prizes, also in a template, is deactivated rather than deleted, and shown (SPEC 6)."""
    left = await request.app[JOURNAL].transact(changing.remove, _wish(request))
    return no_content() if left is None else render(shown_to_admins(left), etag=left.tag)


async def _tell_drawings(request: web.Request, sponsor: StoredSponsor) -> None:
    """Drawings keep the name of a prize's sponsor in memory."""
    for drawing_id in await request.app[READS].run(queries.living_drawings, sponsor.sponsor_id):
        renamed = SponsorRenamed(sponsor.sponsor_id, sponsor.name)
        request.app[REGISTRY].ref(DRAWING, drawing_id).tell(renamed)


def _wish(request: web.Request) -> Wish:
    return Wish(
        sponsor_id=SponsorId(path_uuid(request)),
        versions=wanted_versions(request),
        origin=origin_of(request),
        now=request.app[CLOCK].now(),
    )


def _looks_after(request: web.Request) -> bool:
    """Whether who asks may change sponsors, and so sees all of them."""
    if (program := request.get(API_CLIENT)) is not None:
        return Scope.SPONSORS_WRITE in program.scopes
    principal = principal_or_none(request)
    return principal is not None and principal.is_admin


ROUTES: list[Route] = [
    Route(
        "GET",
        _AT,
        list_sponsors,
        summary="List sponsors",
        access=Access.OPTIONAL,
        tag=TAG,
        query=schemas.SponsorsQuery,
        answer=Page[schemas.Sponsor],
    ),
    Route(
        "GET",
        _ONE,
        get_sponsor,
        summary="One sponsor",
        access=Access.OPTIONAL,
        tag=TAG,
        answer=schemas.Sponsor,
    ),
    Route(
        "POST",
        _AT,
        create_sponsor,
        summary="Add a sponsor",
        access=Access.ADMIN,
        scope=Scope.SPONSORS_WRITE,
        tag=TAG,
        body=schemas.NewSponsor,
        answer=schemas.Sponsor,
        status=201,
        problems=(SponsorNameTaken,),
    ),
    Route(
        "PATCH",
        _ONE,
        edit_sponsor,
        summary="Edit, deactivate or reactivate a sponsor",
        access=Access.ADMIN,
        scope=Scope.SPONSORS_WRITE,
        tag=TAG,
        body=schemas.SponsorPatch,
        answer=schemas.Sponsor,
        guarded=True,
        problems=(SponsorNameTaken,),
    ),
    Route(
        "DELETE",
        _ONE,
        remove_sponsor,
        summary="Delete a sponsor, or deactivate one whose prizes are there",
        access=Access.ADMIN,
        scope=Scope.SPONSORS_WRITE,
        tag=TAG,
        guarded=True,
        other_answers={200: schemas.Sponsor},
    ),
]

"""`/drawing-templates`: from which the schedule makes the coming drawings (SPEC 5 and 10)."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from aiohttp import web

from actors.runtime import Ref
from fittrack.kit.ids import SponsorId, TemplateId, uuid7
from fittrack.kit.problems import Conflict, FieldError, NotFound, Validation
from fittrack.schedule import queries, schemas
from fittrack.schedule.input import new_template, template_changes
from fittrack.schedule.messages import (
    SCHEDULE,
    SCHEDULE_ID,
    CreateTemplate,
    DeleteTemplate,
    EditTemplate,
)
from fittrack.schedule.model import Template, TemplatePrize
from fittrack.schedule.views import listed, template_detail, template_shape, template_tag
from fittrack.server.asking import CALENDAR, READS, REGISTRY, keyed_id, once_of, origin_of
from fittrack.server.etags import etag_of, wanted_versions
from fittrack.server.http import CLOCK
from fittrack.server.idempotency import render_kept
from fittrack.server.pagination import Page, page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.render import no_content, render
from fittrack.server.routes import API, Access, Route

TAG: Final = "Drawing templates"


async def list_templates(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.TemplatesQuery)
    found, total = await request.app[READS].run(queries.find, query)
    now, calendar = request.app[CLOCK].now(), request.app[CALENDAR]
    return render(page_of([listed(template, now, calendar) for template in found], query, total))


async def get_template(request: web.Request) -> web.Response:
    template_id, reads = TemplateId(path_uuid(request)), request.app[READS]
    template: Template | None = await reads.run(queries.load, template_id)
    if template is None:
        raise NotFound("There is no such template.")
    now, calendar = request.app[CLOCK].now(), request.app[CALENDAR]
    made = await reads.run(queries.days_made, template_id, calendar.day_of(now))
    return render(template_detail(template, made, now, calendar), etag=template_tag(template))


async def create_template(request: web.Request) -> web.Response:
    """Under a key the template's id follows from it, so that sending it twice makes one template."""
    body = await parse(request, schemas.NewTemplate)
    now = request.app[CLOCK].now()
    template = new_template(TemplateId(keyed_id(request) or uuid7()), body, now)
    await _check_sponsors(request, template.prizes)
    once = once_of(request, "CreateTemplate", body, now)
    kept = await _schedule(request).ask(CreateTemplate(template, once, origin_of(request)))
    response = render_kept(kept)
    shape = msgspec.json.decode(kept.body, type=schemas.DrawingTemplate)
    response.headers["ETag"] = etag_of(shape.edition)
    return response


async def edit_template(request: web.Request) -> web.Response:
    changes = template_changes(await parse(request, schemas.TemplatePatch))
    await _check_sponsors(request, changes.get("prizes", ()))
    template_id = TemplateId(path_uuid(request))
    wish = EditTemplate(template_id, changes, wanted_versions(request), origin_of(request))
    edited: Template = await _schedule(request).ask(wish)
    return render(template_shape(edited), etag=template_tag(edited))


async def delete_template(request: web.Request) -> web.Response:
    template_id = TemplateId(path_uuid(request))
    await _schedule(request).ask(DeleteTemplate(template_id, wanted_versions(request), origin_of(request)))
    return no_content()


def _schedule(request: web.Request) -> Ref:
    return request.app[REGISTRY].ref(SCHEDULE, SCHEDULE_ID)


async def _check_sponsors(request: web.Request, prizes: Sequence[TemplatePrize]) -> None:
    wanted = [prize.sponsor_id for prize in prizes if prize.sponsor_id is not None]
    if not wanted:
        return
    known: dict[SponsorId, Any] = await request.app[READS].run(
        queries.sponsor_names, wanted, active_only=True
    )
    errors = [
        FieldError(f"/prizes/{index}/sponsor_id", "There is no such active sponsor.")
        for index, prize in enumerate(prizes)
        if prize.sponsor_id is not None and prize.sponsor_id not in known
    ]
    if errors:
        raise Validation(errors=errors)


_ALL = f"{API}/drawing-templates"
_ONE = f"{_ALL}/{{id}}"

ROUTES: list[Route] = [
    Route(
        "GET",
        _ALL,
        list_templates,
        summary="List drawing templates, the latest first",
        access=Access.ADMIN,
        tag=TAG,
        query=schemas.TemplatesQuery,
        answer=Page[schemas.ListedTemplate],
    ),
    Route(
        "POST",
        _ALL,
        create_template,
        summary="Add a template, from which drawings are made by themselves",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.NewTemplate,
        answer=schemas.DrawingTemplate,
        status=201,
        problems=(Conflict,),
    ),
    Route(
        "GET",
        _ONE,
        get_template,
        summary="One template, with its coming drawings",
        access=Access.ADMIN,
        tag=TAG,
        answer=schemas.DrawingTemplateDetail,
    ),
    Route(
        "PATCH",
        _ONE,
        edit_template,
        summary="Edit a template; drawings that were made stay as they are",
        guarded=True,
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.TemplatePatch,
        answer=schemas.DrawingTemplate,
    ),
    Route(
        "DELETE",
        _ONE,
        delete_template,
        summary="Delete a template; drawings that were made stay",
        guarded=True,
        access=Access.ADMIN,
        tag=TAG,
    ),
]

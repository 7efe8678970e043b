"""`/drawings` for players and strangers: what there is, its rules, who won (SPEC 5 and 10)."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta

from fittrack.drawings import entry_queries, queries, schemas, views, winner_queries
from fittrack.drawings.messages import View, ViewDrawing
from fittrack.drawings.model import DrawingStatus, DrawingType
from fittrack.drawings.rules import NotCompleted, check_completed
from fittrack.drawings.stored import StoredDrawing
from fittrack.drawings.versions import drawing_tag
from fittrack.drawings.visibility import Viewer, view_of, viewer_of
from fittrack.kit.ids import DrawingId
from fittrack.kit.problems import NotFound
from fittrack.server.asking import READS, drawing_ref
from fittrack.server.pagination import Page, page_of
from fittrack.server.parse import parse_query
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route
from fittrack.server.schemas import Input, PageQuery
from protocol import shapes
from protocol.shapes import instant

TAG: Final = "Drawings"

RULES_VERSION_MAX: Final = 1_000_000
"""Edits before the opening are made by people."""


class DrawingsQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of `GET drawings`."""

    status: DrawingStatus | None = None
    type: DrawingType | None = None


async def list_drawings(request: web.Request) -> web.Response:
    query = parse_query(request, DrawingsQuery)
    viewer = await viewer_of(request)
    statuses = [status for status in viewer.statuses if query.status in (None, status)]
    found, total = await request.app[READS].run(
        queries.find,
        statuses=statuses,
        drawing_type=query.type,
        user_types=viewer.user_types,
        offset=query.offset,
        limit=query.limit,
    )
    return render(page_of(await _shapes(request, viewer, found), query, total))


async def _shapes(
    request: web.Request, viewer: Viewer, found: Sequence[StoredDrawing]
) -> list[shapes.Drawing]:
    ids = [stored.drawing.drawing_id for stored in found]
    mine: dict[DrawingId, int] = {}
    if viewer.user_id is not None:
        mine = await request.app[READS].run(entry_queries.tickets_of, viewer.user_id, ids)
    live = await _live(request, found)
    return [_shape(stored, live.get(id), mine.get(id, 0)) for id, stored in zip(ids, found, strict=True)]


def _shape(stored: StoredDrawing, live: View | None, my_tickets: int) -> shapes.Drawing:
    if live is None:
        return views.stored_shape(stored, my_tickets=my_tickets)
    return views.live_shape(live, my_tickets=my_tickets)


async def _live(request: web.Request, found: Sequence[StoredDrawing]) -> dict[DrawingId, View]:
    """Those of which only the actor has the figures, as their actors show them."""
    ids = [stored.drawing.drawing_id for stored in found if stored.drawing.status in views.FIGURES_LIVE]
    asked = [drawing_ref(request, drawing_id).ask(ViewDrawing()) for drawing_id in ids]
    return dict(zip(ids, await asyncio.gather(*asked), strict=True))


async def get_drawing(request: web.Request) -> web.Response:
    viewer = await viewer_of(request)
    view = await view_of(request, viewer)
    shape = views.live_shape(view, my_tickets=view.my_tickets)
    return render(shape, etag=drawing_tag(shape))


async def get_results(request: web.Request) -> web.Response:
    viewer = await viewer_of(request)
    view = await view_of(request, viewer)
    check_completed(view.drawing)
    chosen = await request.app[READS].run(winner_queries.winners_of, view.drawing.drawing_id)
    return render(views.results(view.stored, chosen, user_id=viewer.user_id, tickets_held=view.my_tickets))


RulesVersion = Annotated[int, Meta(ge=1, le=RULES_VERSION_MAX, description="The latest unless given")]


class RulesQuery(Input, frozen=True, kw_only=True):
    """Parameters of `GET drawings/{id}/rules`."""

    version: RulesVersion | None = None


async def get_rules(request: web.Request) -> web.Response:
    query = parse_query(request, RulesQuery)
    view = await view_of(request)
    latest = view.drawing.rules_version
    found = None
    if latest is not None:
        found = await request.app[READS].run(
            queries.rules_text, view.drawing.drawing_id, query.version or latest
        )
    if found is None or latest is None:
        raise NotFound("There is no such version of its rules.")
    return render(
        schemas.OfficialRules(
            drawing_id=view.drawing.drawing_id,
            rules_version=found.rules_version,
            latest_version=latest,
            text=found.rules_text.decode(),
            sha256=found.text_hash.hex(),
            published_at=instant(found.created_at),
        )
    )


_AT = f"{API}/drawings/{{id}}"

ROUTES: list[Route] = [
    Route(
        "GET",
        f"{API}/drawings",
        list_drawings,
        summary="List drawings, the latest to be drawn first",
        access=Access.OPTIONAL,
        tag=TAG,
        query=DrawingsQuery,
        answer=Page[shapes.Drawing],
    ),
    Route(
        "GET",
        _AT,
        get_drawing,
        summary="One drawing, live",
        access=Access.OPTIONAL,
        tag=TAG,
        answer=shapes.Drawing,
    ),
    Route(
        "GET",
        f"{_AT}/results",
        get_results,
        summary="Winners of a completed drawing",
        access=Access.OPTIONAL,
        tag=TAG,
        answer=schemas.Results,
        problems=(NotCompleted,),
    ),
    Route(
        "GET",
        f"{_AT}/rules",
        get_rules,
        summary="The official rules, in words; of any version",
        access=Access.OPTIONAL,
        tag=TAG,
        query=RulesQuery,
        answer=schemas.OfficialRules,
    ),
]

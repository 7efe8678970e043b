"""`/drawings` and `/tickets` for players and strangers: look, buy, verify (SPEC 5 and 10)."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Annotated, Final
from uuid import UUID

from aiohttp import web
from msgspec import Meta

from fittrack.drawings import commitment, draw, entry_queries, queries, schemas, views, winner_queries
from fittrack.drawings.commands import BuyTickets
from fittrack.drawings.eligibility import NotEligible
from fittrack.drawings.messages import View, ViewDrawing
from fittrack.drawings.model import DrawingStatus, DrawingType
from fittrack.drawings.rules import (
    InsufficientPoints,
    NotCompleted,
    SalesClosed,
    check_completed,
    odds,
)
from fittrack.drawings.stored import StoredDrawing
from fittrack.drawings.ticket_listing import TicketsQuery, list_entries, purchases
from fittrack.drawings.versions import drawing_tag
from fittrack.drawings.visibility import Viewer, viewer_of
from fittrack.fairness.inclusion import InclusionProof
from fittrack.kit.ids import DrawingId
from fittrack.kit.problems import NotFound
from fittrack.server.asking import (
    READS,
    SEALER,
    command,
    drawing_ref,
    player_ref,
    render_answer,
)
from fittrack.server.pagination import Page, page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.principal import principal_of, whose
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route
from fittrack.server.schemas import Input, PageQuery
from protocol import shapes
from protocol.outbound import TicketsBought
from protocol.shapes import instant

TAG: Final = "Drawings"

RULES_VERSION_MAX: Final = 1_000_000
"""Edits before the opening are made by people."""

_LIVE = frozenset({DrawingStatus.OPEN, DrawingStatus.CANCELLED})
"""States whose figures only the actor has: what was sold is frozen nowhere else."""


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
    mine = {}
    if viewer.user_id is not None:
        mine = await request.app[READS].run(entry_queries.tickets_of, viewer.user_id, ids)
    live = [stored.drawing.drawing_id for stored in found if stored.drawing.status in _LIVE]
    asked = [drawing_ref(request, drawing_id).ask(ViewDrawing()) for drawing_id in live]
    figures = dict(zip(live, await asyncio.gather(*asked), strict=True))
    return [_shape(stored, figures.get(stored.drawing.drawing_id), mine, viewer) for stored in found]


def _shape(
    stored: StoredDrawing, live: View | None, mine: dict[DrawingId, int], viewer: Viewer
) -> shapes.Drawing:
    closing, drawing = stored.closing, stored.drawing
    tickets, entrants = (closing.total_tickets, closing.entrants) if closing is not None else (0, 0)
    if live is not None:
        drawing, tickets, entrants = live.drawing, live.total_tickets, live.entrants
    my_tickets = mine.get(drawing.drawing_id, 0)
    return views.drawing_shape(drawing, total_tickets=tickets, entrants=entrants, my_tickets=my_tickets)


async def get_drawing(request: web.Request) -> web.Response:
    viewer = await viewer_of(request)
    view = await _view(request, viewer)
    shape = views.drawing_shape(
        view.drawing,
        total_tickets=view.total_tickets,
        entrants=view.entrants,
        my_tickets=view.my_tickets,
    )
    return render(shape, etag=drawing_tag(shape))


async def _view(request: web.Request, viewer: Viewer | None = None) -> View:
    """The drawing in the address, if the one who asks may know of it."""
    viewer = viewer or await viewer_of(request)
    view: View = await drawing_ref(request, path_uuid(request)).ask(ViewDrawing(viewer.user_id))
    viewer.check(view.drawing)
    return view


async def get_results(request: web.Request) -> web.Response:
    viewer = await viewer_of(request)
    view = await _view(request, viewer)
    check_completed(view.drawing)
    chosen = await request.app[READS].run(winner_queries.winners_of, view.drawing.drawing_id)
    return render(views.results(view.stored, chosen, user_id=viewer.user_id, tickets_held=view.my_tickets))


async def get_proof(request: web.Request) -> web.StreamResponse:
    """The record is sent while it is written: a million entries make 90 MB."""
    view = await _view(request)
    check_completed(view.drawing)
    record = await request.app[READS].run(draw.publish, view.stored, _secrets(request, view))
    return await _send_in_pieces(request, record.chunks())


async def get_closing(request: web.Request) -> web.StreamResponse:
    view = await _view(request)
    if view.stored.closing is None:
        raise NotFound("There is nothing fixed before the close.")
    closing = await request.app[READS].run(draw.publish_closing, view.stored, _secrets(request, view))
    return await _send_in_pieces(request, closing.chunks())


async def _send_in_pieces(request: web.Request, chunks: Iterable[bytes]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    if request.method != "HEAD":  # what is written after a HEAD's headers would be read as the next answer
        for chunk in chunks:
            await response.write(chunk)
    await response.write_eof()
    return response


async def get_inclusion(request: web.Request) -> web.Response:
    view = await _view(request)
    if view.stored.closing is None:
        raise NotFound("Entries are numbered, and can be proved, from the close on.")
    proof = await request.app[READS].run(
        draw.prove_inclusion,
        view.drawing.drawing_id,
        _secrets(request, view).drawing_key,
        path_uuid(request, "receipt"),
    )
    if proof is None:
        raise NotFound("The drawing has no entry with this receipt.")
    return render(proof)


def _secrets(request: web.Request, view: View) -> commitment.Secrets:
    assert view.stored.commitment is not None, "what was scheduled has its commitment"
    return commitment.open_secrets(request.app[SEALER], view.drawing.drawing_id, view.stored.commitment)


RulesVersion = Annotated[int, Meta(ge=1, le=RULES_VERSION_MAX, description="The latest unless given")]


class RulesQuery(Input, frozen=True, kw_only=True):
    """Parameters of `GET drawings/{id}/rules`."""

    version: RulesVersion | None = None


async def get_rules(request: web.Request) -> web.Response:
    query = parse_query(request, RulesQuery)
    view = await _view(request)
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


async def get_draw_rules(request: web.Request) -> web.Response:
    """The exact bytes that were committed to."""
    view = await _view(request)
    if view.stored.commitment is None:
        raise NotFound("The rules are published when the drawing is scheduled.")
    return web.Response(body=view.stored.commitment.rules, headers={"Content-Type": "application/json"})


async def buy_tickets(request: web.Request) -> web.Response:
    body = await parse(request, schemas.BuyTickets)
    return await _buy(request, path_uuid(request), body.quantity)


async def buy_tickets_of(request: web.Request) -> web.Response:
    body = await parse(request, schemas.BuyTicketsOf)
    return await _buy(request, body.drawing_id, body.quantity)


async def _buy(request: web.Request, drawing_id: UUID, quantity: int) -> web.Response:
    wish = BuyTickets(DrawingId(drawing_id), quantity)
    return render_answer(await command(request, player_ref(request), wish), status=201)


async def my_tickets(request: web.Request) -> web.Response:
    user_id = principal_of(request).user_id
    view = await _view(request, await viewer_of(request))
    drawing_id = view.drawing.drawing_id
    found, _ = await request.app[READS].run(
        entry_queries.find_entries,
        user_id=user_id,
        drawing_id=drawing_id,
        offset=0,
        limit=PURCHASES_SHOWN_MAX,
    )
    return render(
        schemas.MyTickets(
            drawing_id=drawing_id,
            my_tickets=view.my_tickets,
            odds=odds(view.my_tickets, view.total_tickets),
            purchases=await purchases(request, found),
        )
    )


PURCHASES_SHOWN_MAX: Final = 1_000
"""Purchases of one player in one drawing that are listed; `GET tickets` pages through all."""


async def list_tickets(request: web.Request) -> web.Response:
    query = parse_query(request, TicketsQuery)
    user_id = whose(principal_of(request), query.user_id, "the tickets")
    return await list_entries(request, user_id, query)


_AT = f"{API}/drawings/{{id}}"
_BUYING = (NotEligible, SalesClosed, InsufficientPoints)

ROUTES: list[Route] = [
    # First, since the router tries addresses in this order, and storms ask for this one.
    Route(
        "POST",
        f"{_AT}/tickets",
        buy_tickets,
        summary="Buy tickets with points",
        access=Access.PLAYER,
        tag=TAG,
        body=schemas.BuyTickets,
        answer=TicketsBought,
        status=201,
        problems=_BUYING,
    ),
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
        f"{_AT}/proof",
        get_proof,
        summary="The published record, from which anybody can draw again",
        access=Access.OPTIONAL,
        tag=TAG,
        answer=schemas.Proof,
        problems=(NotCompleted,),
    ),
    Route(
        "GET",
        f"{_AT}/closing",
        get_closing,
        summary="What the close fixed: entries, root, and the seed once it is open",
        access=Access.OPTIONAL,
        tag=TAG,
        answer=schemas.PublishedClosing,
    ),
    Route(
        "GET",
        f"{_AT}/inclusion/{{receipt}}",
        get_inclusion,
        summary="The proof that a purchase is among the entries",
        access=Access.OPTIONAL,
        tag=TAG,
        answer=InclusionProof,
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
    Route(
        "GET",
        f"{_AT}/draw-rules",
        get_draw_rules,
        summary="The rules of the draw, byte for byte as committed to",
        access=Access.OPTIONAL,
        tag=TAG,
        answer=schemas.PublishedRules,
    ),
    Route(
        "GET",
        f"{_AT}/my-tickets",
        my_tickets,
        summary="One's own tickets and odds",
        access=Access.PLAYER_READ,
        tag=TAG,
        answer=schemas.MyTickets,
    ),
    Route(
        "GET",
        f"{API}/tickets",
        list_tickets,
        summary="One's own purchases; for admins anybody's",
        access=Access.PLAYER_READ,
        tag=TAG,
        query=TicketsQuery,
        answer=Page[schemas.TicketPurchase],
    ),
    Route(
        "POST",
        f"{API}/tickets",
        buy_tickets_of,
        summary="Buy tickets with points (the drawing in the body)",
        access=Access.PLAYER,
        tag=TAG,
        body=schemas.BuyTicketsOf,
        answer=TicketsBought,
        status=201,
        problems=(*_BUYING, NotFound),
    ),
]

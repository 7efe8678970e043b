"""Tickets of players: bought over `/drawings/{id}/tickets` or `/tickets`, and listed (SPEC 5 and 10)."""

from typing import Final
from uuid import UUID

from aiohttp import web

from fittrack.drawings import entry_queries, schemas
from fittrack.drawings.commands import BuyTickets
from fittrack.drawings.eligibility import NotEligible
from fittrack.drawings.rules import InsufficientPoints, SalesClosed, odds
from fittrack.drawings.ticket_listing import TicketsQuery, list_entries, purchases
from fittrack.drawings.visibility import view_of
from fittrack.kit.ids import DrawingId
from fittrack.kit.problems import NotFound
from fittrack.server.asking import READS, command, player_ref, render_answer
from fittrack.server.pagination import Page
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.principal import principal_of, whose
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route
from protocol.outbound import TicketsBought

TAG: Final = "Drawings"

PURCHASES_SHOWN_MAX: Final = 1_000
"""Purchases of one player in one drawing that are listed; `GET tickets` pages through all."""


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
    view = await view_of(request)
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
]

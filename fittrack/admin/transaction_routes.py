"""`/transactions`: all players' ledgers, and adjustments of them (SPEC 10)."""

from datetime import datetime
from typing import Final

from aiohttp import web

from fittrack.admin import queries, schemas
from fittrack.admin.adjusting import adjust
from fittrack.admin.queries import Position
from fittrack.drawings.rules import InsufficientPoints
from fittrack.kit.ids import UserId
from fittrack.kit.problems import Conflict, NotFound
from fittrack.points.schemas import Adjusted
from fittrack.server.asking import READS, cursors
from fittrack.server.pagination import CursorPage, cursor_page_of
from fittrack.server.parse import parse, parse_query
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route, Scope

TAG: Final = "Admin"
_AT: Final = f"{API}/transactions"


async def list_transactions(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.TransactionsQuery)
    listing = cursors(request, "all-transactions")
    after = None if query.cursor is None else listing.position(query.cursor, Position)
    found, total = await request.app[READS].run(queries.transactions, query, after)
    following = listing.after(_position(found[-1])) if len(found) == query.limit else None
    return render(cursor_page_of(found, query, total, following))


async def create_transaction(request: web.Request) -> web.Response:
    """The same as `POST admin/users/{id}/adjust-points`, with the account in the body."""
    body = await parse(request, schemas.AdjustmentOf)
    return await adjust(request, UserId(body.user_id), body)


def _position(entry: schemas.PlayersTransaction) -> Position:
    return Position(datetime.fromisoformat(entry.created_at), UserId(entry.user_id), entry.seq)


ROUTES: list[Route] = [
    Route(
        "GET",
        _AT,
        list_transactions,
        summary="All players' ledger entries, the latest first",
        access=Access.ADMIN,
        scope=Scope.TRANSACTIONS_READ,
        tag=TAG,
        query=schemas.TransactionsQuery,
        answer=CursorPage[schemas.PlayersTransaction],
    ),
    Route(
        "POST",
        _AT,
        create_transaction,
        summary="Give or take points (the account in the body)",
        access=Access.ADMIN,
        step_up=True,
        tag=TAG,
        body=schemas.AdjustmentOf,
        answer=Adjusted,
        status=201,
        problems=(InsufficientPoints, Conflict, NotFound),
    ),
]

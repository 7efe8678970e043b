"""`/points`: balance, ledger, today, streak (SPEC 3 and 10)."""

from typing import Final

from aiohttp import web
from msgspec import structs

from fittrack.points import queries, schemas
from fittrack.points.live import PlayerView, ViewPlayer
from fittrack.server.asking import READS, cursors, player_ref
from fittrack.server.pagination import CursorPage, cursor_page_of
from fittrack.server.parse import parse_query
from fittrack.server.principal import principal_of
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route
from fittrack.server.schemas import CursorQuery
from protocol.shapes import Streak, Transaction, TransactionType

TAG: Final = "Points"


class TransactionsQuery(CursorQuery, frozen=True, kw_only=True):
    """Parameters of `GET points/transactions`."""

    type: TransactionType | None = None


async def _view(request: web.Request) -> PlayerView:
    view: PlayerView = await player_ref(request).ask(ViewPlayer())
    return view


async def balance(request: web.Request) -> web.Response:
    view = await _view(request)
    earned = await request.app[READS].run(queries.total_earned, principal_of(request).user_id)
    return render(schemas.Balance(balance=view.balance, ledger_seq=view.ledger_seq, total_earned=earned))


async def transactions(request: web.Request) -> web.Response:
    query = parse_query(request, TransactionsQuery)
    listing = cursors(request, "transactions")
    before = None if query.cursor is None else listing.position(query.cursor, tuple[int])[0]
    found, total = await request.app[READS].run(
        queries.page,
        principal_of(request).user_id,
        transaction_type=query.type,
        before=before,
        offset=0 if before is not None else query.offset,
        limit=query.limit,
    )
    following = listing.after([found[-1].seq]) if len(found) == query.limit else None
    return render(cursor_page_of(found, query, total, following))


async def daily(request: web.Request) -> web.Response:
    view = await _view(request)
    award = view.award
    breakdown = schemas.Breakdown(
        steps=award.step_points,
        step_goal=award.goal_points,
        active_minutes=award.minute_points,
        workouts=award.workout_points,
        over_cap=award.over_cap,
        streak_bonus=view.streak_bonus,
    )
    return render(schemas.Daily(**structs.asdict(view.today), breakdown=breakdown))


async def streak(request: web.Request) -> web.Response:
    return render((await _view(request)).streak)


ROUTES: list[Route] = [
    Route(
        "GET",
        f"{API}/points/balance",
        balance,
        summary="The balance, live",
        access=Access.PLAYER_READ,
        tag=TAG,
        answer=schemas.Balance,
    ),
    Route(
        "GET",
        f"{API}/points/transactions",
        transactions,
        summary="One's own ledger, the latest entry first",
        access=Access.PLAYER_READ,
        tag=TAG,
        query=TransactionsQuery,
        answer=CursorPage[Transaction],
    ),
    Route(
        "GET",
        f"{API}/points/daily",
        daily,
        summary="Today, and where its points come from",
        access=Access.PLAYER_READ,
        tag=TAG,
        answer=schemas.Daily,
    ),
    Route(
        "GET",
        f"{API}/points/streak",
        streak,
        summary="The streak of active days",
        access=Access.PLAYER_READ,
        tag=TAG,
        answer=Streak,
    ),
]

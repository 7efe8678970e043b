"""`/leaderboards`: boards of the present periods, and where one stands (SPEC 4 and 10)."""

from typing import Any, Final

from aiohttp import web

from fittrack.kit.problems import NotFound
from fittrack.leaderboards import asking, schemas
from fittrack.leaderboards.messages import BoardView
from fittrack.leaderboards.periods import BoardId, board_on
from fittrack.profiles import queries as profiles
from fittrack.profiles.tiers import OPEN_TIER_CODE, TIERS, find_tier
from fittrack.server.asking import CALENDAR, READS, REGISTRY
from fittrack.server.http import CLOCK
from fittrack.server.pagination import pagination_of
from fittrack.server.parse import parse_query, path_choice
from fittrack.server.principal import principal_of
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route, Scope
from protocol.shapes import Period, instant

_BOARDS: Final = f"{API}/leaderboards"
_TAG: Final = "Leaderboards"


async def board(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.PageOfBoardQuery)
    which, name = await _which(request, query.tier)
    seen = await asking.view(
        request.app[REGISTRY], which, principal_of(request).user_id, offset=query.offset, limit=query.limit
    )
    pages = pagination_of(query, seen.total_players)
    return render(schemas.Board(**_standing(which, seen, name), rankings=seen.rankings, pagination=pages))


async def own_standing(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.BoardQuery)
    which, name = await _which(request, query.tier)
    seen = await asking.view(request.app[REGISTRY], which, principal_of(request).user_id)
    return render(schemas.OwnStanding(**_standing(which, seen, name)))


async def _which(request: web.Request, tier: str | None) -> tuple[BoardId, str | None]:
    """The board that is asked for, by default of one's own tier; and what one is called."""
    period: Period = path_choice(request, Period, "period")
    today = request.app[CALENDAR].day_of(request.app[CLOCK].now())
    profile = await request.app[READS].run(profiles.find, principal_of(request).user_id, today)
    own = OPEN_TIER_CODE if profile is None else profile.tier_code
    found = find_tier(own if tier is None else tier)
    if found is None:
        raise NotFound("There is no such tier")
    name = None if profile is None else profile.display_name
    return board_on(period, found.code, today), name


def _standing(which: BoardId, seen: BoardView, display_name: str | None) -> dict[str, Any]:
    return {
        "period": which.period,
        "tier_code": which.tier_code,
        "tier_name": TIERS[which.tier_code].name,
        "total_players": seen.total_players,
        "reset_time": None if seen.ends_at is None else instant(seen.ends_at),
        "me": schemas.Me(rank=seen.rank, points_earned=seen.points_earned, display_name=display_name),
        "around_me": seen.around_me,
    }


ROUTES: list[Route] = [
    Route(
        "GET",
        f"{_BOARDS}/{{period}}",
        board,
        summary="A board of the present day, week or month, or of all time, live",
        access=Access.PLAYER_READ,
        scope=Scope.LEADERBOARDS_READ,
        tag=_TAG,
        path_types={"period": Period},
        query=schemas.PageOfBoardQuery,
        answer=schemas.Board,
    ),
    Route(
        "GET",
        f"{_BOARDS}/{{period}}/me",
        own_standing,
        summary="Where one stands oneself, with those ahead and behind",
        access=Access.PLAYER_READ,
        tag=_TAG,
        path_types={"period": Period},
        query=schemas.BoardQuery,
        answer=schemas.OwnStanding,
    ),
]

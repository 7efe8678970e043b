"""The tiers with their numbers of players, for everybody (SPEC 2 and 10)."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from fittrack.kit.problems import NotFound
from fittrack.profiles import queries, schemas
from fittrack.profiles.tiers import OPEN_TIER_CODE, TIERS, Tier, find_tier
from fittrack.server.asking import CALENDAR, READS
from fittrack.server.http import CLOCK
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route

_TIERS: Final = f"{API}/tiers"
_TAG: Final = "Tiers"


async def list_tiers(request: web.Request) -> web.Response:
    players = await _players(request)
    return render(schemas.Tiers([_view(tier, players) for tier in TIERS.values()]))


async def get_tier(request: web.Request) -> web.Response:
    tier = find_tier(request.match_info["tier_code"])
    if tier is None:
        raise NotFound("There is no such tier")
    return render(_view(tier, await _players(request)))


async def _players(request: web.Request) -> Mapping[str, int]:
    today = request.app[CALENDAR].day_of(request.app[CLOCK].now())
    return await request.app[READS].run(queries.count_players, today)


def _view(tier: Tier, players: Mapping[str, int]) -> schemas.Tier:
    everybody = tier.code == OPEN_TIER_CODE
    return schemas.Tier(
        tier_code=tier.code,
        name=tier.name,
        biological_sex=tier.sex,
        age_bracket=tier.age_bracket,
        fitness_level=tier.fitness_level,
        players=sum(players.values()) if everybody else players.get(tier.code, 0),
    )


ROUTES = [
    Route(
        "GET",
        _TIERS,
        list_tiers,
        summary="All tiers with their numbers of players",
        access=Access.ANYONE,
        tag=_TAG,
        answer=schemas.Tiers,
    ),
    Route(
        "GET",
        f"{_TIERS}/{{tier_code}}",
        get_tier,
        summary="One tier, e.g. F-30-39-INT or OPEN",
        access=Access.ANYONE,
        tag=_TAG,
        path_types={"tier_code": str},
        answer=schemas.Tier,
    ),
]

"""`/users`: one's own account, its sessions, and what others may know of a player (SPEC 10)."""

from aiohttp import web

from fittrack.accounts import auth_routes, schemas, signing_in, views
from fittrack.accounts.services import ACCOUNTS
from fittrack.kit.ids import SessionId, UserId
from fittrack.kit.problems import NotFound
from fittrack.leaderboards import asking as boards
from fittrack.leaderboards.periods import board_on
from fittrack.profiles.tiers import OPEN_TIER_CODE
from fittrack.server.asking import REGISTRY
from fittrack.server.parse import path_uuid
from fittrack.server.principal import principal_of
from fittrack.server.render import no_content, render
from fittrack.server.routes import API, Access, Route
from fittrack.sessions import queries as sessions

_USERS = f"{API}/users"
_TAG = "Users"


async def own_sessions(request: web.Request) -> web.Response:
    services, principal = request.app[ACCOUNTS], principal_of(request)
    found = await services.reads.run(sessions.live_sessions, principal.user_id, services.clock.now())
    items = [views.session_view(session, principal.session_id) for session in found]
    return render(schemas.Sessions(items))


async def end_session(request: web.Request) -> web.Response:
    session_id = SessionId(path_uuid(request))
    await signing_in.end_session(request.app[ACCOUNTS], principal_of(request).user_id, session_id)
    return no_content()


async def public_profile(request: web.Request) -> web.Response:
    services, user_id = request.app[ACCOUNTS], UserId(path_uuid(request))
    today = services.calendar.day_of(services.clock.now())
    everybody = board_on("alltime", OPEN_TIER_CODE, today)
    rank = (await boards.view(request.app[REGISTRY], everybody, user_id)).rank
    return render(await services.reads.run(views.public, user_id, today, services.calendar, rank))


ROUTES = [
    *auth_routes.ROUTES,
    Route(
        "GET",
        f"{_USERS}/me",
        auth_routes.me,
        summary="The own account with profile, trackers and figures",
        access=Access.SIGNED_IN,
        tag=_TAG,
        answer=schemas.Me,
    ),
    Route(
        "GET",
        f"{_USERS}/me/sessions",
        own_sessions,
        summary="Where the account is signed in",
        access=Access.SIGNED_IN,
        tag=_TAG,
        answer=schemas.Sessions,
    ),
    Route(
        "DELETE",
        f"{_USERS}/me/sessions/{{id}}",
        end_session,
        summary="Sign a device out",
        access=Access.SIGNED_IN,
        tag=_TAG,
        problems=(NotFound,),
    ),
    Route(
        "GET",
        f"{_USERS}/{{id}}/public",
        public_profile,
        summary="What everybody may know of a player",
        access=Access.SIGNED_IN,
        tag=_TAG,
        answer=schemas.PublicProfile,
        problems=(NotFound,),
    ),
]

"""What a player did, as administrators read it: sessions, activities and tickets."""

from typing import Final

from aiohttp import web

from fittrack.accounts import views
from fittrack.accounts.schemas import Sessions
from fittrack.activities.listing import ActivitiesQuery, list_activities_of
from fittrack.activities.schemas import ActivityOut
from fittrack.drawings.schemas import TicketPurchase
from fittrack.drawings.ticket_listing import EntriesQuery, list_entries
from fittrack.kit.ids import UserId
from fittrack.server.asking import READS
from fittrack.server.http import CLOCK
from fittrack.server.pagination import CursorPage, Page
from fittrack.server.parse import parse_query, path_uuid
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route
from fittrack.sessions import queries as sessions

TAG: Final = "Admin"
_ONE: Final = f"{API}/admin/users/{{id}}"


async def live_sessions(request: web.Request) -> web.Response:
    now = request.app[CLOCK].now()
    found = await request.app[READS].run(sessions.live_sessions, UserId(path_uuid(request)), now)
    return render(Sessions([views.session_view(session, None) for session in found]))


async def activities(request: web.Request) -> web.Response:
    user_id = UserId(path_uuid(request))
    return await list_activities_of(request, user_id, f"activities/{user_id}")


async def tickets(request: web.Request) -> web.Response:
    """The same as `GET tickets` says of one player."""
    query = parse_query(request, EntriesQuery)
    return await list_entries(request, UserId(path_uuid(request)), query)


ROUTES: list[Route] = [
    Route(
        "GET",
        f"{_ONE}/sessions",
        live_sessions,
        summary="Where an account is signed in",
        access=Access.ADMIN,
        tag=TAG,
        answer=Sessions,
    ),
    Route(
        "GET",
        f"{_ONE}/activities",
        activities,
        summary="A player's activities, the latest first",
        access=Access.ADMIN,
        tag=TAG,
        query=ActivitiesQuery,
        answer=CursorPage[ActivityOut],
    ),
    Route(
        "GET",
        f"{_ONE}/tickets",
        tickets,
        summary="A player's purchases and free entries, the latest first",
        access=Access.ADMIN,
        tag=TAG,
        query=EntriesQuery,
        answer=Page[TicketPurchase],
    ),
]

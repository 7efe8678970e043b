"""`/admin/live`: what the channel `ops` shows, at one moment (SPEC 10)."""

from typing import Final

from aiohttp import web

from fittrack.ops.room import OpsRoom
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route
from protocol.snapshots import OpsSnapshot

OPS: Final[web.AppKey[OpsRoom]] = web.AppKey("ops", OpsRoom)


async def get_live(request: web.Request) -> web.Response:
    """Of all nodes. Rates are those since the last look from here: a second while somebody watches."""
    return render(await request.app[OPS].snapshot())


ROUTES: list[Route] = [
    Route(
        "GET",
        f"{API}/admin/live",
        get_live,
        summary="Live figures of all nodes, alerts, latest actions",
        access=Access.ADMIN,
        tag="Admin",
        answer=OpsSnapshot,
    ),
]

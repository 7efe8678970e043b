"""`/admin/live`: what the channel `ops` shows, at one moment (SPEC 10), and what admins look at."""

from typing import Final

from aiohttp import web

from fittrack.ops import queries
from fittrack.ops.looks import Looks
from fittrack.ops.room import OpsRoom
from fittrack.ops.schemas import Looking
from fittrack.server.asking import READS
from fittrack.server.http import CLOCK
from fittrack.server.parse import parse
from fittrack.server.principal import principal_of
from fittrack.server.render import no_content, render
from fittrack.server.routes import API, Access, Route
from protocol.channel_events import OpsLooking
from protocol.shapes import instant
from protocol.snapshots import OpsSnapshot

OPS: Final[web.AppKey[OpsRoom]] = web.AppKey("ops", OpsRoom)
LOOKS: Final[web.AppKey[Looks]] = web.AppKey("looks", Looks)


async def get_live(request: web.Request) -> web.Response:
    """Of all nodes. Rates are those since the last look from here: a second while somebody watches."""
    return render(await request.app[OPS].snapshot())


async def post_looking(request: web.Request) -> web.Response:
    """Told to whoever watches; kept nowhere."""
    looking = await parse(request, Looking)
    app, user_id = request.app, principal_of(request).user_id
    email = await app[READS].run(queries.email_of, user_id)
    app[LOOKS].tell(
        OpsLooking(
            at=instant(app[CLOCK].now()),
            actor=email or str(user_id),
            entity_type=looking.entity_type,
            entity_id=looking.entity_id,
            gone=looking.gone,
        )
    )
    return no_content()


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
    Route(
        "POST",
        f"{API}/admin/live/looking",
        post_looking,
        summary="Let other admins know what one has open",
        access=Access.ADMIN,
        tag="Admin",
        body=Looking,
        idempotent=False,
    ),
]

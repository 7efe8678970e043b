"""From a request to the actor that decides: whom to ask, what to read from, kept in the application."""

from uuid import UUID

from aiohttp import web
from msgspec import Struct

from actors.runtime import Ref, Registry
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.idempotency import intend
from fittrack.kit.intention import Answer, Command
from fittrack.kit.sealing import Sealer
from fittrack.server.idempotency import REPLAYED, idempotency_key
from fittrack.server.principal import principal_of
from fittrack.server.render import render

REGISTRY: web.AppKey[Registry] = web.AppKey("registry", Registry)
READS: web.AppKey[Reads] = web.AppKey("reads", Reads)
JOURNAL: web.AppKey[Journal] = web.AppKey("journal", Journal)
CALENDAR: web.AppKey[PlatformCalendar] = web.AppKey("calendar", PlatformCalendar)
SEALER: web.AppKey[Sealer] = web.AppKey("sealer", Sealer)

USER = "user"
DRAWING = "drawing"
"""Kinds of actors, as the registry knows them."""


def player_ref(request: web.Request) -> Ref:
    """The actor of the signed-in account."""
    return request.app[REGISTRY].ref(USER, principal_of(request).user_id)


def drawing_ref(request: web.Request, drawing_id: UUID) -> Ref:
    """The actor of a drawing."""
    return request.app[REGISTRY].ref(DRAWING, drawing_id)


async def command(request: web.Request, ref: Ref, wish: Command, *, key: UUID | None = None) -> Answer:
    """Have the actor do `wish`, under the request's idempotency key or the given one."""
    answer: Answer = await ref.ask(intend(wish, key or idempotency_key(request)))
    return answer


def render_answer(answer: Answer, *, status: int = 200, body: Struct | None = None) -> web.Response:
    """The answer as a response; one that was given before says so."""
    response = render(answer.body if body is None else body, status=status)
    if answer.replayed:
        response.headers[REPLAYED] = "true"
    return response

"""From a request to the actor that decides: whom to ask, what to read from, kept in the application."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from aiohttp import web
from msgspec import Struct

from actors.runtime import Ref, Registry
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.correlation import correlation_id
from fittrack.kit.idempotency import intend, request_hash
from fittrack.kit.intention import Answer, Command
from fittrack.kit.origin import Origin
from fittrack.kit.sealing import Sealer
from fittrack.server.addresses import client_address
from fittrack.server.idempotency import REPLAYED, idempotency_key
from fittrack.server.once import Once
from fittrack.server.pagination import Cursors
from fittrack.server.principal import principal_of
from fittrack.server.render import render

REGISTRY: web.AppKey[Registry] = web.AppKey("registry", Registry)
READS: web.AppKey[Reads] = web.AppKey("reads", Reads)
JOURNAL: web.AppKey[Journal] = web.AppKey("journal", Journal)
CALENDAR: web.AppKey[PlatformCalendar] = web.AppKey("calendar", PlatformCalendar)
CURSOR_SECRET: web.AppKey[bytes] = web.AppKey("cursor_secret", bytes)
SEALER: web.AppKey[Sealer] = web.AppKey("sealer", Sealer)

USER = "user"
DRAWING = "drawing"
"""Kinds of actors, as the registry knows them."""

ADMIN_TIMEOUT_S: Final = 60.0
"""Closing and drawing a million entries take seconds; an admin waits rather than asks again."""


def cursors(request: web.Request, listing: str) -> Cursors:
    """The cursors of one list."""
    return Cursors(request.app[CURSOR_SECRET], listing)


def player_ref(request: web.Request) -> Ref:
    """The actor of the signed-in account."""
    return request.app[REGISTRY].ref(USER, principal_of(request).user_id)


def drawing_ref(request: web.Request, drawing_id: UUID) -> Ref:
    """The actor of a drawing."""
    return request.app[REGISTRY].ref(DRAWING, drawing_id)


async def command(request: web.Request, ref: Ref, wish: Command) -> Answer:
    """Have the actor do `wish`, under the request's idempotency key."""
    answer: Answer = await ref.ask(intend(wish, idempotency_key(request)))
    return answer


def keyed_id(request: web.Request) -> UUID | None:
    """The id that follows from who asks and the request's key, None without a key.

    What is made under this id is made once, however often the request is sent.
    """
    key = idempotency_key(request)
    return None if key is None else uuid5(principal_of(request).user_id, str(key))


def once_of(request: web.Request, name: str, asked: object, now: datetime) -> Once:
    """The request as what is done once per key of who asks. `name` and `asked` tell one wish from another."""
    return Once(
        scope_id=principal_of(request).user_id,
        key=idempotency_key(request),
        request_hash=request_hash(name, asked),
        now=now,
    )


def origin_of(request: web.Request) -> Origin:
    """Who sent the request and from where: what the audit log says of its effect."""
    return Origin(principal_of(request).user_id, client_address(request), correlation_id.get() or None)


async def admin_ask(request: web.Request, ref: Ref, wish: Command) -> Answer:
    """Have an actor do what an admin wants, and know who that is: its unit records it (`fittrack.audit`).

    Keys are the admin's own: another's same key is another.
    """
    intention = intend(wish, keyed_id(request), origin_of(request))
    answer: Answer = await ref.ask(intention, timeout_s=ADMIN_TIMEOUT_S)
    return answer


async def admin_command(request: web.Request, drawing_id: UUID, wish: Command) -> Answer:
    """Have a drawing do what an admin wants."""
    return await admin_ask(request, drawing_ref(request, drawing_id), wish)


def render_answer(
    answer: Answer, *, status: int = 200, body: Struct | None = None, etag: str | None = None
) -> web.Response:
    """The answer as a response; one that was given before says so."""
    response = render(answer.body if body is None else body, status=status, etag=etag)
    if answer.replayed:
        response.headers[REPLAYED] = "true"
    return response

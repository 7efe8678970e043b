"""`/hooks/{provider}`: what providers send by themselves (SPEC 7 and 10)."""

from typing import Final

import structlog
from aiohttp import web

from fittrack.connections import hooks, schemas
from fittrack.connections.problems import HookNotAuthentic, InvalidState, TrackerNotConfigured
from fittrack.connections.services import CONNECTIONS
from fittrack.integrations.trackers.provider import Hook, Verified
from fittrack.integrations.trackers.trouble import HookRefused, HookUnreadable
from fittrack.kit.problems import Malformed, NotFound
from fittrack.server.parse import parse_query, read_body
from fittrack.server.render import no_content, render
from fittrack.server.routes import API, Access, Route

TAG: Final = "Connections"
_AT: Final = f"{API}/hooks/{{provider}}"

log = structlog.get_logger(__name__)


async def handshake(request: web.Request) -> web.Response:
    """For providers that ask whether the address is ours. A wrong code is told nothing."""
    query = parse_query(request, schemas.HandshakeQuery)
    if query.verify is None or not _hook(request).handshake(query.verify):
        raise NotFound
    return no_content()


async def receive(request: web.Request) -> web.Response:
    """Notifications are not believed: what changed is fetched. An aggregator's messages are signed."""
    hook, body = _hook(request), await read_body(request)
    services, provider = request.app[CONNECTIONS], request.match_info["provider"]
    try:
        events = hook.read(request.headers, body, services.clock.now())
    except HookRefused as refused:
        log.warning("hook.refused", provider=provider, reason=str(refused))
        raise HookNotAuthentic(str(refused)) from refused
    except HookUnreadable as unreadable:
        raise Malformed(str(unreadable)) from unreadable
    received = await hooks.take_in(services, services.catalogue.named(provider), events)
    status = 201 if any(isinstance(event, Verified) for event in events) else 200
    return render(schemas.Received(received=received), status=status)


def _hook(request: web.Request) -> Hook:
    provider = request.app[CONNECTIONS].catalogue.named(request.match_info["provider"])
    if provider.hook is None:
        raise TrackerNotConfigured("Nothing is taken from this provider here")
    return provider.hook


ROUTES: list[Route] = [
    Route(
        "GET",
        _AT,
        handshake,
        summary="Show a provider that the address is ours",
        access=Access.ANYONE,
        tag=TAG,
        path_types={"provider": schemas.ProviderName},
        query=schemas.HandshakeQuery,
        counted=False,
        problems=(TrackerNotConfigured,),
    ),
    Route(
        "POST",
        _AT,
        receive,
        summary="Take in what a provider sends",
        access=Access.ANYONE,
        tag=TAG,
        path_types={"provider": schemas.ProviderName},
        foreign_body=True,
        answer=schemas.Received,
        other_answers={201: schemas.Received},
        counted=False,
        idempotent=False,
        problems=(TrackerNotConfigured, HookNotAuthentic, InvalidState),
    ),
]

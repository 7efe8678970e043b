"""`/connections`: trackers of the player (SPEC 7 and 10)."""

from collections import Counter
from datetime import datetime
from typing import Final, cast

from aiohttp import web

from fittrack.activities.commands import SetPrimarySource
from fittrack.activities.schemas import LoggedActivities
from fittrack.connections import importing, joining, queries, schemas, sync_queries
from fittrack.connections.catalogue import Catalogue
from fittrack.connections.commands import DisconnectTracker
from fittrack.connections.problems import (
    ConsentRefused,
    InvalidState,
    NothingToSync,
    RedirectNotAllowed,
    TrackerNotConfigured,
    TrackerSunset,
    TrackerTaken,
    TrackerUnreachable,
)
from fittrack.connections.queries import StoredConnection
from fittrack.connections.rules import SyncStatus
from fittrack.connections.services import CONNECTIONS
from fittrack.connections.views import shown
from fittrack.integrations.trackers.provider import Availability, Provider
from fittrack.kit.problems import Conflict, Forbidden, NotFound, RateLimited, Validation
from fittrack.server.asking import command, player_ref, render_answer
from fittrack.server.pagination import pagination_of
from fittrack.server.parse import parse, parse_query, read_body
from fittrack.server.principal import principal_of
from fittrack.server.render import no_content, render
from fittrack.server.routes import API, Access, Route
from fittrack.server.schemas import PageQuery

TAG: Final = "Connections"
_AT: Final = f"{API}/connections"

SYNCS_A_MINUTE: Final = 2
"""On demand, of one connection: a phone that is shaken, and once more."""

SYNCS: Final = "tracker-sync"
"""The table of windows that counts them."""


async def list_connections(request: web.Request) -> web.Response:
    """With the names under which a tracker can be connected here."""
    query, services = parse_query(request, PageQuery), request.app[CONNECTIONS]
    found, total = await services.reads.run(
        queries.of_player, principal_of(request).user_id, offset=query.offset, limit=query.limit
    )
    return render(
        schemas.Connections(
            items=[_shown(services.catalogue, connection) for connection in found],
            pagination=pagination_of(query, total),
            providers=[_available(provider) for provider in services.catalogue],
        )
    )


async def initiate(request: web.Request) -> web.Response:
    """Open `authorization_url` and bring back code and state. A phone's own store is connected at once."""
    form = await parse(request, schemas.Initiation) if request.can_read_body else schemas.Initiation()
    services, who = request.app[CONNECTIONS], principal_of(request)
    if who.is_admin:
        raise Forbidden("Admins do not earn points.")
    begun = await joining.initiate(services, who.user_id, _provider(request), form.redirect_uri)
    return render(begun, status=201)


async def callback(request: web.Request) -> web.Response:
    """The state works once. The first sync, of the last 7 days, begins at once."""
    form = await parse(request, schemas.Callback)
    services, user_id = request.app[CONNECTIONS], principal_of(request).user_id
    return render(await joining.complete(services, user_id, _provider(request), form), status=201)


async def sync(request: web.Request) -> web.Response:
    """It runs as soon as there is room; `sync_status` tells."""
    services, provider = request.app[CONNECTIONS], _provider(request)
    connection = await _connection(request, provider)
    if (off := _off(services.catalogue, connection)) is not None:
        raise TrackerNotConfigured(off)
    if provider.reader is None:
        raise NothingToSync
    if connection.sync_status == SyncStatus.RECONNECT:
        raise Conflict("The tracker must be connected again first")
    _let_wait(connection, provider, services.clock.now())
    verdict = await services.windows.hit(SYNCS, connection.connection_id.int, SYNCS_A_MINUTE)
    if not verdict.allowed:
        detail = f"At most {SYNCS_A_MINUTE} syncs a minute on demand"
        raise RateLimited(detail, after_ms=int(verdict.reset_s * 1000) + 1)
    await services.journal.transact(sync_queries.ask_for_sync, connection.connection_id, services.clock.now())
    services.sync_due()
    return render(_shown(services.catalogue, await _connection(request, provider)), status=202)


async def take_archive(request: web.Request) -> web.Response:
    """The body is an answer of the Fitbit Web API (time series of steps and minutes, activity logs) or of
    Google Fit (aggregates, sessions), as it was kept. What is older than 7 days cannot count any more.
    """
    services, provider = request.app[CONNECTIONS], _provider(request)
    archive = importing.read(services, provider.name, await read_body(request))
    answer = await command(request, player_ref(request), archive.command)
    logged = cast(LoggedActivities, answer.body)
    statuses = Counter(item.status for item in logged.activities)
    imported = schemas.Imported(
        accepted=statuses["accepted"],
        duplicates=statuses["duplicate"],
        rejected=statuses["rejected"],
        withdrawn=statuses["withdrawn"],
        too_old=archive.too_old,
        unreadable=archive.unreadable,
        points_earned=logged.points_earned,
        balance=logged.balance,
    )
    return render_answer(answer, status=201, body=imported)


async def change(request: web.Request) -> web.Response:
    """The primary tracker wins overlaps, also those of the last days: points follow."""
    form = await parse(request, schemas.ConnectionChange)
    provider = _provider(request)
    connection = await _connection(request, provider)
    if connection.is_primary != form.is_primary:
        wish = SetPrimarySource(connection.provider if form.is_primary else None)
        await command(request, player_ref(request), wish)
    return render(_shown(request.app[CONNECTIONS].catalogue, await _connection(request, provider)))


async def disconnect(request: web.Request) -> web.Response:
    """What was recorded stays. The provider is told to forget the consent."""
    services, provider = request.app[CONNECTIONS], _provider(request)
    await command(request, player_ref(request), DisconnectTracker(names=_names(request, provider)))
    services.revocation_due()
    return no_content()


def _provider(request: web.Request) -> Provider:
    return request.app[CONNECTIONS].catalogue.named(request.match_info["provider"])


def _names(request: web.Request, provider: Provider) -> list[str]:
    return request.app[CONNECTIONS].catalogue.names_of(provider.service)


async def _connection(request: web.Request, provider: Provider) -> StoredConnection:
    connection = await request.app[CONNECTIONS].reads.run(
        queries.find, principal_of(request).user_id, _names(request, provider)
    )
    if connection is None:
        raise NotFound("This tracker is not connected")
    return connection


def _let_wait(connection: StoredConnection, provider: Provider, now: datetime) -> None:
    if connection.not_before is not None and connection.not_before > now:
        wait = connection.not_before - now
        raise RateLimited(
            f"{provider.title} asks us to wait; the next sync comes by itself after that",
            after_ms=int(wait.total_seconds() * 1000) + 1,
        )


def _shown(catalogue: Catalogue, connection: StoredConnection) -> schemas.Connection:
    return shown(connection, catalogue.service_of(connection.provider), off=_off(catalogue, connection))


def _off(catalogue: Catalogue, connection: StoredConnection) -> str | None:
    """The sentence that says that nothing is read there, if so."""
    provider = catalogue.find(connection.provider)
    if provider is None:
        return "This tracker is no longer read here"
    if provider.availability is Availability.DISABLED and not provider.pushes:
        return f"{provider.title} is switched off here for the time being"
    return None


def _available(provider: Provider) -> schemas.AvailableProvider:
    return schemas.AvailableProvider(
        provider=provider.name,
        title=provider.title,
        service=provider.service,
        availability=provider.availability.value,
        pushes=provider.pushes,
    )


_NAMED: Final = {"provider": schemas.ProviderName}

ROUTES: list[Route] = [
    Route(
        "GET",
        _AT,
        list_connections,
        summary="One's own trackers, and which can be connected",
        access=Access.PLAYER_READ,
        tag=TAG,
        query=PageQuery,
        answer=schemas.Connections,
    ),
    Route(
        "POST",
        f"{_AT}/{{provider}}/initiate",
        initiate,
        summary="Begin to connect a tracker",
        access=Access.PLAYER,
        tag=TAG,
        path_types=_NAMED,
        body=schemas.Initiation,
        answer=schemas.Initiated,
        status=201,
        secret=True,
        idempotent=False,
        problems=(TrackerNotConfigured, TrackerSunset, RedirectNotAllowed, Forbidden, Conflict),
    ),
    Route(
        "POST",
        f"{_AT}/{{provider}}/callback",
        callback,
        summary="Finish connecting with what the provider answered",
        access=Access.PLAYER,
        tag=TAG,
        path_types=_NAMED,
        body=schemas.Callback,
        answer=schemas.Connection,
        status=201,
        secret=True,
        idempotent=False,
        problems=(
            TrackerNotConfigured,
            TrackerSunset,
            InvalidState,
            ConsentRefused,
            TrackerUnreachable,
            TrackerTaken,
            Forbidden,
        ),
    ),
    Route(
        "POST",
        f"{_AT}/{{provider}}/sync",
        sync,
        summary="Have a tracker synced now",
        access=Access.PLAYER,
        tag=TAG,
        path_types=_NAMED,
        answer=schemas.Connection,
        status=202,
        idempotent=False,
        problems=(TrackerNotConfigured, NothingToSync, Conflict),
    ),
    Route(
        "POST",
        f"{_AT}/{{provider}}/archive",
        take_archive,
        summary="Take in what a provider's former API answered",
        access=Access.PLAYER,
        tag=TAG,
        path_types=_NAMED,
        foreign_body=True,
        answer=schemas.Imported,
        status=201,
        problems=(TrackerNotConfigured, Forbidden, Validation),
    ),
    Route(
        "PATCH",
        f"{_AT}/{{provider}}",
        change,
        summary="Make a tracker the primary one, or no longer",
        access=Access.PLAYER,
        tag=TAG,
        path_types=_NAMED,
        body=schemas.ConnectionChange,
        answer=schemas.Connection,
        problems=(TrackerNotConfigured, Forbidden),
    ),
    Route(
        "DELETE",
        f"{_AT}/{{provider}}",
        disconnect,
        summary="Disconnect a tracker",
        access=Access.PLAYER,
        tag=TAG,
        path_types=_NAMED,
        problems=(TrackerNotConfigured,),
    ),
]

"""`/admin/clients`: whom admins let in, with which rights, and what they ask for (SPEC 10)."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from aiohttp import web
from msgspec import UNSET, Meta

from fittrack.clients import changing, queries, schemas, views
from fittrack.clients.changing import Wish
from fittrack.clients.model import StoredClient, StoredSecret
from fittrack.clients.problems import ClientNameTaken, TooManySecrets
from fittrack.clients.services import CLIENTS
from fittrack.kit.ids import ClientId, uuid7
from fittrack.kit.patches import given
from fittrack.kit.problems import NotFound
from fittrack.server.asking import JOURNAL, READS, origin_of
from fittrack.server.etags import wanted_versions
from fittrack.server.http import CLOCK
from fittrack.server.pagination import Page, page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.principal import principal_of
from fittrack.server.render import no_content, render
from fittrack.server.routes import API, Access, Route
from fittrack.sessions.tokens import CLIENT_PREFIX, hash_token, new_token

TAG: Final = "Clients"
_AT: Final = f"{API}/admin/clients"
_ONE: Final = f"{_AT}/{{id}}"

SecretId = Annotated[str, Meta(min_length=16, max_length=16, pattern="^[0-9a-f]{16}$")]


async def list_clients(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.ClientsQuery)
    found, total = await request.app[READS].run(queries.find, query)
    now = request.app[CLOCK].now()
    return render(page_of([views.shown(client, now) for client in found], query, total))


async def get_client(request: web.Request) -> web.Response:
    found = await _find(request)
    return render(views.shown(found, request.app[CLOCK].now()), etag=views.tag_of(found))


async def create_client(request: web.Request) -> web.Response:
    """The secret is in this answer and nowhere else: only its hash is kept."""
    body = await parse(request, schemas.NewClient)
    secret, now = new_token(CLIENT_PREFIX), request.app[CLOCK].now()
    client = StoredClient(
        client_id=ClientId(uuid7()),
        name=body.name,
        scopes=tuple(sorted(set(body.scopes))),
        active=True,
        requests_per_minute=body.requests_per_minute,
        created_by=principal_of(request).user_id,
        created_at=now,
        updated_at=now,
        secrets=(_stored(secret, now),),
    )
    await request.app[JOURNAL].transact(changing.create, client, origin_of(request))
    return render(views.made(client, secret), status=201)


async def edit_client(request: web.Request) -> web.Response:
    """Tokens that are out feel it at once, on other nodes within a second."""
    body = await parse(request, schemas.ClientPatch)
    fields = given(body)
    if body.scopes is not UNSET:
        fields["scopes"] = tuple(sorted(set(body.scopes)))
    latter = await request.app[JOURNAL].transact(changing.edit, _wish(request), fields)
    _forget(request)
    return render(views.shown(latter, request.app[CLOCK].now()), etag=views.tag_of(latter))


async def delete_client(request: web.Request) -> web.Response:
    """For good: its secrets and tokens end at once, its name stays taken, since the audit log names it."""
    await request.app[JOURNAL].transact(changing.delete, _wish(request))
    _forget(request)
    return no_content()


async def add_secret(request: web.Request) -> web.Response:
    """Rotation: the new secret counts at once, the former one for `overlap_hours` more."""
    body = await parse(request, schemas.NewSecret)
    secret, now = new_token(CLIENT_PREFIX), request.app[CLOCK].now()
    overlap = timedelta(hours=body.overlap_hours)
    client = await request.app[JOURNAL].transact(
        changing.rotate, _wish(request), _stored(secret, now), overlap
    )
    _forget(request)
    return render(schemas.MadeSecret(client_secret=secret, client=views.shown(client, now)), status=201)


async def revoke_secret(request: web.Request) -> web.Response:
    """At once, with the tokens that were got by it."""
    secret_id = request.match_info["secret_id"]
    await request.app[JOURNAL].transact(changing.revoke, _wish(request), secret_id)
    _forget(request)
    return no_content()


async def get_usage(request: web.Request) -> web.Response:
    """Requests by day, route and status. Those of the last minute on other nodes may be missing."""
    query = parse_query(request, schemas.UsageQuery)
    client, services = await _find(request), request.app[CLIENTS]
    await services.usage.flush()
    until = services.calendar.day_of(services.clock.now())
    since = until - timedelta(days=query.days - 1)
    counted = await services.reads.run(queries.usage, client.client_id, since)
    lines = [
        schemas.UsageLine(
            day=key.day, method=key.method, route=key.route, status=key.status, requests=requests
        )
        for key, requests in counted
    ]
    return render(
        schemas.Usage(
            client_id=client.client_id,
            since=since,
            until=until,
            requests=sum(line.requests for line in lines),
            items=lines,
        )
    )


async def _find(request: web.Request) -> StoredClient:
    found = await request.app[READS].run(queries.load, ClientId(path_uuid(request)))
    if found is None:
        raise NotFound("There is no such client.")
    return found


def _stored(secret: str, now: datetime) -> StoredSecret:
    return StoredSecret(secret_hash=hash_token(secret), created_at=now, expires_at=None)


def _wish(request: web.Request) -> Wish:
    return Wish(
        client_id=ClientId(path_uuid(request)),
        versions=wanted_versions(request),
        origin=origin_of(request),
        now=request.app[CLOCK].now(),
    )


def _forget(request: web.Request) -> None:
    request.app[CLIENTS].known.forget(ClientId(path_uuid(request)))


ROUTES: list[Route] = [
    Route(
        "GET",
        _AT,
        list_clients,
        summary="List the programs of third parties",
        access=Access.ADMIN,
        tag=TAG,
        query=schemas.ClientsQuery,
        answer=Page[schemas.Client],
    ),
    Route(
        "POST",
        _AT,
        create_client,
        summary="Let a program in: make its credentials",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.NewClient,
        answer=schemas.MadeClient,
        status=201,
        problems=(ClientNameTaken,),
        secret=True,
        idempotent=False,
    ),
    Route(
        "GET",
        _ONE,
        get_client,
        summary="One client",
        access=Access.ADMIN,
        tag=TAG,
        answer=schemas.Client,
    ),
    Route(
        "PATCH",
        _ONE,
        edit_client,
        summary="Edit, disable or enable a client",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.ClientPatch,
        answer=schemas.Client,
        guarded=True,
        problems=(ClientNameTaken,),
    ),
    Route(
        "DELETE",
        _ONE,
        delete_client,
        summary="Delete a client",
        access=Access.ADMIN,
        tag=TAG,
        guarded=True,
    ),
    Route(
        "POST",
        f"{_ONE}/secrets",
        add_secret,
        summary="Rotate a client's secret",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.NewSecret,
        answer=schemas.MadeSecret,
        status=201,
        problems=(TooManySecrets,),
        secret=True,
        idempotent=False,
    ),
    Route(
        "DELETE",
        f"{_ONE}/secrets/{{secret_id}}",
        revoke_secret,
        summary="Revoke a secret",
        access=Access.ADMIN,
        tag=TAG,
        path_types={"secret_id": SecretId},
    ),
    Route(
        "GET",
        f"{_ONE}/usage",
        get_usage,
        summary="What a client asked for",
        access=Access.ADMIN,
        tag=TAG,
        query=schemas.UsageQuery,
        answer=schemas.Usage,
    ),
]

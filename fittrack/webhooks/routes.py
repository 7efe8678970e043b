"""`/webhooks`: who is told what, what arrived, and what is sent again: of all for admins, of its own for a
program (SPEC 10).
"""

import os
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
from aiohttp import web

from fittrack.integrations.public_addresses import TargetRefused
from fittrack.kit.ids import uuid7_of
from fittrack.kit.patches import given
from fittrack.kit.problems import FieldError, NotFound, Validation
from fittrack.kit.seal_contexts import webhook_secret
from fittrack.server.access import Scope
from fittrack.server.asking import JOURNAL, READS, cursors, keyed_id, once_of, origin_of
from fittrack.server.etags import wanted_versions
from fittrack.server.http import CLOCK
from fittrack.server.idempotency import Kept, render_kept
from fittrack.server.once import run_once
from fittrack.server.pagination import CursorPage, Page, cursor_page_of, page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.principal import API_CLIENT
from fittrack.server.render import encode, no_content, render
from fittrack.server.routes import API, Access, Route
from fittrack.webhooks import changing, delivery_queries, queries, schemas, signing, views
from fittrack.webhooks.changing import Wish
from fittrack.webhooks.delivery_queries import Span
from fittrack.webhooks.model import StoredEndpoint, new_endpoint
from fittrack.webhooks.problems import EndpointInactive, TooManyEndpoints, TooManyMessages
from fittrack.webhooks.services import WEBHOOKS

TAG: Final = "Webhooks"
_AT: Final = f"{API}/webhooks"
_ONE: Final = f"{_AT}/{{id}}"
_DELIVERIES: Final = f"{_ONE}/deliveries"
_DELIVERY: Final = f"{_DELIVERIES}/{{message_id}}"

_MILLISECOND: Final = timedelta(milliseconds=1)


async def list_endpoints(request: web.Request) -> web.Response:
    query, owner = parse_query(request, schemas.EndpointsQuery), _owner(request)
    if owner is not None:
        query = msgspec.structs.replace(query, client_id=owner)
    found, total = await request.app[READS].run(queries.find, query)
    return render(page_of([views.endpoint(each) for each in found], query, total))


async def get_endpoint(request: web.Request) -> web.Response:
    found = await _endpoint(request)
    return render(views.endpoint(found), etag=found.tag)


async def create_endpoint(request: web.Request) -> web.Response:
    body = await parse(request, schemas.NewEndpoint)
    _check_url(request, body.url)
    owner = _owner(request)
    if owner is not None and body.client_id not in {None, owner}:
        raise Validation(errors=[FieldError("/client_id", "A program makes endpoints of its own alone.")])
    now = request.app[CLOCK].now()
    endpoint_id = keyed_id(request) or uuid7_of(now)
    made = new_endpoint(
        endpoint_id,
        body.url,
        body.event_types,
        _new_secret(request, endpoint_id),
        now,
        description=body.description,
        client_id=owner or body.client_id,
    )
    once, journal = once_of(request, "create-webhook", body, now), request.app[JOURNAL]
    kept = await journal.transact(run_once, once, changing.create, made, origin_of(request))
    await _subscriptions_changed(request)
    return await _with_secret(request, kept, endpoint_id)


async def edit_endpoint(request: web.Request) -> web.Response:
    body = await parse(request, schemas.EndpointPatch)
    fields = given(body)
    if "url" in fields:
        _check_url(request, fields["url"])
    if "event_types" in fields:
        fields["event_types"] = frozenset(fields["event_types"])
    latter = await request.app[JOURNAL].transact(changing.edit, _wish(request), fields)
    await _subscriptions_changed(request)
    return render(views.endpoint(latter), etag=latter.tag)


async def remove_endpoint(request: web.Request) -> web.Response:
    await request.app[JOURNAL].transact(changing.remove, _wish(request))
    await _subscriptions_changed(request)
    return no_content()


async def rotate_secret(request: web.Request) -> web.Response:
    wish = _wish(request)
    sealed = _new_secret(request, wish.endpoint_id)
    once = once_of(request, "rotate-webhook-secret", wish.endpoint_id, wish.now)
    kept = await request.app[JOURNAL].transact(run_once, once, changing.rotate, wish, sealed)
    return await _with_secret(request, kept, wish.endpoint_id)


async def test_endpoint(request: web.Request) -> web.Response:
    wish = _wish(request)
    once = once_of(request, "test-webhook", wish.endpoint_id, wish.now)
    kept = await request.app[JOURNAL].transact(run_once, once, changing.test, wish)
    request.app[WEBHOOKS].messages_due()
    return render_kept(kept)


async def list_deliveries(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.DeliveriesQuery)
    endpoint = await _endpoint(request)
    listing = cursors(request, f"webhook-deliveries/{endpoint.endpoint_id}")
    after = None if query.cursor is None else listing.position(query.cursor, tuple[UUID])[0]
    found, total = await request.app[READS].run(delivery_queries.find, endpoint.endpoint_id, query, after)
    following = listing.after([str(found[-1].message_id)]) if len(found) == query.limit else None
    return render(cursor_page_of([views.delivery(each) for each in found], query, total, following))


async def get_delivery(request: web.Request) -> web.Response:
    endpoint, message_id = await _endpoint(request), path_uuid(request, "message_id")
    found = await request.app[READS].run(delivery_queries.detail, endpoint.endpoint_id, message_id)
    if found is None:
        raise NotFound("The endpoint was sent no such message.")
    return render(views.detail(found))


async def redeliver(request: web.Request) -> web.Response:
    wish, message_id = _wish(request), path_uuid(request, "message_id")
    once = once_of(request, "redeliver-message", (wish.endpoint_id, message_id), wish.now)
    kept = await request.app[JOURNAL].transact(run_once, once, changing.redeliver, wish, message_id)
    request.app[WEBHOOKS].messages_due()
    return render_kept(kept)


async def redeliver_many(request: web.Request) -> web.Response:
    body = await parse(request, schemas.RedeliverMany)
    wish = _wish(request)
    until = wish.now if body.until is None else min(body.until, wish.now)
    if body.since > until:
        raise Validation(errors=[FieldError("/since", "It is later than the end of the span.")])
    span = Span(wish.endpoint_id, max(body.since, delivery_queries.kept_from(wish.now)), until + _MILLISECOND)
    once = once_of(request, "redeliver-messages", (wish.endpoint_id, body), wish.now)
    kept = await request.app[JOURNAL].transact(
        run_once, once, changing.redeliver_many, wish, span, delivered=body.include_delivered
    )
    request.app[WEBHOOKS].messages_due()
    return render_kept(kept)


# --- Common -----------------------------------------------------------------------------------------------


async def _endpoint(request: web.Request) -> StoredEndpoint:
    found = await request.app[READS].run(queries.load, path_uuid(request), _owner(request))
    if found is None:
        raise NotFound("There is no such endpoint.")
    return found


def _wish(request: web.Request) -> Wish:
    return Wish(
        endpoint_id=path_uuid(request),
        versions=wanted_versions(request),
        origin=origin_of(request),
        now=request.app[CLOCK].now(),
        owner=_owner(request),
    )


def _owner(request: web.Request) -> UUID | None:
    """The program that asks: it finds no endpoints but its own. None: an admin, who finds all."""
    client = request.get(API_CLIENT)
    return None if client is None else client.client_id


def _check_url(request: web.Request, url: str) -> None:
    try:
        request.app[WEBHOOKS].sender.check(url)
    except TargetRefused as refused:
        raise Validation(errors=[FieldError("/url", str(refused))]) from refused


def _new_secret(request: web.Request, endpoint_id: UUID) -> bytes:
    secret = os.urandom(signing.SECRET_BYTES)
    return request.app[WEBHOOKS].sealer.seal(secret, webhook_secret(endpoint_id))


async def _with_secret(request: web.Request, kept: Kept, endpoint_id: UUID) -> web.Response:
    """The answer that is kept, and the secret as it is now: it is stored nowhere but under seal."""
    response = render_kept(kept)
    found = await request.app[READS].run(queries.load, endpoint_id)
    if found is None:
        raise NotFound("The endpoint was deleted meanwhile.")
    secret = request.app[WEBHOOKS].sealer.open(found.sealed_secret, webhook_secret(endpoint_id))
    shown = msgspec.json.decode(kept.body or b"", type=schemas.Endpoint)
    response.body = encode(msgspec.structs.replace(shown, secret=signing.shown(secret)))
    return response


async def _subscriptions_changed(request: web.Request) -> None:
    services = request.app[WEBHOOKS]
    await services.know_subscriptions()
    services.subscriptions_changed()


ROUTES: list[Route] = [
    Route(
        "GET",
        _AT,
        list_endpoints,
        summary="List webhook endpoints, the newest first",
        access=Access.ADMIN,
        scope=Scope.WEBHOOKS_MANAGE,
        tag=TAG,
        query=schemas.EndpointsQuery,
        answer=Page[schemas.Endpoint],
    ),
    Route(
        "POST",
        _AT,
        create_endpoint,
        summary="Make a webhook endpoint; its secret is shown once",
        access=Access.ADMIN,
        scope=Scope.WEBHOOKS_MANAGE,
        tag=TAG,
        body=schemas.NewEndpoint,
        answer=schemas.Endpoint,
        status=201,
        secret=True,
        problems=(TooManyEndpoints, NotFound),
    ),
    Route(
        "GET",
        _ONE,
        get_endpoint,
        summary="One webhook endpoint",
        access=Access.ADMIN,
        scope=Scope.WEBHOOKS_MANAGE,
        tag=TAG,
        answer=schemas.Endpoint,
    ),
    Route(
        "PATCH",
        _ONE,
        edit_endpoint,
        summary="Edit a webhook endpoint, switch it off or on again",
        access=Access.ADMIN,
        scope=Scope.WEBHOOKS_MANAGE,
        tag=TAG,
        body=schemas.EndpointPatch,
        answer=schemas.Endpoint,
        guarded=True,
    ),
    Route(
        "DELETE",
        _ONE,
        remove_endpoint,
        summary="Delete a webhook endpoint",
        access=Access.ADMIN,
        scope=Scope.WEBHOOKS_MANAGE,
        tag=TAG,
        guarded=True,
    ),
    Route(
        "POST",
        f"{_ONE}/rotate-secret",
        rotate_secret,
        summary="Give a webhook endpoint a new secret; the former one signs too for a day",
        access=Access.ADMIN,
        scope=Scope.WEBHOOKS_MANAGE,
        tag=TAG,
        answer=schemas.Endpoint,
        secret=True,
        guarded=True,
    ),
    Route(
        "POST",
        f"{_ONE}/test",
        test_endpoint,
        summary="Send a message that says nothing",
        access=Access.ADMIN,
        scope=Scope.WEBHOOKS_MANAGE,
        tag=TAG,
        answer=schemas.Delivery,
        status=202,
        problems=(EndpointInactive,),
    ),
    Route(
        "GET",
        _DELIVERIES,
        list_deliveries,
        summary="What an endpoint was sent, the newest first",
        access=Access.ADMIN,
        scope=Scope.WEBHOOKS_MANAGE,
        tag=TAG,
        query=schemas.DeliveriesQuery,
        answer=CursorPage[schemas.Delivery],
    ),
    Route(
        "GET",
        _DELIVERY,
        get_delivery,
        summary="One message, and how each attempt went",
        access=Access.ADMIN,
        scope=Scope.WEBHOOKS_MANAGE,
        tag=TAG,
        answer=schemas.DeliveryDetail,
    ),
    Route(
        "POST",
        f"{_DELIVERY}/redeliver",
        redeliver,
        summary="Send one message again",
        access=Access.ADMIN,
        scope=Scope.WEBHOOKS_MANAGE,
        tag=TAG,
        answer=schemas.Delivery,
        status=202,
        problems=(EndpointInactive,),
    ),
    Route(
        "POST",
        f"{_ONE}/redeliver",
        redeliver_many,
        summary="Send again what was given up since an instant, and what was missed",
        access=Access.ADMIN,
        scope=Scope.WEBHOOKS_MANAGE,
        tag=TAG,
        body=schemas.RedeliverMany,
        answer=schemas.Redelivered,
        status=202,
        problems=(EndpointInactive, TooManyMessages),
    ),
]

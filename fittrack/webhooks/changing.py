"""Changing endpoints, sending again, and recording who did (SPEC 9). One transaction each, in the writer."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fittrack.audit.action import Action, differences
from fittrack.audit.statements import record
from fittrack.db.handles import Connection
from fittrack.kit.ids import uuid7_of
from fittrack.kit.origin import Origin
from fittrack.kit.patches import changes
from fittrack.kit.problems import FieldError, NotFound, Validation
from fittrack.server.etags import Versions, check_version, next_version_at
from fittrack.server.idempotency import Kept, kept_answer
from fittrack.webhooks import delivery_queries, events, queries, views
from fittrack.webhooks.delivery_queries import Span
from fittrack.webhooks.model import SUBJECT, StoredEndpoint
from fittrack.webhooks.problems import EndpointInactive, TooManyEndpoints, TooManyMessages
from fittrack.webhooks.rules import OVERLAP, DisabledReason
from fittrack.webhooks.schemas import Redelivered
from fittrack.webhooks.scopes import allowed, lacking
from protocol.shapes import instant

ENDPOINTS_MAX: Final = 200
"""Each event is compared with all of them; one more, made by another node at this moment, does no harm."""

MESSAGES_AGAIN_MAX: Final = 20_000
"""Messages that are sent again by one request: less than half a second of the writer's time."""

_RECORDED: Final = ("url", "description", "client_id", "event_types", "active", "disabled_reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A change of one endpoint: what it was read as, who wants it, when."""

    endpoint_id: UUID
    versions: Versions
    origin: Origin
    now: datetime
    owner: UUID | None = None
    """The program that wants it, which finds only its own; none: an admin."""


def create(conn: Connection, endpoint: StoredEndpoint, origin: Origin) -> Kept:
    """Make an endpoint. The answer that is kept has no secret in it: it is not to be stored."""
    if queries.living(conn) >= ENDPOINTS_MAX:
        raise TooManyEndpoints(f"There are {ENDPOINTS_MAX} endpoints already.")
    _check_scopes(conn, endpoint)
    queries.add(conn, endpoint)
    action = Action(
        name="webhook.create",
        subject_type=SUBJECT,
        subject_id=endpoint.endpoint_id,
        after=_facts(endpoint),
    )
    record(conn, action, origin, endpoint.created_at)
    return kept_answer(views.endpoint(endpoint), status=201)


def edit(conn: Connection, wish: Wish, fields: dict[str, Any]) -> StoredEndpoint:
    """Change `fields`; `active` switches the endpoint off, or on again with a clean slate."""
    former = _matched(conn, wish)
    changed = changes(former, fields)
    if not changed:
        return former
    if "event_types" in changed:
        _check_scopes(conn, replace(former, event_types=changed["event_types"]))
    name = "webhook.edit"
    if "active" in changed:
        name = "webhook.enable" if changed["active"] else "webhook.disable"
        changed |= _switched(on=changed["active"], now=wish.now)
    return _change(conn, wish, former, changed, name)


def remove(conn: Connection, wish: Wish) -> None:
    """Delete an endpoint. What it was sent stays on record for its time."""
    former = _matched(conn, wish)
    queries.change(conn, wish.endpoint_id, active=False, deleted_at=wish.now, former_sealed_secret=None)
    delivery_queries.forget_waiting(conn, wish.endpoint_id, wish.now)
    action = Action(
        name="webhook.delete", subject_type=SUBJECT, subject_id=wish.endpoint_id, before=_facts(former)
    )
    record(conn, action, wish.origin, wish.now)


def rotate(conn: Connection, wish: Wish, sealed_secret: bytes) -> Kept:
    """A new secret; the former one signs as well for a while, so that the receiver can follow."""
    former = _matched(conn, wish)
    until = wish.now + OVERLAP
    changed = {
        "sealed_secret": sealed_secret,
        "former_sealed_secret": former.sealed_secret,
        "former_until": until,
    }
    latter = _stored(conn, wish, former, changed)
    action = Action(
        name="webhook.rotate_secret",
        subject_type=SUBJECT,
        subject_id=wish.endpoint_id,
        after={"former_secret_until": instant(until)},
    )
    record(conn, action, wish.origin, wish.now)
    return kept_answer(views.endpoint(latter), status=200)


def test(conn: Connection, wish: Wish) -> Kept:
    """Send a message that says nothing, to see whether it arrives."""
    endpoint = _active(conn, wish)
    message_id, data = uuid7_of(wish.now), events.Tested(endpoint_id=endpoint.endpoint_id)
    payload = events.body_of(events.TEST, instant(wish.now), data)
    delivery_queries.add_message(
        conn, endpoint.endpoint_id, message_id, event_type=events.TEST, payload=payload, now=wish.now
    )
    action = Action(name="webhook.test", subject_type=SUBJECT, subject_id=endpoint.endpoint_id)
    record(conn, action, wish.origin, wish.now)
    return _answer_with(conn, endpoint.endpoint_id, message_id)


def redeliver(conn: Connection, wish: Wish, message_id: UUID) -> Kept:
    """Send one message again, whatever became of it."""
    endpoint = _active(conn, wish)
    if delivery_queries.load(conn, endpoint.endpoint_id, message_id) is None:
        raise NotFound("The endpoint was sent no such message.")
    delivery_queries.send_again(conn, endpoint.endpoint_id, message_id, wish.now)
    action = Action(
        name="webhook.redeliver",
        subject_type=SUBJECT,
        subject_id=endpoint.endpoint_id,
        after={"message_id": str(message_id)},
    )
    record(conn, action, wish.origin, wish.now)
    return _answer_with(conn, endpoint.endpoint_id, message_id)


def redeliver_many(conn: Connection, wish: Wish, span: Span, *, delivered: bool) -> Kept:
    """Send again what was given up in a span of time, and what was missed."""
    endpoint = _active(conn, wish)
    types = _types(conn, endpoint)
    wanted = delivery_queries.count_span(conn, span, types, delivered=delivered)
    if wanted > MESSAGES_AGAIN_MAX:
        raise TooManyMessages(
            f"That is {wanted:,} messages; {MESSAGES_AGAIN_MAX:,} at once is the most: narrow the time."
        )
    sent = delivery_queries.send_span_again(conn, span, types, wish.now, delivered=delivered)
    action = Action(
        name="webhook.redeliver",
        subject_type=SUBJECT,
        subject_id=endpoint.endpoint_id,
        after={"since": instant(span.since), "until": instant(span.until), "messages": sent},
    )
    record(conn, action, wish.origin, wish.now)
    return kept_answer(Redelivered(messages=sent), status=202)


def _check_scopes(conn: Connection, endpoint: StoredEndpoint) -> None:
    """A client is told of what it may read, and of nothing else."""
    if endpoint.client_id is None:
        return
    scopes = queries.scopes_of(conn, endpoint.client_id)
    if scopes is None:
        raise Validation(errors=[FieldError("/client_id", "There is no such API client.")])
    if missing := lacking(endpoint.event_types, scopes):
        raise Validation(errors=[FieldError("/event_types", f"The client lacks {', '.join(missing)}.")])


def _types(conn: Connection, endpoint: StoredEndpoint) -> frozenset[str]:
    if endpoint.client_id is None:
        return endpoint.event_types
    return allowed(endpoint.event_types, queries.scopes_of(conn, endpoint.client_id) or ())


def _answer_with(conn: Connection, endpoint_id: UUID, message_id: UUID) -> Kept:
    delivery = delivery_queries.load(conn, endpoint_id, message_id)
    assert delivery is not None, "it was just written"
    return kept_answer(views.delivery(delivery), status=202)


def _switched(*, on: bool, now: datetime) -> dict[str, Any]:
    if on:
        return {
            "disabled_reason": None,
            "disabled_at": None,
            "failures": 0,
            "failing_since": None,
            "warned_at": None,
            "paused_until": None,
        }
    return {"disabled_reason": DisabledReason.BY_ADMIN, "disabled_at": now}


def _change(
    conn: Connection, wish: Wish, former: StoredEndpoint, changed: dict[str, Any], name: str
) -> StoredEndpoint:
    latter = _stored(conn, wish, former, changed)
    before, after = differences(_facts(former), _facts(latter))
    action = Action(name=name, subject_type=SUBJECT, subject_id=wish.endpoint_id, before=before, after=after)
    record(conn, action, wish.origin, wish.now)
    return latter


def _stored(conn: Connection, wish: Wish, former: StoredEndpoint, changed: dict[str, Any]) -> StoredEndpoint:
    updated_at = next_version_at(wish.now, former.updated_at)
    queries.change(conn, wish.endpoint_id, updated_at=updated_at, **changed)
    return replace(former, updated_at=updated_at, **changed)


def _active(conn: Connection, wish: Wish) -> StoredEndpoint:
    endpoint = _matched(conn, wish)
    if not endpoint.active:
        raise EndpointInactive("Switch the endpoint on first.")
    return endpoint


def _matched(conn: Connection, wish: Wish) -> StoredEndpoint:
    former = queries.held(conn, wish.endpoint_id, wish.owner)
    if former is None:
        raise NotFound("There is no such endpoint.")
    check_version(former.version, wish.versions)
    return former


def _facts(endpoint: StoredEndpoint) -> dict[str, Any]:
    facts = {name: getattr(endpoint, name) for name in _RECORDED}
    facts["event_types"] = sorted(endpoint.event_types)
    return {name: value for name, value in facts.items() if value is not None}

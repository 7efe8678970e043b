"""Endpoints: read and written for those who look after them, and whether they are sent what is due."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from fittrack.db.row_queries import hold
from fittrack.db.tables.messages import webhook_endpoints
from fittrack.db.tables.partners import api_clients
from fittrack.webhooks.model import StoredEndpoint
from fittrack.webhooks.rules import DisabledReason
from fittrack.webhooks.schemas import EndpointsQuery

_ENDPOINT: Final = [
    column for column in webhook_endpoints.columns if column is not webhook_endpoints.c.deleted_at
]


def find(conn: Connection, query: EndpointsQuery) -> tuple[list[StoredEndpoint], int]:
    """The page of endpoints that `query` asks for, the newest first, and how many there are."""
    matching: list[ColumnElement[bool]] = [webhook_endpoints.c.deleted_at.is_(None)]
    if query.active is not None:
        matching.append(webhook_endpoints.c.active == query.active)
    if query.client_id is not None:
        matching.append(webhook_endpoints.c.client_id == query.client_id)
    counted = select(func.count()).select_from(webhook_endpoints).where(*matching)
    page = (
        select(*_ENDPOINT)
        .where(*matching)
        .order_by(webhook_endpoints.c.created_at.desc(), webhook_endpoints.c.endpoint_id)
        .offset(query.offset)
        .limit(query.limit)
    )
    return [_endpoint(row) for row in conn.execute(page)], conn.execute(counted).scalar_one()


def load(conn: Connection, endpoint_id: UUID, owner: UUID | None = None) -> StoredEndpoint | None:
    """One endpoint that was not deleted; with an `owner`, only if it is that client's."""
    c = webhook_endpoints.c
    wanted = select(*_ENDPOINT).where(c.endpoint_id == endpoint_id, c.deleted_at.is_(None))
    if owner is not None:
        wanted = wanted.where(c.client_id == owner)
    row = conn.execute(wanted).one_or_none()
    return None if row is None else _endpoint(row)


def held(conn: Connection, endpoint_id: UUID, owner: UUID | None = None) -> StoredEndpoint | None:
    """The same, and nobody else changes it until the transaction ends."""
    hold(conn, webhook_endpoints.c.endpoint_id, endpoint_id)
    return load(conn, endpoint_id, owner)


def living(conn: Connection) -> int:
    """How many endpoints there are."""
    there = webhook_endpoints.c.deleted_at.is_(None)
    return int(conn.execute(select(func.count()).select_from(webhook_endpoints).where(there)).scalar_one())


def wanted_types(conn: Connection) -> frozenset[str]:
    """Types of events to which an endpoint subscribed, whether it is switched on or not: it may ask later."""
    there = webhook_endpoints.c.deleted_at.is_(None)
    rows = conn.execute(select(webhook_endpoints.c.event_types).where(there)).scalars()
    return frozenset(word for words in rows for word in words.split())


def scopes_of(conn: Connection, client_id: UUID) -> frozenset[str] | None:
    """The scopes of an API client; None: there is no such client."""
    c = api_clients.c
    found = select(c.scopes).where(c.client_id == client_id, c.deleted_at.is_(None))
    scopes = conn.execute(found).scalar_one_or_none()
    return None if scopes is None else frozenset(scopes.split())


def ready(now: datetime) -> ColumnElement[bool]:
    """The condition that an endpoint is sent what is due: it and its client are there and switched on."""
    e, c = webhook_endpoints.c, api_clients.c
    clients = select(c.client_id).where(c.active == 1, c.deleted_at.is_(None))
    return and_(
        e.active == 1,
        e.deleted_at.is_(None),
        or_(e.client_id.is_(None), e.client_id.in_(clients)),
        or_(e.paused_until.is_(None), e.paused_until <= now),
    )


def add(conn: Connection, endpoint: StoredEndpoint) -> None:
    """A new endpoint."""
    values = {column.name: getattr(endpoint, column.name) for column in _ENDPOINT}
    conn.execute(insert(webhook_endpoints).values(_as_stored(values)))


def change(conn: Connection, endpoint_id: UUID, **changed: Any) -> None:
    """Change some fields."""
    conn.execute(
        update(webhook_endpoints)
        .where(webhook_endpoints.c.endpoint_id == endpoint_id)
        .values(_as_stored(changed))
    )


def _as_stored(values: Mapping[str, Any]) -> dict[str, Any]:
    stored = dict(values)
    if "event_types" in stored:
        stored["event_types"] = " ".join(sorted(stored["event_types"]))
    if stored.get("disabled_reason") is not None:
        stored["disabled_reason"] = stored["disabled_reason"].value
    return stored


def _endpoint(row: Row[Any]) -> StoredEndpoint:
    fields = row._asdict()
    reason = fields["disabled_reason"]
    fields["event_types"] = frozenset(fields["event_types"].split())
    fields["disabled_reason"] = None if reason is None else DisabledReason(reason)
    return StoredEndpoint(**fields)

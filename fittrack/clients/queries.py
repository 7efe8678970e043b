"""Reading and writing clients, their secrets and their usage."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from fittrack.clients.model import StoredClient, StoredSecret
from fittrack.clients.schemas import REQUESTS_PER_MINUTE_DEFAULT, ClientsQuery, Sort
from fittrack.db.row_queries import hold, put
from fittrack.db.tables.partners import api_client_secrets, api_client_usage, api_clients
from fittrack.kit.ids import ClientId

_NAME: Final = func.lower(api_clients.c.name)
_THERE: Final = api_clients.c.deleted_at.is_(None)

_ORDERS: Final[dict[Sort, ColumnElement[Any]]] = {
    Sort.NAME: _NAME.asc(),
    Sort.NAME_DOWN: _NAME.desc(),
    Sort.NEWEST: api_clients.c.created_at.desc(),
    Sort.OLDEST: api_clients.c.created_at.asc(),
}


class UsageKey(NamedTuple):
    """What requests are counted by."""

    client_id: ClientId
    day: date
    method: str
    route: str
    status: int


def find(conn: Connection, query: ClientsQuery) -> tuple[list[StoredClient], int]:
    """The page of clients that `query` asks for, and how many there are."""
    matching: list[ColumnElement[bool]] = [_THERE]
    if query.q is not None:
        matching.append(_NAME.contains(query.q.lower(), autoescape=True))
    if query.active is not None:
        matching.append(api_clients.c.active == query.active)
    total = conn.execute(select(func.count()).select_from(api_clients).where(*matching)).scalar_one()
    page = (
        select(api_clients)
        .where(*matching)
        .order_by(_ORDERS[query.sort], api_clients.c.client_id)
        .offset(query.offset)
        .limit(query.limit)
    )
    found = conn.execute(page).all()
    secrets = _secrets_of(conn, [row.client_id for row in found])
    return [_stored(row, secrets.get(row.client_id, [])) for row in found], total


def load(conn: Connection, client_id: ClientId) -> StoredClient | None:
    """One client that is there."""
    row = conn.execute(select(api_clients).where(api_clients.c.client_id == client_id, _THERE)).one_or_none()
    return None if row is None else _stored(row, _secrets_of(conn, [client_id]).get(client_id, []))


def held(conn: Connection, client_id: ClientId) -> StoredClient | None:
    """The same, and nobody else changes it or its secrets until the transaction ends."""
    hold(conn, api_clients.c.client_id, client_id)
    return load(conn, client_id)


def name_is_taken(conn: Connection, name: str, but: ClientId | None = None) -> bool:
    """Whether a client, be it deleted, other than `but`, has the name in any case."""
    same = select(api_clients.c.client_id).where(func.lower(name) == _NAME)
    if but is not None:
        same = same.where(api_clients.c.client_id != but)
    return conn.execute(same).first() is not None


def add(conn: Connection, client: StoredClient) -> None:
    """A new client with its first secret. Raises IntegrityError when the name is taken."""
    conn.execute(
        insert(api_clients).values(
            client_id=client.client_id,
            name=client.name,
            scopes=_joined(client.scopes),
            active=client.active,
            requests_per_minute=client.requests_per_minute,
            created_by=client.created_by,
            created_at=client.created_at,
            updated_at=client.updated_at,
        )
    )
    for secret in client.secrets:
        add_secret(conn, client.client_id, secret)


def change(conn: Connection, client_id: ClientId, changed: dict[str, Any], now: datetime) -> None:
    """Change some columns. Raises IntegrityError when the name is taken."""
    values = {name: _joined(value) if name == "scopes" else value for name, value in changed.items()}
    conn.execute(
        update(api_clients).where(api_clients.c.client_id == client_id).values(updated_at=now, **values)
    )


def add_secret(conn: Connection, client_id: ClientId, secret: StoredSecret) -> None:
    """One more secret."""
    conn.execute(
        insert(api_client_secrets).values(
            secret_hash=secret.secret_hash,
            client_id=client_id,
            created_at=secret.created_at,
            expires_at=secret.expires_at,
        )
    )


def end_secret(conn: Connection, secret_hash: bytes, at: datetime) -> None:
    """A secret counts until then."""
    conn.execute(
        update(api_client_secrets)
        .where(api_client_secrets.c.secret_hash == secret_hash)
        .values(expires_at=at)
    )


def revoke_secret(conn: Connection, secret_hash: bytes, now: datetime) -> None:
    """A secret counts no more."""
    conn.execute(
        update(api_client_secrets)
        .where(api_client_secrets.c.secret_hash == secret_hash)
        .values(revoked_at=now)
    )


def add_usage(conn: Connection, counted: Iterable[tuple[UsageKey, int]]) -> None:
    """Add to what is counted, in the order of lines, so that two nodes do not wait for each other."""
    for key, requests in sorted(counted):
        line = {
            "client_id": key.client_id,
            "day": key.day,
            "method": key.method,
            "route": key.route,
            "status_code": key.status,
        }
        more = {"requests": api_client_usage.c.requests + requests}
        put(conn, api_client_usage, line, more, anew={"requests": requests})


def usage(conn: Connection, client_id: ClientId, since: date) -> list[tuple[UsageKey, int]]:
    """What was counted of a client, the latest day first."""
    columns = api_client_usage.c
    rows = conn.execute(
        select(api_client_usage)
        .where(columns.client_id == client_id, columns.day >= since)
        .order_by(columns.day.desc(), columns.route, columns.method, columns.status_code)
    )
    return [
        (UsageKey(client_id, row.day, row.method, row.route, row.status_code), row.requests) for row in rows
    ]


def _secrets_of(conn: Connection, client_ids: list[ClientId]) -> dict[ClientId, list[StoredSecret]]:
    columns = api_client_secrets.c
    rows = conn.execute(
        select(api_client_secrets).where(columns.client_id.in_(client_ids), columns.revoked_at.is_(None))
    )
    found: dict[ClientId, list[StoredSecret]] = {}
    for row in rows:
        secret = StoredSecret(
            secret_hash=row.secret_hash, created_at=row.created_at, expires_at=row.expires_at
        )
        found.setdefault(row.client_id, []).append(secret)
    return found


def _stored(row: "Row[Any]", secrets: list[StoredSecret]) -> StoredClient:
    return StoredClient(
        client_id=row.client_id,
        name=row.name,
        scopes=tuple(row.scopes.split()),
        active=row.active,
        requests_per_minute=row.requests_per_minute or REQUESTS_PER_MINUTE_DEFAULT,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        secrets=tuple(secrets),
    )


def _joined(scopes: Iterable[str]) -> str:
    return " ".join(sorted(set(scopes)))

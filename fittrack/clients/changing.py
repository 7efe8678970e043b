"""Changing clients, and recording who did (SPEC 9). One transaction each, in the writer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from fittrack.audit.action import Action, State, differences
from fittrack.audit.statements import record
from fittrack.clients import queries
from fittrack.clients.model import StoredClient, StoredSecret
from fittrack.clients.problems import ClientNameTaken, TooManySecrets
from fittrack.clients.rules import SECRETS_MAX, ends_of_former, live_secrets
from fittrack.db.handles import Connection, IntegrityError
from fittrack.kit.ids import ClientId
from fittrack.kit.origin import Origin
from fittrack.kit.patches import changes
from fittrack.kit.problems import NotFound
from fittrack.server.etags import Versions, check_version, next_version_at

SUBJECT: Final = "client"

_RECORDED: Final = ("name", "scopes", "active", "requests_per_minute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A change of one client: what it was read as, who wants it, when."""

    client_id: ClientId
    versions: Versions
    origin: Origin
    now: datetime


def create(conn: Connection, client: StoredClient, origin: Origin) -> None:
    """Make a client with its first secret. Raises `ClientNameTaken`."""
    if queries.name_is_taken(conn, client.name):
        raise ClientNameTaken
    try:
        queries.add(conn, client)
    except IntegrityError as error:
        raise ClientNameTaken from error
    action = Action(
        name="client.create", subject_type=SUBJECT, subject_id=client.client_id, after=_facts(client)
    )
    record(conn, action, origin, client.created_at)


def edit(conn: Connection, wish: Wish, fields: dict[str, Any]) -> StoredClient:
    """Change `fields`. Raises `NotFound`, `PreconditionFailed` or `ClientNameTaken`."""
    former = _matched(conn, wish)
    changed = changes(former, fields)
    if not changed:
        return former
    if "name" in changed and queries.name_is_taken(conn, changed["name"], but=wish.client_id):
        raise ClientNameTaken
    latter = _touch(conn, wish, former, changed)
    before, after = differences(_facts(former), _facts(latter))
    _record(conn, wish, "client.edit", before=before, after=after)
    return latter


def delete(conn: Connection, wish: Wish) -> None:
    """Disable the client for good. Raises `NotFound` or `PreconditionFailed`."""
    former = _matched(conn, wish)
    _touch(conn, wish, former, {"active": False}, deleted_at=wish.now)
    for secret in live_secrets(former.secrets, wish.now):
        queries.revoke_secret(conn, secret.secret_hash, wish.now)
    _record(conn, wish, "client.delete", before=_facts(former))


def rotate(conn: Connection, wish: Wish, secret: StoredSecret, overlap: timedelta) -> StoredClient:
    """Add a secret; the former one ends after the overlap. Raises `NotFound` or `TooManySecrets`."""
    former = _matched(conn, wish)
    live = live_secrets(former.secrets, wish.now)
    if len(live) >= SECRETS_MAX:
        raise TooManySecrets
    ends = ends_of_former(live, wish.now, overlap)
    for each in live:
        queries.end_secret(conn, each.secret_hash, ends[each.secret_id])
    queries.add_secret(conn, wish.client_id, secret)
    _touch(conn, wish, former, {})
    _record(conn, wish, "client.add-secret", after={"secret_id": secret.secret_id})
    return _there(queries.load(conn, wish.client_id))


def revoke(conn: Connection, wish: Wish, secret_id: str) -> None:
    """End one secret at once, and the tokens got by it. Raises `NotFound`."""
    former = _matched(conn, wish)
    live = live_secrets(former.secrets, wish.now)
    secret = next((each for each in live if each.secret_id == secret_id), None)
    if secret is None:
        raise NotFound("There is no such secret that counts.")
    queries.revoke_secret(conn, secret.secret_hash, wish.now)
    _touch(conn, wish, former, {})
    _record(conn, wish, "client.revoke-secret", before={"secret_id": secret_id})


def _touch(
    conn: Connection, wish: Wish, former: StoredClient, changed: dict[str, Any], **more: Any
) -> StoredClient:
    updated_at = next_version_at(wish.now, former.updated_at)
    try:
        queries.change(conn, wish.client_id, {**changed, **more}, updated_at)
    except IntegrityError as error:
        raise ClientNameTaken from error
    return replace(former, updated_at=updated_at, **changed)


def _record(
    conn: Connection, wish: Wish, name: str, *, before: State | None = None, after: State | None = None
) -> None:
    action = Action(name=name, subject_type=SUBJECT, subject_id=wish.client_id, before=before, after=after)
    record(conn, action, wish.origin, wish.now)


def _matched(conn: Connection, wish: Wish) -> StoredClient:
    former = _there(queries.held(conn, wish.client_id))
    check_version(former.version, wish.versions)
    return former


def _there(found: StoredClient | None) -> StoredClient:
    if found is None:
        raise NotFound("There is no such client.")
    return found


def _facts(client: StoredClient) -> dict[str, Any]:
    return {name: getattr(client, name) for name in _RECORDED}

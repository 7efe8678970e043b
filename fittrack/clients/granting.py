"""An access token for a client's credentials (RFC 6749, 4.4 and 5), or the error that OAuth has for it.

What a client of no such id, a disabled one and a wrong secret are answered is the same.
"""

import hmac
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    UnsupportedGrantTypeError,
)
from authlib.oauth2.rfc6749.util import extract_basic_authorization, scope_to_list

from fittrack.clients import queries
from fittrack.clients.model import StoredClient, StoredSecret
from fittrack.clients.rules import granted_scopes, live_secrets
from fittrack.clients.schemas import Token
from fittrack.clients.services import ClientServices
from fittrack.kit.ids import ClientId
from fittrack.sessions.tokens import hash_token

_GRANT: Final = "client_credentials"
_UNAUTHORIZED: Final = 401


async def grant(services: ClientServices, headers: Mapping[str, str], form: Mapping[str, str]) -> Token:
    """A token for what `headers` and `form` hold. Raises Authlib's `OAuth2Error`."""
    if "grant_type" not in form:
        raise InvalidRequestError("grant_type is missing")
    client_id, client_secret = _credentials(headers, form)
    client, secret = await _authenticate(services, client_id, client_secret)
    if form["grant_type"] != _GRANT:
        raise UnsupportedGrantTypeError(_printable(form["grant_type"]))
    scopes = granted_scopes(scope_to_list(form.get("scope") or None), client.scopes)
    if scopes is None:
        raise InvalidScopeError(f"This client may have: {' '.join(client.scopes)}")
    scope = " ".join(scopes)
    issued = services.tokens.issue(client.client_id, secret.secret_id, scope, secret_ends=secret.expires_at)
    return Token(access_token=issued.token, expires_in=issued.expires_in, scope=scope)


def _credentials(headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[str, str]:
    """Id and secret, from `Authorization: Basic` or the form, but not from both (RFC 6749, 2.3)."""
    if not headers.get("Authorization", "").lower().startswith("basic "):
        return form.get("client_id", ""), form.get("client_secret", "")
    if "client_secret" in form:
        raise InvalidRequestError("Send the credentials in one way only")
    try:
        client_id, client_secret = extract_basic_authorization(headers)
    except UnicodeDecodeError as error:
        raise _refused() from error
    if form.get("client_id", client_id) != client_id:
        raise InvalidRequestError("client_id is not the one in the header")
    return client_id or "", client_secret or ""


async def _authenticate(
    services: ClientServices, client_id: str, client_secret: str
) -> tuple[StoredClient, StoredSecret]:
    try:
        client = await services.reads.run(queries.load, ClientId(UUID(client_id)))
    except ValueError as error:
        raise _refused() from error
    if client is None or not client.active:
        raise _refused()
    told = hash_token(client_secret)
    for secret in live_secrets(client.secrets, services.clock.now()):
        if hmac.compare_digest(secret.secret_hash, told):
            return client, secret
    raise _refused()


def _refused() -> InvalidClientError:
    return InvalidClientError("Unknown client, or wrong secret", status_code=_UNAUTHORIZED)


def _printable(text: str) -> str:
    """What may stand in an error's description (RFC 6749, 5.2)."""
    return "".join(each for each in text[:40] if each.isalnum() and each.isascii())

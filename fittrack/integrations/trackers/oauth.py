"""OAuth 2.0 with PKCE as a client, by Authlib's functions that build requests, over aiohttp.

Authlib's asynchronous client needs httpx; what is used here does no I/O (docs/decisions/0023).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import msgspec
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7009 import prepare_revoke_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from fittrack.integrations.trackers.calling import Caller
from fittrack.integrations.trackers.provider import Grant
from fittrack.integrations.trackers.trouble import ConsentGone, TrackerTrouble

TOKEN_LENGTH_MAX: Final = 4_096
"""Characters: some providers hand out JWTs."""

_FORM: Final = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "application/json",
}
_CONSENT_GONE: Final = frozenset({"invalid_grant", "access_denied", "unauthorized_client"})
"""Errors of RFC 6749 after which only the person can help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where a provider's OAuth lives."""

    authorize: str
    token: str
    revoke: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """How we are known there, and what we ask for."""

    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    redirect_uris: Sequence[str]


class CodeFlow:
    """The authorization code flow at one provider (see `provider.OAuthFlow`)."""

    def __init__(
        self, caller: Caller, endpoints: Endpoints, client: Client, title: str, **extra: str
    ) -> None:
        """`extra` are further parameters of the authorization request."""
        self._caller = caller
        self._endpoints = endpoints
        self._client = client
        self._title = title
        self._extra = extra
        self._auth = ClientAuth(client.client_id, client.client_secret, "client_secret_post")
        self.redirect_uris = client.redirect_uris

    def authorization_url(self, *, state: str, verifier: str, redirect_uri: str) -> str:
        """See `OAuthFlow`."""
        url: str = prepare_grant_uri(
            self._endpoints.authorize,
            client_id=self._client.client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope=self._client.scope,
            state=state,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **self._extra,
        )
        return url

    async def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """See `OAuthFlow`."""
        body = prepare_token_request(
            "authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=verifier
        )
        return await self._grant(body)

    async def refresh(self, refresh_token: str) -> Grant:
        """See `OAuthFlow`."""
        return await self._grant(prepare_token_request("refresh_token", refresh_token=refresh_token))

    async def revoke(self, token: str) -> None:
        """See `OAuthFlow`."""
        body, headers = prepare_revoke_token_request(token, headers=dict(_FORM))
        status, answered, text = await self._post(self._endpoints.revoke, headers, body)
        if status == 200 or (status == 400 and _error_of(text) in {"invalid_token", "invalid_request"}):
            return
        raise self._caller.trouble(status, answered, text)

    async def _grant(self, body: str) -> Grant:
        status, answered, text = await self._post(self._endpoints.token, dict(_FORM), body)
        if status in (400, 401):
            error = _error_of(text)
            if error in _CONSENT_GONE:
                raise ConsentGone(f"{self._title} no longer lets us read your activities")
            raise TrackerTrouble(f"{self._title} refused the request ({error or status})")
        if status != 200:
            raise self._caller.trouble(status, answered, text)
        token = self._caller.read(text, _Token)
        return Grant(
            access_token=token.access_token,
            refresh_token=token.refresh_token or None,
            expires_in_s=token.expires_in,
            scopes=token.scope,
        )

    async def _post(self, url: str, headers: dict[str, str], body: str) -> tuple[int, Any, bytes]:
        url, headers, body = self._auth.prepare("POST", url, headers, body)
        return await self._caller.send("POST", url, headers, body.encode())


TokenText = Annotated[str, msgspec.Meta(min_length=1, max_length=TOKEN_LENGTH_MAX)]


class _Token(msgspec.Struct):
    """RFC 6749, 5.1."""

    access_token: TokenText
    refresh_token: TokenText | None = None
    expires_in: float | None = None
    scope: str | None = None


def _error_of(text: bytes) -> str | None:
    """The error code of RFC 6749, 5.2, if that is what it is."""
    try:
        return msgspec.json.decode(text, type=_Refusal).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class _Refusal(msgspec.Struct):
    error: str

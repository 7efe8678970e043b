"""An issuer of ID tokens with keys of its own: it publishes them, rotates them, is slow, lies or dies."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import RSAKey

GOOGLE_APP, GOOGLE_ANDROID, APPLE_APP = "ios.google.example", "android.google.example", "example.fittrack.app"
"""Our client ids."""


@cache
def a_key(name: str) -> RSAKey:
    """A key pair of this name: the same one each time, since making one takes long."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


class FakeIssuer:
    """Signs whatever it is told to, with its newest key."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.keys = [a_key("first")]
        self.fetches = 0
        self.status = 200
        self.says: bytes | None = None
        """Instead of its keys."""
        self.headers: dict[str, str] = {}
        self.answers = asyncio.Event()
        """Unset, it takes a request and says nothing."""
        self.answers.set()
        self.asked = asyncio.Event()
        self.url = ""

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/keys"

    def rotate(self, name: str) -> None:
        """From now on it signs with another key, and publishes both."""
        self.keys.insert(0, a_key(name))

    async def publish(self, request: web.Request) -> web.Response:
        self.fetches += 1
        self.asked.set()
        await self.answers.wait()
        body = self.published() if self.says is None else self.says
        return web.Response(
            body=body, status=self.status, content_type="application/json", headers=self.headers
        )

    def published(self) -> bytes:
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()

    def token(self, now: datetime, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token as the issuer makes them at `now`. A claim that is None is left out."""
        issued = int(now.timestamp())
        said = {
            "iss": self.url,
            "aud": self.client_id,
            "sub": "100200300",
            "iat": issued,
            "exp": issued + 3600,
            "jti": str(uuid4()),
            **claims,
        }
        protected = {"alg": "RS256", "kid": self.keys[0].kid, **(header or {})}
        return jwt.encode(
            {name: value for name, value in protected.items() if value is not None},
            {name: value for name, value in said.items() if value is not None},
            self.keys[0],
            default_type=None,
        )


def known_to(**issuers: FakeIssuer) -> dict[str, str]:
    """Settings of a server that believes these issuers, by the names of providers."""
    settings = {}
    for name, issuer in issuers.items():
        provider = name.upper()
        settings[f"{provider}_ISSUER"] = issuer.url
        settings[f"{provider}_JWKS_URL"] = issuer.jwks_url
        settings[f"{provider}_CLIENT_ID"] = issuer.client_id
    return settings


@asynccontextmanager
async def an_issuer(client_id: str) -> AsyncIterator[FakeIssuer]:
    """A server on the loopback, for one test."""
    issuer = FakeIssuer(client_id)
    app = web.Application()
    app.router.add_get("/keys", issuer.publish)
    async with TestServer(app) as server:
        issuer.url = str(server.make_url("/")).rstrip("/")
        yield issuer

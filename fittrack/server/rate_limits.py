"""Rate limits of REST: who pays for a request, what of it is told (SPEC 11)."""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from multidict import CIMultiDict

from fittrack.kit.clock import Clock
from fittrack.kit.problems import RateLimited
from fittrack.server.addresses import client_address, site_of
from fittrack.server.principal import ApiClient, Principal
from fittrack.server.windows import WINDOW_S, Verdict, Windows

ACCOUNTS: Final = "account"
ADDRESSES: Final = "address"
CLIENTS: Final = "client"

VERDICT: web.RequestKey[Verdict] = web.RequestKey("verdict", Verdict)
"""What was found of a request that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """Requests within a minute."""

    anonymous: int
    """Of one address, without a valid token: tokens cannot be guessed faster than this either."""
    user: int
    """Of one account, over all its sessions."""
    admin: int


class RateLimiter:
    """Counts requests, of the account or client behind a valid token, else of the address."""

    def __init__(self, tiers: Tiers, windows: Windows, clock: Clock) -> None:
        self._tiers = tiers
        self._windows = windows
        self._clock = clock
        self.refused: dict[str, int] = {ACCOUNTS: 0, ADDRESSES: 0, CLIENTS: 0}

    async def admit(self, request: web.Request, bearer: Principal | ApiClient | None) -> None:
        """Count `request`. Raises `RateLimited`."""
        kind, key, limit = self._who_pays(request, bearer)
        verdict = await self._windows.hit(kind, key, limit)
        request[VERDICT] = verdict
        if not verdict.allowed:
            self.refused[kind] += 1
            raise _refusal(kind, verdict)

    def _who_pays(
        self, request: web.Request, bearer: Principal | ApiClient | None
    ) -> tuple[str, Hashable, int]:
        match bearer:
            case None:
                return ADDRESSES, site_of(client_address(request) or ""), self._tiers.anonymous
            case ApiClient():
                return CLIENTS, bearer.client_id.int, bearer.requests_per_minute
            case Principal():
                limit = self._tiers.admin if bearer.is_admin else self._tiers.user
                return ACCOUNTS, bearer.user_id.int, limit

    def tell(self, verdict: Verdict, headers: CIMultiDict[str]) -> None:
        """Say what is left, in the spellings that are about.

        `RateLimit` and `RateLimit-Policy` are those of the IETF's draft (httpapi-ratelimit-headers, 10).
        `RateLimit-Reset` is in seconds from now, `X-RateLimit-Reset` Unix time.
        """
        limit, remaining, reset = str(verdict.limit), str(verdict.remaining), math.ceil(verdict.reset_s)
        headers["RateLimit-Limit"] = headers["X-RateLimit-Limit"] = limit
        headers["RateLimit-Remaining"] = headers["X-RateLimit-Remaining"] = remaining
        headers["RateLimit-Reset"] = str(reset)
        headers["RateLimit-Policy"] = f'"minute";q={limit};w={int(WINDOW_S)}'
        headers["RateLimit"] = f'"minute";r={remaining};t={reset}'
        headers["X-RateLimit-Reset"] = str(math.ceil(self._clock.now().timestamp()) + reset)


_WHOSE: Final = {
    ACCOUNTS: "this account",
    ADDRESSES: "this address without signing in",
    CLIENTS: "this client",
}


def _refusal(kind: str, verdict: Verdict) -> RateLimited:
    return RateLimited(
        f"At most {verdict.limit} requests a minute from {_WHOSE[kind]}",
        after_ms=math.ceil(verdict.reset_s * 1000),
    )

"""From the bearer token of a program to who it is (SPEC 10).

Verified tokens are remembered; how the client stands now is read again once a second. So what changes about a
client counts at once on the node that changed it, and within a second on every other.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from fittrack.kit.clock import Clock
from fittrack.kit.ids import ClientId
from fittrack.kit.problems import Unauthenticated
from fittrack.server.client_tokens import ClientClaims, ClientTokens, is_of_client
from fittrack.server.principal import ApiClient

K = TypeVar("K")
V = TypeVar("V")

STANDING_KEPT_S: Final = 1.0
"""Seconds for which a standing is believed: one indexed read a second for each busy client."""

REMEMBERED_TOKENS_MAX: Final = 5_000
"""Verified tokens kept, under 1 KB each: programs are few and need one token each."""

STANDINGS_MAX: Final = 2_000
"""Clients whose standing is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientStanding:
    """What the database says of a client that is there and active."""

    scopes: frozenset[str]
    requests_per_minute: int
    secrets: Mapping[str, datetime | None]
    """Secrets that count, by their ids, and when each ends."""


LoadClient = Callable[[ClientId], Awaitable[ClientStanding | None]]
"""Port: how a client stands; none when it is disabled or gone."""


class ApiClients:
    """Knows which program bears an access token."""

    def __init__(self, tokens: ClientTokens, load: LoadClient, clock: Clock) -> None:
        self._tokens = tokens
        self._load = load
        self._clock = clock
        self._verified: OrderedDict[str, ClientClaims] = OrderedDict()
        self._standings: OrderedDict[ClientId, tuple[ClientStanding | None, float]] = OrderedDict()
        self._forgotten = 0

    def knows(self, token: str) -> bool:
        """Whether `token` is one of a program rather than a person, as far as it says."""
        return token in self._verified or is_of_client(token)

    async def authenticate(self, token: str) -> ApiClient:
        """The bearer of `token`. Raises `Unauthenticated`, or `Busy` when nobody can tell at the moment."""
        claims = self._claims(token)
        standing, now = await self.standing(claims.client_id), self._clock.now()
        if standing is None or now >= claims.expires_at:
            raise Unauthenticated("The access token has expired" if standing else "The client is disabled")
        ends = standing.secrets.get(claims.secret_id, now)
        if ends is not None and now >= ends:
            raise Unauthenticated("The secret that the access token was got by has ended")
        return ApiClient(
            client_id=claims.client_id,
            scopes=claims.scopes & standing.scopes,
            requests_per_minute=standing.requests_per_minute,
            expires_at=claims.expires_at,
        )

    async def standing(self, client_id: ClientId) -> ClientStanding | None:
        """How the client stands, a second ago at most; none when it is disabled or gone."""
        kept = self._standings.get(client_id)
        if kept is not None and self._clock.monotonic() < kept[1]:
            return kept[0]
        read_at, forgotten = self._clock.monotonic(), self._forgotten
        standing = await self._load(client_id)
        if forgotten == self._forgotten:  # else it may have changed under the reading
            _keep(self._standings, client_id, (standing, read_at + STANDING_KEPT_S), STANDINGS_MAX)
        return standing

    def forget(self, client_id: ClientId) -> None:
        """Read the standing anew: something about the client changed, durably."""
        self._forgotten += 1
        self._standings.pop(client_id, None)

    def _claims(self, token: str) -> ClientClaims:
        claims = self._verified.get(token)
        if claims is None:
            claims = self._tokens.verify(token)
            _keep(self._verified, token, claims, REMEMBERED_TOKENS_MAX)
        return claims


def _keep(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)

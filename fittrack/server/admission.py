"""Who may open a WebSocket here: caps of the node, of each address, and of those not signed in (SPEC 11)."""

import math
from collections import Counter
from collections.abc import Sized
from dataclasses import dataclass
from typing import Final

from fittrack.kit.problems import Busy, RateLimited
from fittrack.server.windows import Windows

CONNECTIONS_MAX: Final = 18_000
"""Connections of one node: below the 20,000 open files of a common limit, with room for all else."""

UNAUTHENTICATED_MAX: Final = 9_000
"""Connections of one node on which nobody signed in yet: strangers never take more than half of it."""

UNAUTHENTICATED_PER_ADDRESS: Final = 5_000
"""The same of one address. Carriers put thousands of phones behind one, and after a restart all come at
once; each has 10 s to sign in."""

UPGRADES_PER_MINUTE: Final = 10_000
"""Upgrades of one address within a minute: what a crowd behind one address needs to come back, and a few
percent of a core."""

RETRY_AFTER_MS: Final = 2_000
"""Milliseconds after which a client that was refused for lack of room may come again."""

UPGRADES: Final = "upgrade"
"""The kind of their windows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many connections there may be."""

    connections: int = CONNECTIONS_MAX
    unauthenticated: int = UNAUTHENTICATED_MAX
    unauthenticated_per_address: int = UNAUTHENTICATED_PER_ADDRESS
    upgrades_per_minute: int = UPGRADES_PER_MINUTE


class Admission:
    """Lets connections in, and remembers on which of them nobody signed in yet."""

    def __init__(self, caps: Caps, windows: Windows, connections: Sized) -> None:
        self._caps = caps
        self._windows = windows
        self._connections = connections
        self._upgrading = 0
        self._strangers: Counter[str] = Counter()
        self._sites: dict[object, str] = {}

    async def admit(self, site: str) -> None:
        """An upgrade from `site` is to begin. Raises `Busy` or `RateLimited`.

        After it either `upgraded` or `failed` follows.
        """
        caps = self._caps
        verdict = await self._windows.hit(UPGRADES, site, caps.upgrades_per_minute)
        if not verdict.allowed:
            raise RateLimited(
                f"At most {verdict.limit} WebSockets a minute are opened from one address",
                after_ms=math.ceil(verdict.reset_s * 1000),
            )
        if self._strangers[site] >= caps.unauthenticated_per_address:
            raise RateLimited(
                "Too many connections from this address wait for their sign-in", after_ms=RETRY_AFTER_MS
            )
        if (
            len(self._connections) + self._upgrading >= caps.connections
            or len(self._sites) + self._upgrading >= caps.unauthenticated
        ):
            raise Busy("No room for another connection here", after_ms=RETRY_AFTER_MS)
        self._upgrading += 1
        self._strangers[site] += 1

    def failed(self, site: str) -> None:
        """The client left during its upgrade."""
        self._upgrading -= 1
        self._forget(site)

    def upgraded(self, connection: object, site: str) -> None:
        """`connection` is open and counted from now on; nobody signed in on it yet."""
        self._upgrading -= 1
        self._sites[connection] = site

    def settled(self, connection: object) -> None:
        """Somebody signed in on `connection`, or it closed. Saying so twice is no error."""
        site = self._sites.pop(connection, None)
        if site is not None:
            self._forget(site)

    def _forget(self, site: str) -> None:
        self._strangers[site] -= 1
        if not self._strangers[site]:
            del self._strangers[site]

"""Moving windows: how many requests somebody made within the last minute, exactly.

Each request that is let through is remembered for a minute; one that is refused is not, so whoever waits
gets on again. A window holds as many instants as its limit allows, and windows are held in bounded tables.
"""

from bisect import bisect_right
from collections import OrderedDict, defaultdict
from collections.abc import Hashable
from typing import Final, NamedTuple, Protocol

from fittrack.kit.clock import Clock

WINDOW_S: Final = 60.0

KEYS_MAX: Final = 100_000
"""Windows in one table, about 300 bytes each while somebody has made few requests. In a flood of more
addresses within a minute the one heard of longest ago is forgotten."""


class Verdict(NamedTuple):
    """Whether a request is within its limit, and what is left."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: float
    """Seconds until the oldest request that counts is a minute old: then there is room for one more."""


class Windows(Protocol):
    """Port: counts requests. `kind` separates tables: accounts, addresses, upgrades."""

    async def hit(self, kind: str, key: Hashable, limit: int) -> Verdict:
        """Count one request of `key`, unless there were `limit` of them within the last minute."""


class MemoryWindows:
    """Windows of this process."""

    def __init__(self, clock: Clock, *, keys_max: int = KEYS_MAX) -> None:
        self._clock = clock
        self._tables: defaultdict[str, _Table] = defaultdict(lambda: _Table(keys_max))

    async def hit(self, kind: str, key: Hashable, limit: int) -> Verdict:
        """Count one request."""
        return self.hit_now(kind, key, limit)

    def hit_now(self, kind: str, key: Hashable, limit: int) -> Verdict:
        """`hit`, at once."""
        return self._tables[kind].hit(key, limit, self._clock.monotonic())

    def __len__(self) -> int:
        """Number of windows held."""
        return sum(map(len, self._tables.values()))


class _Table:
    """Instants of requests by key, the key heard of longest ago first."""

    __slots__ = ("_instants", "_keys_max")

    def __init__(self, keys_max: int) -> None:
        self._keys_max = keys_max
        self._instants: OrderedDict[Hashable, list[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._instants)

    def hit(self, key: Hashable, limit: int, now: float) -> Verdict:
        instants = self._instants.get(key)
        if instants is None:
            instants = self._instants[key] = []
            self._forget(now - WINDOW_S)
        else:
            self._instants.move_to_end(key)
            if instants[0] <= now - WINDOW_S:
                del instants[: bisect_right(instants, now - WINDOW_S)]
        allowed = len(instants) < limit
        if allowed:
            instants.append(now)
        oldest = instants[-limit] if len(instants) >= limit else instants[0]
        return Verdict(allowed, limit, max(0, limit - len(instants)), oldest + WINDOW_S - now)

    def _forget(self, horizon: float) -> None:
        """Drop whose last request is a minute old, or whoever is too many; two at most."""
        table = self._instants
        for _ in range(2):
            instants = next(iter(table.values()))
            if len(table) > self._keys_max or (instants and instants[-1] <= horizon):
                table.popitem(last=False)

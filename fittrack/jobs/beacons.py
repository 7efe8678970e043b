"""Fetches the rounds that drawings wait for, outside of their turns: a drawing never waits for a network."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from actors.runtime import Registry
from fittrack.drawings.messages import BeaconArrived, WantedBeacon
from fittrack.fairness.beacon import Beacon, Chain
from fittrack.integrations.drand import BeaconUnavailable
from fittrack.kit.clock import Clock
from fittrack.kit.ids import DrawingId
from fittrack.kit.problems import Busy
from fittrack.server.asking import DRAWING

RETRY_FIRST: Final = timedelta(seconds=2)
"""Less than a period of the chain: a round may come a moment late."""
RETRY_MAX: Final = timedelta(minutes=1)
"""However long an outage lasts, the draw follows its end within a minute."""
ALERT_AFTER: Final = timedelta(hours=1)
"""From then on people are called for: the round can be entered by hand (FAIRNESS)."""
FORGOTTEN_AFTER: Final = timedelta(minutes=10)
"""The sweep of timers repeats a want every second; one that is not repeated was met in another way."""

log = structlog.get_logger(__name__)


class BeaconSource(Protocol):
    """Where rounds come from."""

    async def fetch(self, chain: Chain, round_number: int) -> Beacon:
        """The round, verified. Raises `BeaconUnavailable`."""


class NoSource:
    """Stands where none is configured, but a drawing was promised a beacon when one was."""

    async def fetch(self, chain: Chain, round_number: int) -> Beacon:
        """See `BeaconSource`."""
        raise BeaconUnavailable(f"DRAND_URL is not set; round {round_number} of {chain.chain_hash} is needed")


@dataclass(slots=True)
class _Wait:
    """How often a drawing's round was asked for, and when next; the round itself once it is here."""

    wanted_at: datetime
    next_at: datetime
    failures: int = 0
    alerted_at: datetime | None = None
    fetching: asyncio.Task[None] | None = None
    beacon: Beacon | None = None
    """Kept while it is wanted: a drawing that could not take it is told again, without a request."""


class BeaconFetcher:
    """Gets drawings what they want, each once at a time, with back-off, and tells their actors."""

    def __init__(self, source: BeaconSource, registry: Registry, clock: Clock) -> None:
        self._source = source
        self._registry = registry
        self._clock = clock
        self._waits: dict[DrawingId, _Wait] = {}

    def want(self, wanted: WantedBeacon) -> None:
        """See that the drawing is told its round, now or when it can be had. Returns at once."""
        now = self._clock.now()
        wait = self._waits.get(wanted.drawing_id)
        if wait is None:
            self._forget_old(now)
            wait = self._waits[wanted.drawing_id] = _Wait(wanted_at=now, next_at=now)
        wait.wanted_at = now
        if wait.beacon is not None:
            self._tell(wanted, wait.beacon)
        elif wait.fetching is None and wait.next_at <= now:
            wait.fetching = asyncio.get_running_loop().create_task(self._fetch(wanted, wait))

    async def settled(self) -> None:
        """Wait until nothing is being fetched."""
        while tasks := [wait.fetching for wait in self._waits.values() if wait.fetching is not None]:
            await asyncio.gather(*tasks)

    async def stop(self) -> None:
        """Give up what is being fetched; drawings want it again after the next start."""
        tasks = [wait.fetching for wait in self._waits.values() if wait.fetching is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch(self, wanted: WantedBeacon, wait: _Wait) -> None:
        try:
            wait.beacon = await self._source.fetch(wanted.round.chain, wanted.round.number)
        except BeaconUnavailable as error:
            self._postpone(wanted, wait, str(error))
        except Exception as error:
            log.exception("beacon.failed", drawing_id=str(wanted.drawing_id))
            self._postpone(wanted, wait, repr(error))
        else:
            log.info("beacon.had", drawing_id=str(wanted.drawing_id), round=wait.beacon.round)
            self._tell(wanted, wait.beacon)
        finally:
            wait.fetching = None

    def _tell(self, wanted: WantedBeacon, beacon: Beacon) -> None:
        try:
            self._registry.ref(DRAWING, wanted.drawing_id).tell(BeaconArrived(beacon))
        except Busy:  # a full mailbox, or the end of the node: it will want it again
            log.info("beacon.postponed", drawing_id=str(wanted.drawing_id))

    def _postpone(self, wanted: WantedBeacon, wait: _Wait, reason: str) -> None:
        now = self._clock.now()
        # Bounded before it is computed: after days of failures the power alone would overflow.
        doublings = min(wait.failures, RETRY_MAX // RETRY_FIRST)
        wait.next_at = now + min(RETRY_FIRST * 2**doublings, RETRY_MAX)
        wait.failures += 1
        level = log.warning
        if now >= max(wanted.round.published_at, wait.alerted_at or wanted.round.published_at) + ALERT_AFTER:
            wait.alerted_at, level = now, log.error
        level(
            "beacon.unavailable",
            drawing_id=str(wanted.drawing_id),
            round=wanted.round.number,
            failures=wait.failures,
            reason=reason,
        )

    def _forget_old(self, now: datetime) -> None:
        for drawing_id, wait in tuple(self._waits.items()):
            if wait.fetching is None and wait.wanted_at + FORGOTTEN_AFTER < now:
                del self._waits[drawing_id]

"""The check of each night, once in the whole cluster.

What is due follows from the present alone: a node that slept, or a cluster that stood still, makes up for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from fittrack.check import statements
from fittrack.check.apart import Found
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock

LOOK_EVERY_S: Final = 600.0

NOT_BEFORE_S: Final = 900.0
"""Seconds from a node's start to its first check: a crowd comes back then, and has all of it."""

HOUR: Final = 3
"""Of the platform's clock, when a night's check is due: most players sleep, all time zones of them."""

SAID_EVERY_S: Final = 60.0
"""How often whoever runs a check says so."""

SILENT_AFTER: Final = timedelta(minutes=5)
"""Whoever has not said so for this long does not run it any more: another one may."""

log = structlog.get_logger(__name__)


def night_of(now: datetime, calendar: PlatformCalendar) -> date:
    """The last night whose check is due."""
    return calendar.day_of(now - timedelta(hours=HOUR))


class NightlyCheck:
    """Looks whether a check is due, and runs it by `run`."""

    def __init__(
        self,
        journal: Journal,
        reads: Reads,
        clock: Clock,
        calendar: PlatformCalendar,
        run: Callable[[], Awaitable[Found]],
    ) -> None:
        self._journal, self._reads, self._clock, self._calendar = journal, reads, clock, calendar
        self._run = run
        self._not_before = clock.monotonic() + NOT_BEFORE_S

    async def look(self) -> None:
        """Check, if that is due and nobody else does. Returns when it is done."""
        if self._clock.monotonic() < self._not_before:
            return
        now = self._clock.now()
        night = night_of(now, self._calendar)
        last = await self._reads.run(statements.latest)
        if last is not None and last.night >= night:
            return
        if await self._journal.transact(statements.claim, night, now, now - SILENT_AFTER):
            await self._check(night, now)

    async def _check(self, night: date, started: datetime) -> None:
        log.info("check.started", night=str(night))
        running = asyncio.ensure_future(self._run())
        try:
            while not (await asyncio.wait([running], timeout=SAID_EVERY_S))[0]:
                await self._journal.transact(statements.goes_on, night, self._clock.now())
            found = running.result()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        now, violations = self._clock.now(), sum(found.violations.values())
        await self._journal.transact(statements.end, night, now, found.examined, violations)
        told = {"night": str(night), "examined": found.examined, "seconds": (now - started).total_seconds()}
        if violations:
            log.error("check.broken", **told, violations=found.violations, findings=found.sentences)
        else:
            log.info("check.sound", **told)

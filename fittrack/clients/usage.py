"""What clients ask for, counted in memory and written once a minute (SPEC 10).

A crash loses a minute of figures; an unknown outcome may count one twice. No decision rests on them.
"""

from collections import Counter
from typing import Final

import structlog

from fittrack.clients.queries import UsageKey, add_usage
from fittrack.db.journal import Journal
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Problem
from fittrack.server.principal import ApiClient

FLUSH_EVERY_S: Final = 60.0

LINES_PER_TRANSACTION: Final = 200
"""Some milliseconds of the writer's time."""

log: Final = structlog.stdlib.get_logger(__name__)


class UsageCounter:
    """Counts on this node; `flush` adds to what all nodes counted."""

    def __init__(self, journal: Journal, clock: Clock, calendar: PlatformCalendar) -> None:
        self._journal = journal
        self._clock = clock
        self._calendar = calendar
        self._counted: Counter[UsageKey] = Counter()

    def count(self, client: ApiClient, method: str, route: str, status: int) -> None:
        """One answered request."""
        day = self._calendar.day_of(self._clock.now())
        self._counted[UsageKey(client.client_id, day, method, route, status)] += 1

    async def flush(self) -> None:
        """Write what was counted; what cannot be written now is kept for the next time."""
        waiting, self._counted = list(self._counted.items()), Counter()
        for start in range(0, len(waiting), LINES_PER_TRANSACTION):
            lines = waiting[start : start + LINES_PER_TRANSACTION]
            try:
                await self._journal.transact(add_usage, lines)
            except Problem as error:
                log.warning("usage.not_written", lines=len(lines), error=repr(error))
                self._counted.update(dict(lines))

"""What waits in the database longer than it should, as every node last saw it: for metrics and their alerts.

Every node looks for itself: what it shows never outlives the node that had a job.
"""

from datetime import datetime, timedelta
from typing import Final

from fittrack.check.statements import Ended, latest
from fittrack.db.reads import Reads
from fittrack.kit.clock import Clock
from fittrack.ops import queries
from fittrack.ops.queries import Overdues
from fittrack.webhooks.backlog_queries import Backlog
from fittrack.webhooks.backlog_queries import backlog as webhook_backlog

BACKLOGS_EVERY_S: Final = 15.0
"""As often as Prometheus usually asks."""

OVERDUE_AFTER: Final = timedelta(minutes=2)
"""How late a draw may be: drawings are reminded each second, a beacon's round takes some seconds more."""

DEAD_LETTERS_OF: Final = timedelta(days=1)


class Backlogs:
    """As of the last look; nothing waits before the first."""

    def __init__(self, reads: Reads, clock: Clock) -> None:
        self._reads, self._clock = reads, clock
        self.webhooks = Backlog(None, 0)
        self.overdue = Overdues(0, 0, None)
        self.began_at = clock.now()
        self.check: Ended | None = None
        """The last check of a night."""

    async def look(self) -> None:
        """Know how things are now."""
        now = self._clock.now()
        self.webhooks = await self._reads.run(webhook_backlog, now, now - DEAD_LETTERS_OF)
        self.overdue = await self._reads.run(
            queries.overdues, now, now - OVERDUE_AFTER, now - DEAD_LETTERS_OF
        )

        self.check = await self._reads.run(latest)

    def waits_s(self, since: datetime | None) -> float:
        """For how long something has waited, in seconds."""
        return 0.0 if since is None else max(0.0, (self._clock.now() - since).total_seconds())

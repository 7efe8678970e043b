"""What connections are made and synced with, put together by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from actors.runtime import Registry
from fittrack.connections.catalogue import Catalogue
from fittrack.connections.sync_metrics import SyncMetrics
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.integrations.trackers.calling import AccountQuota
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock
from fittrack.kit.sealing import Sealer
from fittrack.server.windows import Windows

REQUESTS_A_MINUTE = 300
"""What the Google Health API grants one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionServices:
    """One of each, for requests and syncs."""

    clock: Clock
    calendar: PlatformCalendar
    journal: Journal
    reads: Reads
    registry: Registry
    sealer: Sealer
    catalogue: Catalogue
    sync_within_s: float
    """However many answers it needs: a sync goes on where it was the next time."""
    windows: Windows
    """Counts requests, ours to providers and players' for a sync."""
    sync_due: Callable[[], None]
    """Says that a connection is due: whoever syncs looks at once."""
    revocation_due: Callable[[], None]
    """The same of tokens that are to be revoked."""
    syncs: SyncMetrics = field(default_factory=SyncMetrics)
    """What syncs come to on this node (`ops.metrics`)."""

    def quota(self, account: object) -> AccountQuota:
        """What one account may still ask its provider for."""
        return AccountQuota(self.windows, self.clock, str(account), REQUESTS_A_MINUTE)


CONNECTIONS: web.AppKey[ConnectionServices] = web.AppKey("connections", ConnectionServices)

"""What syncs came to on a node. Plain numbers, to be read by an exporter."""

from collections import Counter, defaultdict
from typing import Final

from fittrack.connections.rules import SyncStatus
from fittrack.kit.histogram import Histogram

OUTCOMES: Final = {
    SyncStatus.IDLE: "completed",
    SyncStatus.DELAYED: "delayed",
    SyncStatus.RECONNECT: "reconnect",
}
"""How a sync may leave its connection: well, to be tried again, or without the player's consent."""

SECONDS_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 90.0)
"""Upper bounds: a sync is a few requests to somebody else's server, and given up after 90 s."""


class SyncMetrics:
    """Syncs that ended since the start, by provider and outcome; and how long they took."""

    __slots__ = ("outcomes", "seconds")

    def __init__(self) -> None:
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.seconds: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(SECONDS_BUCKETS))

    def ended(self, provider: str, status: SyncStatus, seconds: float) -> None:
        """Count a sync."""
        self.outcomes[provider, OUTCOMES[status]] += 1
        self.seconds[provider].observe(seconds)

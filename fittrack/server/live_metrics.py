"""What happens to the WebSockets of a node. Plain numbers, to be read by an exporter."""

from collections import Counter
from typing import Final

from fittrack.kit.histogram import Histogram
from protocol.close_codes import CloseCode

LAG_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds: a broadcast to a few takes a millisecond, one to thousands some tens of them."""

CLOSE_CODES: Final = frozenset(
    {*CloseCode, 1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010}  # RFC 6455, 7.4.1
)
OTHER: Final = "other"
"""What clients may choose freely is one."""


class LiveMetrics:
    """Counted since the start."""

    __slots__ = ("closed", "errors", "opened", "publish_lag", "refused")

    def __init__(self) -> None:
        self.opened = 0
        self.closed: Counter[str] = Counter()
        """By code."""
        self.refused: Counter[str] = Counter()
        """Upgrades that were not let in, by the code of the problem."""
        self.errors: Counter[str] = Counter()
        """Answers `err` to commands and other frames, by the code of the problem."""
        self.publish_lag = Histogram(LAG_BUCKETS_S)
        """From an event's publication, on whatever node, until its last subscriber here was written to."""

    def close(self, code: int) -> None:
        """Count the end of a connection."""
        self.closed[str(int(code)) if code in CLOSE_CODES else OTHER] += 1


class CommandMetrics:
    """Commands over WebSockets, counted since the start."""

    __slots__ = ("commands", "seconds")

    def __init__(self) -> None:
        self.commands: Counter[str] = Counter()
        """By type."""
        self.seconds = Histogram(LAG_BUCKETS_S)
        """From a command until its answer, of every sixteenth."""

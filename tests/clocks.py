"""Clocks that somebody sets."""

from datetime import datetime, timedelta

from fittrack.app import Node
from fittrack.kit.clock import SystemClock
from fittrack.kit.clock_watch import REDIS


class SetClock(SystemClock):
    """The machine's clock, by so many seconds ahead."""

    def __init__(self, ahead_s: float) -> None:
        super().__init__()
        self.ahead_s = ahead_s

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.ahead_s)


def hear_others(node: Node, *, ahead: timedelta = timedelta()) -> None:
    """Redis says a time of which the node's clock is so much ahead."""
    now = node.clock.monotonic()
    node.clock_watch.heard(REDIS, (node.clock.now() - ahead).timestamp(), now, now)

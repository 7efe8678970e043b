"""Clocks that somebody sets."""

from datetime import datetime, timedelta

from fittrack.kit.clock import SystemClock


class SetClock(SystemClock):
    """The machine's clock, by so many seconds ahead."""

    def __init__(self, ahead_s: float) -> None:
        super().__init__()
        self.ahead_s = ahead_s

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.ahead_s)

"""A line of the log for what may happen ten thousand times a second: written now and then, with a count."""

from typing import Any, Final

from fittrack.kit.clock import Clock

EVERY_S: Final = 10.0
"""Seconds between two lines of one kind: what begins is seen at once, and what goes on fills no disk."""


class Seldom:
    """Says whether a line is due."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._said_at = float("-inf")
        self._unsaid = 0

    def say(self, log: Any, event: str, **facts: object) -> None:
        """Warn of `event`, unless that was done a moment ago; `unsaid` tells how often it was left out."""
        now = self._clock.monotonic()
        if now - self._said_at < EVERY_S:
            self._unsaid += 1
            return
        log.warning(event, **facts, unsaid=self._unsaid)
        self._said_at, self._unsaid = now, 0

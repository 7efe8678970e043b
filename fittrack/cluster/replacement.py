"""Another node in this one's place: a worker's successor for a moment, and otherwise a stranger."""

from typing import Final

import structlog

from fittrack.kit.clock import Clock

RENEWED_WITHIN_S: Final = 180.0
"""A worker's successor has its place from when it joins until the former one is told to drain: seconds, no
longer than the supervisor waits for a worker to serve (`workers.limits`), and to end it if it does not."""

_log = structlog.get_logger(__name__)


class Replacement:
    """Who has this node's place, as the register says, and since when."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.patience_s = 0.0
        """How long that may be a successor."""
        self.by = ""
        """The other node; empty: nobody has it."""
        self._since = 0.0
        self._is_said = False

    @property
    def lasts(self) -> bool:
        """Whether that is no successor."""
        return bool(self.by) and self._clock.monotonic() - self._since >= self.patience_s

    def hear(self, by: str, address: str) -> None:
        """What the register says at each word of this node. Said in the log once."""
        if by and not self.by:
            self._since = self._clock.monotonic()
        self.by = by
        if self.lasts and not self._is_said:
            _log.error("cluster.replaced", by=by, address=address)
        self._is_said = self.lasts

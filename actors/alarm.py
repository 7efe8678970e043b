"""A timer of an actor. It does not call the actor but sends it a message, so that a discarded activation's
timer finds its successor, or makes one.
"""

import structlog

from actors.runtime import Ref
from fittrack.kit.clock import Clock, Timer
from fittrack.kit.problems import Busy

log = structlog.get_logger(__name__)


class Alarm:
    """Tells `ref` a message once, when it rings."""

    __slots__ = ("_clock", "_message", "_ref", "_timer")

    def __init__(self, clock: Clock, ref: Ref, message: object) -> None:
        self._clock = clock
        self._ref = ref
        self._message = message
        self._timer: Timer | None = None

    @property
    def is_set(self) -> bool:
        """Whether it will ring."""
        return self._timer is not None

    def set(self, seconds: float) -> None:
        """Ring after so many seconds, and not when it was to ring before."""
        self.cancel()
        self._timer = self._clock.call_later(seconds, self._ring)

    def cancel(self) -> None:
        """Do not ring."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        try:
            self._ref.tell(self._message)
        except Busy:  # a full mailbox, or the end of the node
            log.info("alarm.lost", actor=repr(self._ref), message=type(self._message).__name__)

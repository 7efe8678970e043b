"""A clock that goes through weeks in seconds."""

from datetime import datetime

from fittrack.kit.clock import VirtualClock, whole_milliseconds


class LeapingClock(VirtualClock):
    """Leaps from one moment to the next; what was due in between is not done.

    Countdowns would ring ten thousands of times for nobody. What the clock does to drawings is left to
    the caller (`NodeJobs.tend_drawings`).
    """

    def leap_to(self, instant: datetime) -> None:
        """It is `instant` now; a past one is a mistake of the caller."""
        seconds = (instant - self.now()).total_seconds()
        assert seconds >= 0, "time does not go back"
        self._monotonic += seconds
        self._now = whole_milliseconds(instant)

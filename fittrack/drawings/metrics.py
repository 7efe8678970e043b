"""What sales and draws came to on a node. Plain numbers, to be read by an exporter."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from actors.runtime import StaleActivation
from fittrack.drawings.promised_beacon import BeaconPending
from fittrack.kit.clock import Clock
from fittrack.kit.histogram import Histogram
from fittrack.kit.problems import Problem

OUTCOMES: Final = ("completed", "waits_for_beacon", "refused", "postponed", "failed")
"""`refused`: it was not the time, or not the state; `postponed`: the database did not take it, or another
activation was quicker, and it is tried again; `failed`: it could not be drawn, for no reason that passes."""

SECONDS_BUCKETS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds: a small drawing takes a commit, a million entries some seconds."""


class SaleMetrics:
    """Counted since the start."""

    __slots__ = ("purchases", "refusals", "tickets")

    def __init__(self) -> None:
        self.purchases = 0
        """Purchases that became durable."""
        self.tickets = 0
        """Tickets bought by them."""
        self.refusals: Counter[str] = Counter()
        """Purchases that were not made, by the code of the problem."""

    def sold(self, tickets: int) -> None:
        """Count a purchase."""
        self.purchases += 1
        self.tickets += tickets


class DrawMetrics:
    """Attempts to draw since the start, by outcome; and how long those took that completed."""

    __slots__ = ("outcomes", "seconds")

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.seconds = Histogram(SECONDS_BUCKETS)

    @contextmanager
    def attempt(self, clock: Clock) -> Iterator[None]:
        """Count what comes of what is done meanwhile."""
        began = clock.monotonic()
        outcome = "failed"
        try:
            yield
            outcome = "completed"
            self.seconds.observe(clock.monotonic() - began)
        except BeaconPending:
            outcome = "waits_for_beacon"
            raise
        except StaleActivation:
            outcome = "postponed"
            raise
        except Problem as problem:
            outcome = "postponed" if problem.retryable else "refused"
            raise
        finally:
            self.outcomes[outcome] += 1

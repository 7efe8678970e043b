"""What the runtime counts. Plain numbers, to be read by an exporter."""

from dataclasses import dataclass, field

from fittrack.kit.histogram import Histogram

# Seconds; a turn takes some microseconds, a commit some milliseconds, the watchdog acts at 5 s.
TIME_BOUNDS_S = (0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)


def _histogram() -> Histogram:
    return Histogram(TIME_BOUNDS_S)


@dataclass(slots=True)
class KindMetrics:
    """What happened to the actors of one kind since the start, and how many there are."""

    active: int = 0
    """Actors in memory, or on their way in or out. The only figure here that falls."""
    activations: int = 0
    passivations: int = 0
    turns: int = 0
    crashes: int = 0
    stale: int = 0
    quarantines: int = 0
    abandoned: int = 0
    """Turns, activations and farewells given up by the watchdog."""
    busy: int = 0
    """Messages refused, nothing having happened: mailbox full, quarantine, shutdown."""
    expired: int = 0
    """Messages whose deadline passed before their turn began."""
    turn_time: Histogram = field(default_factory=_histogram)
    """Of turns that had to wait for something, all; of the others a sample (every 16th serving's first)."""
    mailbox_age: Histogram = field(default_factory=_histogram)
    """The age of the oldest waiting message when its actor is served, sampled likewise."""

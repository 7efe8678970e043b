"""What the journal counts, on its event loop, from the writer's reports."""

from dataclasses import dataclass, field

from fittrack.kit.histogram import Histogram

# Upper bounds of the buckets, in seconds.
SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
# The same, in units: the last is as many as one transaction takes.
UNITS_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024)


def _histogram() -> Histogram:
    return Histogram(SECONDS_BUCKETS)


def _sizes() -> Histogram:
    return Histogram(UNITS_BUCKETS)


@dataclass(slots=True)
class JournalMetrics:
    """Counters since the start; `queue_depth` is the last seen."""

    batches: int = 0
    units: int = 0
    jobs: int = 0
    replays: int = 0
    """Batches that could not be written as one because a unit of them failed."""
    stale: int = 0
    refused: int = 0
    not_stored: int = 0
    unknown: int = 0
    queue_depth: int = 0
    batch_seconds: Histogram = field(default_factory=_histogram)
    """From BEGIN to the end of COMMIT."""
    commit_seconds: Histogram = field(default_factory=_histogram)
    """Of COMMIT alone: mostly the disk's."""
    batch_units: Histogram = field(default_factory=_sizes)
    """Units in one transaction."""

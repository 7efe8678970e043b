"""The database: the journal's transactions, queries, connections."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import Metric
from prometheus_client.registry import Collector

from fittrack.db.journal import JournalMetrics
from fittrack.db.reads import Reads
from fittrack.ops.metrics.families import counter, gauge, histogram

_COUNTERS: Final = {
    "batches": "Transactions written.",
    "units": "Units written.",
    "jobs": "Jobs that belong to no actor's log.",
    "replays": "Batches that could not be written as one.",
    "stale": "Units that lost to another author.",
    "refused": "Units that a constraint refused.",
    "not_stored": "Units that the database could not take.",
    "unknown": "Units whose outcome is not known.",
}


class JournalCollector(Collector):
    """Exports the figures of the journal."""

    def __init__(self, journal: JournalMetrics) -> None:
        self._journal = journal

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        figures = self._journal
        for name, text in _COUNTERS.items():
            yield counter(f"fittrack_journal_{name}", text, getattr(figures, name))
        yield gauge("fittrack_journal_queue_depth", "Units and jobs that wait.", figures.queue_depth)
        yield histogram("fittrack_journal_batch_units", "Units in one transaction.", figures.batch_units)
        yield histogram(
            "fittrack_journal_batch_seconds", "From BEGIN to the end of COMMIT.", figures.batch_seconds
        )
        yield histogram("fittrack_journal_commit_seconds", "Of COMMIT alone.", figures.commit_seconds)


class ReadCollector(Collector):
    """Exports the figures of queries and of the connections that they use."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        figures, pool = self._reads.metrics, self._reads.pool
        yield gauge(
            "fittrack_database_reads_running", "Queries under way or waiting for a thread.", figures.running
        )
        yield gauge(
            "fittrack_database_read_threads", "Queries that run at the same time.", self._reads.threads
        )
        yield counter(
            "fittrack_database_reads_refused",
            "Queries refused: too many waited, or the database did not answer.",
            figures.refused,
        )
        yield histogram(
            "fittrack_database_read_seconds",
            "Duration of queries, the wait for a thread included.",
            figures.seconds,
        )
        yield gauge("fittrack_database_pool_open", "Connections of the pool that are open.", pool.open)
        yield gauge("fittrack_database_pool_busy", "Connections of the pool in use.", pool.busy)
        yield gauge("fittrack_database_pool_max", "Connections that the pool may have.", pool.most)

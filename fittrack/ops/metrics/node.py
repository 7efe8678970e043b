"""The node itself: what it is, and its jobs."""

from collections.abc import Callable, Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from fittrack.jobs.record import OUTCOMES, JobRecord
from fittrack.kit.clock_watch import ClockWatch
from fittrack.ops.metrics.families import gauge


class NodeCollector(Collector):
    """Exports which process answers. `worker`: its number among those that share a port."""

    def __init__(self, name: str, version: str, worker: Callable[[], int | None]) -> None:
        self._name, self._version, self._worker = name, version, worker

    def collect(self) -> Iterator[Metric]:
        """What it is."""
        worker = self._worker()
        yield InfoMetricFamily(
            "fittrack_node",
            "The process that answers.",
            {
                "node": self._name,
                "version": self._version,
                "worker": "" if worker is None else str(worker),
            },
        )


class ClockCollector(Collector):
    """Exports how far the node's clock is off others', and what follows from that."""

    def __init__(self, watch: ClockWatch) -> None:
        self._watch = watch

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        offsets = GaugeMetricFamily(
            "fittrack_clock_offset_seconds", "By how much this node's clock is ahead.", labels=["of"]
        )
        for other, offset_s in self._watch.offsets_s.items():
            offsets.add_metric([other], offset_s)
        yield offsets
        yield gauge("fittrack_clock_off", "1 while nothing is decided by it.", self._watch.is_off)


class JobCollector(Collector):
    """Exports what rounds of jobs came to."""

    def __init__(self, record: JobRecord) -> None:
        self._record = record

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        record = self._record
        rounds = CounterMetricFamily(
            "fittrack_job_rounds", "Rounds of jobs on this node.", labels=["name", "outcome"]
        )
        done_at = GaugeMetricFamily(
            "fittrack_job_done_timestamp_seconds", "When a job's last round was done.", labels=["name"]
        )
        for job in sorted(record.names):
            for outcome in OUTCOMES:
                rounds.add_metric([job, outcome], record.rounds[job, outcome])
            if job in record.done_at:
                done_at.add_metric([job], record.done_at[job])
        yield rounds
        yield done_at

"""The cluster: Redis, membership, what nodes ask each other."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import Metric
from prometheus_client.registry import Collector

from fittrack.cluster.cluster import Cluster
from fittrack.ops.metrics.families import counter, gauge

_COUNTERS: Final = {
    "asked": "Messages for actors on other nodes.",
    "served": "Messages of other nodes for actors here.",
    "astray": "Messages that did not find their actor at first.",
    "unknown": "Messages whose way or answer was lost with Redis.",
    "untold": "Messages without an answer that got to no actor.",
}


class ClusterCollector(Collector):
    """Exports what goes on between this node and the others."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        cluster, figures = self._cluster, self._cluster.exchange.metrics
        yield gauge("fittrack_cluster_nodes", "Nodes that this one knows of.", len(cluster.nodes))
        yield gauge(
            "fittrack_cluster_member", "1 while the register names this node.", cluster.membership.is_there
        )
        yield gauge("fittrack_cluster_lease", "1 while nobody can have missed it.", cluster.holds_lease)
        yield gauge(
            "fittrack_cluster_settings_differ",
            "Nodes whose settings differ from this one's.",
            cluster.settings.others,
        )
        yield gauge(
            "fittrack_redis_link_up", "1 while this node hears others and they it.", cluster.is_linked
        )
        yield gauge(
            "fittrack_redis_link_silent_seconds",
            "Since the node last heard itself through Redis.",
            cluster.silent_for_s,
        )
        for name, text in _COUNTERS.items():
            yield counter(f"fittrack_cluster_{name}", text, getattr(figures, name))
        yield counter(
            "fittrack_cluster_dropped",
            "Publications that Redis did not take; they are found by position.",
            cluster.dropped,
        )
        yield counter(
            "fittrack_cluster_unreadable",
            "What another version said that this one does not understand.",
            cluster.unreadable,
        )
        yield counter(
            "fittrack_cluster_link_lost", "Connections to Redis that were lost.", cluster.link_losses
        )

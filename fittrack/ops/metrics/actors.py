"""Actors: how many there are, what became of their messages, how long turns take."""

from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from actors.runtime import KindMetrics
from fittrack.ops.metrics.families import histograms

_COUNTERS: Final = {
    "activations": "Actors that came into memory.",
    "passivations": "Actors that left memory in good order.",
    "turns": "Messages that got their turn.",
    "crashes": "Activations discarded because of an unexpected error.",
    "stale": "Activations discarded because another one wrote.",
    "quarantines": "Actors that crashed too often and rest.",
    "abandoned": "Turns given up by the watchdog.",
    "busy": "Messages refused, nothing having happened.",
    "expired": "Messages whose deadline passed before their turn.",
}


class ActorCollector(Collector):
    """Exports the figures of all kinds of actors."""

    def __init__(self, actors: Mapping[str, KindMetrics]) -> None:
        self._actors = actors

    def collect(self) -> Iterator[Metric]:
        """The figures as of now."""
        active = GaugeMetricFamily("fittrack_actors", "Actors in memory.", labels=["kind"])
        for kind, figures in self._actors.items():
            active.add_metric([kind], figures.active)
        yield active
        for name, text in _COUNTERS.items():
            family = CounterMetricFamily(f"fittrack_actor_{name}", text, labels=["kind"])
            for kind, figures in self._actors.items():
                family.add_metric([kind], getattr(figures, name))
            yield family
        yield histograms(
            "fittrack_actor_turn_seconds",
            "Duration of turns (sampled).",
            ["kind"],
            {(kind,): figures.turn_time for kind, figures in self._actors.items()},
        )
        yield histograms(
            "fittrack_actor_mailbox_age_seconds",
            "Age of the oldest message when its actor is served (sampled).",
            ["kind"],
            {(kind,): figures.mailbox_age for kind, figures in self._actors.items()},
        )

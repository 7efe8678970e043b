"""Families of samples, made of what was counted."""

from collections.abc import Iterable, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from fittrack.kit.histogram import Histogram


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """One figure of now."""
    return GaugeMetricFamily(name, text, value=value)


def counter(name: str, text: str, value: float) -> CounterMetricFamily:
    """One figure that only grows; its samples end in `_total`."""
    return CounterMetricFamily(name, text, value=value)


def counters(
    name: str, text: str, label: str, counts: Mapping[str, float], always: Iterable[str] = ()
) -> CounterMetricFamily:
    """The same by one label. `always`: what stands there before its first, which is a growth then."""
    family = CounterMetricFamily(name, text, labels=[label])
    for value in sorted({*always, *counts}):
        family.add_metric([value], counts.get(value, 0))
    return family


def histogram(name: str, text: str, counted: Histogram) -> HistogramMetricFamily:
    """One distribution."""
    return histograms(name, text, [], {(): counted})


def histograms(
    name: str, text: str, labels: list[str], counted: Mapping[tuple[str, ...], Histogram]
) -> HistogramMetricFamily:
    """The same by labels."""
    family = HistogramMetricFamily(name, text, labels=labels)
    for values, each in counted.items():
        family.add_metric(values, list(each.cumulative()), each.total)
    return family

"""What nodes export, as Prometheus reads it."""

from collections.abc import Mapping
from typing import Any

from aiohttp.test_utils import TestClient
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
"""Under which names a family's samples are stored, by its type; of others under the family's own."""


class Exported:
    """One answer of `/metrics`."""

    def __init__(self, text: str) -> None:
        self.families: Mapping[str, Metric] = {
            f"{family.name}_total" if family.type == "counter" else family.name: family
            for family in text_string_to_metric_families(text)
        }
        """By the name under which one finds them; of counters that is with `_total`."""

    def value(self, name: str, **labels: str) -> float:
        """The sum of all samples of that name with these labels."""
        return sum(
            sample.value
            for family in self.families.values()
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def labels(self, family: str) -> set[str]:
        """The labels of a family's samples, without those that Prometheus makes of histograms."""
        return {label for sample in self.families[family].samples for label in sample.labels} - {"le"}

    @property
    def series(self) -> set[tuple[str, frozenset[tuple[str, str]]]]:
        """What Prometheus keeps a history of."""
        return {
            (sample.name, frozenset(sample.labels.items()))
            for family in self.families.values()
            for sample in family.samples
        }

    @property
    def stored_names(self) -> set[str]:
        """The names that queries may ask for."""
        return {
            name if family.type == "counter" else f"{name}{suffix}"
            for name, family in self.families.items()
            for suffix in ("", *SUFFIXES.get(family.type, ()))
        }


async def exported_by(client: TestClient[Any, Any]) -> Exported:
    """What a node says at its door."""
    async with client.get("/metrics") as response:
        assert response.status == 200
        return Exported(await response.text())

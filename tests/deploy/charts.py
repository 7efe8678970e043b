"""The chart, rendered by Helm's own engine."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import helm_python
import yaml

from tests.docs.pages import ROOT

CHART = ROOT / "deploy/helm/fittrack"

Manifest = dict[str, Any]


class Rendered(NamedTuple):
    """Everything that one set of values makes."""

    manifests: list[Manifest]

    def of(self, kind: str) -> list[Manifest]:
        return [manifest for manifest in self.manifests if manifest["kind"] == kind]

    def the(self, kind: str, name: str = "") -> Manifest:
        """The only one of its kind, or that of this name."""
        (found,) = [each for each in self.of(kind) if name in ("", each["metadata"]["name"])]
        return found


def values_of(*files: str, **more: Any) -> dict[str, Any]:
    """What `--values` of these files, one on top of the other, and then `--set` come to."""
    values: dict[str, Any] = {}
    for file in files:
        values = _merged(values, yaml.safe_load((CHART / f"values-{file}.yaml").read_text("utf-8")))
    return _merged(values, more)


def render(values: Mapping[str, Any]) -> Rendered:
    """What `helm template` prints. Raises HelmError where the chart refuses the values."""
    with helm_python.Chart.load(str(CHART)) as chart:
        chart.validate_schema(dict(values))
        texts = chart.render(dict(values), name="fittrack", namespace="fittrack")
    made = [document for name, text in texts.items() if name.endswith(".yaml") for document in _read(text)]
    return Rendered(made)


def _read(text: str) -> Iterator[Manifest]:
    yield from (document for document in yaml.safe_load_all(text) if document)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        nested = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if nested else value
    return merged

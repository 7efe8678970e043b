"""Queries for Prometheus, as tests read them: which names they ask for, and by which labels."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import promql_parser

from tests.docs.pages import bare, table, text_of

OF_PROMETHEUS = {"up": set[str]()}
"""What Prometheus itself says of each target."""

OF_LIBRARIES = {
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
}
"""What prometheus-client exports of every process (`tests/fittrack/ops/test_metrics.py` looks for it)."""

OF_TARGETS = {"job", "instance"}
"""Labels that each series has of where it was asked for."""

_VARIABLES = {"$__rate_interval": "5m", "$instance": ".*"}
"""What Grafana fills in."""


class Selection(NamedTuple):
    """A name that a query asks for, with the labels that it selects by."""

    name: str
    labels: set[str]


def exported() -> dict[str, set[str]]:
    """Every name that may be asked for, with its labels. The page is what a running node exports, as
    `tests/fittrack/ops/test_metrics.py` finds."""
    names: dict[str, set[str]] = {name: set() for name in OF_LIBRARIES} | OF_PROMETHEUS
    for row in table(text_of("docs/metrics.md"), "metric"):
        name, labels = bare(row["metric"]), set(re.findall(r"`(\w+)`", row["labels"]))
        if row["type"] == "histogram":
            names |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
        else:
            names[name] = labels
    return names


def selections(query: str) -> Iterator[Selection]:
    """What `query` selects. Raises ValueError where it is none."""
    for variable, value in _VARIABLES.items():
        query = query.replace(variable, value)
    found: list[Selection] = []

    def visit(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector) and node.name:
            found.append(Selection(node.name, {matcher.name for matcher in node.matchers.matchers}))

    promql_parser.walk(promql_parser.parse(query), visit)
    return iter(found)


def assert_can_be_answered(query: str, told_by: str) -> None:
    """Fails when the query asks for what no node exports."""
    known = exported()
    asked = list(selections(query))
    assert asked, f"{told_by} asks for nothing"
    for name, labels in asked:
        assert name in known, f"{told_by} asks for {name}"
        assert labels <= known[name] | OF_TARGETS, f"{told_by} asks for {name} by {labels}"

"""Spans of both nodes make one tree for one request, as a collector of OpenTelemetry receives them."""

from pathlib import Path

from tests.cluster.nodes import two_nodes
from tests.collector import Collector, Seen, a_collector
from tests.players import Rest
from tests.stage import Stage, eventually

PHONE = "00f067aa0ba902b7"
"""The span of the phone, from which its request comes."""

TRACES = [f"{number:032x}" for number in range(0xABC001, 0xABC015)]
"""One for each of twenty players, about half of whom are at the other node."""


async def test_one_request_is_one_tree_over_two_nodes(stage: Stage, tmp_path: Path) -> None:
    async with a_collector() as collector:
        told = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
        async with two_nodes(stage, tmp_path, **told) as (one, _), Rest(one) as rest:
            path = f"/drawings/{stage.world.drawing_id}/tickets"
            for trace, member in zip(TRACES, stage.world.players, strict=False):
                parent = f"00-{trace}-{PHONE}-01"
                status, _ = await rest.call(
                    "POST", path, {"quantity": 1}, token=member.token, traceparent=parent
                )
                assert status == 201
            for trace in TRACES:
                await eventually(lambda t=trace: _is_whole(collector, t), "the tree")
        trees = [collector.of_trace(trace) for trace in TRACES]
        assert any(len({span.process for span in tree}) == 2 for tree in trees), "actors of both nodes"
        for tree in trees:
            _assert_grown(tree)
        batches = [span for span in collector.spans if span.name == "journal batch"]
        turns = {span.id for tree in trees for span in tree if span.name.startswith("drawing ")}
        assert turns & {link for batch in batches for link in batch.links}, "a batch is linked to its turns"


def _is_whole(collector: Collector, trace: str) -> bool:
    names = {span.name for span in collector.of_trace(trace)}
    return {"POST /api/v1/drawings/{id}/tickets", "user Intention", "drawing Offer"} <= names


def _assert_grown(tree: list[Seen]) -> None:
    """From the phone's span everything grew."""
    known = {span.id for span in tree} | {PHONE}
    assert all(span.parent in known for span in tree)
    assert [span.name for span in tree if span.parent == PHONE] == ["POST /api/v1/drawings/{id}/tickets"]
    by_name = {span.name: span for span in tree}
    by_id = {span.id: span for span in tree}
    above, names = by_name["drawing Offer"], list[str]()
    while above.parent != PHONE:
        above = by_id[above.parent]
        names.append(above.name)
    assert [name for name in names if not name.startswith("ask ")] == [
        "user Intention",
        "POST /api/v1/drawings/{id}/tickets",
    ]
    assert not any(span.error for span in tree)

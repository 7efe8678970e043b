"""One trace id in the logs of both nodes, for what one request or one command of a player causes."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.cluster.nodes import two_nodes
from tests.players import Rest
from tests.server import Server
from tests.stage import Stage, eventually
from tests.wire import wired

TRACES = [f"{number:032x}" for number in range(0xABC001, 0xABC015)]
"""One for each of twenty players, about half of whom are at the other node."""


def lines_of(server: Server, trace: str) -> list[dict[str, Any]]:
    """What a node logged on behalf of that trace."""
    said = (json.loads(line) for line in server.log().splitlines() if line.startswith("{"))
    return [line for line in said if line.get("trace_id") == trace]


def turns(server: Server, trace: str) -> list[str]:
    """The actors that took turns for it there, by kind."""
    return [line["kind"] for line in lines_of(server, trace) if line["event"] == "actor.turn"]


async def test_a_request_is_told_by_one_trace_on_whatever_node_its_actors_are(
    stage: Stage, tmp_path: Path
) -> None:
    drawing_id = stage.world.drawing_id
    async with two_nodes(stage, tmp_path, LOG_LEVEL="DEBUG") as (one, other), Rest(one) as rest:
        for trace, member in zip(TRACES, stage.world.players, strict=False):
            body, parent = {"quantity": 1}, f"00-{trace}-00f067aa0ba902b7-01"
            path = f"/drawings/{drawing_id}/tickets"
            status, _ = await rest.call("POST", path, body, token=member.token, traceparent=parent)
            assert status == 201
        for trace in TRACES:

            def told_by_all(trace: str = trace) -> bool:
                edge = [line for line in lines_of(one, trace) if line["event"] == "request.served"]
                return len(edge) == 1 and {"user", "drawing"} <= {*turns(one, trace), *turns(other, trace)}

            await eventually(told_by_all, "the lines of that trace")
        assert any(turns(other, trace) for trace in TRACES), "somebody's actor was elsewhere"


async def test_a_command_over_a_websocket_has_a_trace_of_its_own_on_both_nodes(
    stage: Stage, tmp_path: Path
) -> None:
    async with two_nodes(stage, tmp_path, LOG_LEVEL="DEBUG") as (one, other):
        for member in stage.world.players[: len(TRACES)]:
            async with wired(one, member.token) as wire:
                for number in range(2):
                    d = {"drawing_id": str(stage.world.drawing_id), "quantity": 1}
                    await wire.send({"t": "tickets.buy", "id": number, "key": str(uuid4()), "d": d})
                    await wire.answers([number])

        def received() -> list[str]:
            said = (json.loads(line) for line in one.log().splitlines() if line.startswith("{"))
            return [line["trace_id"] for line in said if line["event"] == "command.received"]

        await eventually(lambda: len(received()) == 2 * len(TRACES), "every command")
        traces = received()
        assert len(set(traces)) == len(traces)
        for trace in traces:
            await eventually(
                lambda trace=trace: {"user", "drawing"} <= {*turns(one, trace), *turns(other, trace)},
                "its turns",
            )
        assert any(turns(other, trace) for trace in traces), "somebody's actor was elsewhere"

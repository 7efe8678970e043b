"""What is revoked at one node ends at all of them within a second: by the publication, or by one look into
the database, which each node takes every second."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from fittrack.app import Node, jobs
from fittrack.sessions.watch import POLL_EVERY_S
from protocol.close_codes import CloseCode
from tests.cluster.nodes import two_nodes_here
from tests.players import Rest
from tests.redis_server import RedisServer, redis_server
from tests.stage import Stage, eventually
from tests.wire import Wire, wired

AN_HOUR_S = 3_600.0


@pytest.fixture(autouse=True)
def no_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes do not look into the database by themselves."""
    monkeypatch.setattr(jobs, "POLL_EVERY_S", AN_HOUR_S)


async def _is_closed(wire: Wire) -> bool:
    while await wire.read():
        pass
    return wire.close_code == CloseCode.REVOKED


async def _is_let_in(rest: Rest, token: str) -> bool:
    status, _ = await rest.call("GET", "/users/me/sessions", token=token)
    assert status in (200, 401)
    return status == 200


class Doors(NamedTuple):
    """A player at two nodes: a door at each, and a socket at the other."""

    token: str
    redis: RedisServer
    one: Node
    other: Node
    near: Rest
    far: Rest
    wire: Wire

    async def end_all(self) -> None:
        """All sessions, at the one node."""
        assert (await self.near.call("POST", "/auth/logout-all", token=self.token))[0] == 204


@asynccontextmanager
async def a_player_at_two_nodes(stage: Stage, folder: Path) -> AsyncIterator[Doors]:
    token = stage.world.players[0].token
    with redis_server(folder) as redis:
        async with (
            two_nodes_here(stage, redis) as (one, at_one, other, at_other),
            Rest(at_one) as near,
            Rest(at_other) as far,
            wired(at_other, token) as wire,
        ):
            assert await _is_let_in(far, token)
            yield Doors(token, redis, one, other, near, far, wire)


async def test_a_session_that_ends_is_ended_everywhere_by_the_publication_alone(
    stage: Stage, tmp_path: Path
) -> None:
    async with a_player_at_two_nodes(stage, tmp_path) as doors:
        await doors.end_all()
        assert await _is_closed(doors.wire)
        assert not await _is_let_in(doors.far, doors.token)


async def test_while_redis_is_gone_one_look_into_the_database_ends_it_and_one_is_made_each_second(
    stage: Stage, tmp_path: Path
) -> None:
    async with a_player_at_two_nodes(stage, tmp_path) as doors:
        doors.redis.kill()
        for node in (doors.one, doors.other):
            assert node.links.cluster is not None
            await eventually(lambda c=node.links.cluster: not c.is_linked, "the loss")
        await doors.end_all()
        assert await _is_let_in(doors.far, doors.token), "nobody told this node"
        await doors.other.actors.watch.poll()
        assert await _is_closed(doors.wire)
        assert not await _is_let_in(doors.far, doors.token)
    assert POLL_EVERY_S <= 1.0

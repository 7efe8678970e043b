"""Two nodes on one database: nothing is refreshed twice, asked twice or told twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from fittrack.accounts.passwords import Passwords
from fittrack.app import Node
from fittrack.connections.syncing import LEASE
from tests.fittrack.connections.conftest import TrackerHouse
from tests.rest_house import Person
from tests.world import no_fatal

PLAYERS = 6


@pytest.fixture
async def other(house: TrackerHouse) -> AsyncIterator[Node]:
    """Another node: journal, actors and connections of its own."""
    node = Node(
        house.rest.inner.node.settings,
        on_fatal=no_fatal,
        clock=house.clock,
        passwords=Passwords(memory_kib=8, passes=1, threads=1),
    )
    yield node
    await node.close()


async def steps_of(house: TrackerHouse, person: Person) -> list[float]:
    """As they are stored, by whichever node."""
    return [each["metrics"]["steps"] for each in await house.activities(person)]


async def test_two_nodes_share_the_work_and_refresh_each_rotated_token_once(house: TrackerHouse, other: Node):
    people = [await house.connected(f"player{number}") for number in range(PLAYERS)]
    house.google.rotates = True
    await house.sync()
    for _, body in people:
        body.walk(house.today, 2_000)
    await house.clock.advance(timedelta(hours=1).total_seconds())
    asked = len(house.google.requests)
    await asyncio.gather(house.rest.inner.node.jobs.sync_trackers(), other.jobs.sync_trackers())
    assert house.google.refreshes == PLAYERS
    assert len(house.google.requests) == asked + 3 * PLAYERS
    for person, _ in people:
        connection = await house.connection(person)
        assert (connection["sync_status"], connection["sync_error"]) == ("idle", None)
        assert await steps_of(house, person) == [2_000]


async def test_a_node_that_was_paused_past_its_claim_refreshes_nothing(house: TrackerHouse, other: Node):
    joe, body = await house.connected()
    body.walk(house.today, 2_000)
    house.google.rotates = True
    house.google.expire_access()
    house.google.answers.clear()
    house.google.asked.clear()
    paused = asyncio.ensure_future(house.rest.inner.node.jobs.sync_trackers())
    await house.google.asked.wait()
    # It hears that its token is no longer good only when another node has long taken over.
    await house.clock.advance(LEASE.total_seconds())
    house.google.answers.set()
    await paused
    assert house.google.refreshes == 0
    await other.jobs.sync_trackers()
    assert house.google.refreshes == 1
    assert (await house.connection(joe))["sync_status"] == "idle"
    assert await steps_of(house, joe) == [2_000]

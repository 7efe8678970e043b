"""Syncs come by themselves, on demand, and once at a time."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from fittrack.connections import sync_queries
from fittrack.connections.sync_queries import Wanted
from fittrack.connections.syncing import LEASE
from fittrack.db.tables.partners import tracker_connections
from fittrack.kit.ids import uuid7
from tests.fittrack.connections.conftest import TrackerHouse, status


async def test_a_sync_comes_every_quarter_of_an_hour_spread_a_little(house: TrackerHouse):
    people = [await house.connected(f"player{number}") for number in range(6)]
    await house.sync()
    due = [(await house.connection(person))["next_sync_at"] for person, _ in people]
    assert len(set(due)) > 1
    before = len(house.google.requests)
    await house.later(minutes=13)
    assert len(house.google.requests) == before
    await house.later(minutes=2)
    assert len(house.google.requests) == before + 3 * len(people)


async def test_a_sync_on_demand_comes_at_once(house: TrackerHouse):
    joe, body = await house.connected()
    await house.sync()
    body.walk(house.today, 4_000)
    assert (await house.call("POST", "/connections/fitbit/sync", token=joe.token))[0] == 202
    await house.sync()
    assert await house.balance(joe) == 40


async def test_who_asks_while_a_sync_runs_gets_another_one(house: TrackerHouse):
    joe, body = await house.connected()
    house.google.answers.clear()
    house.google.asked.clear()
    syncing = asyncio.ensure_future(house.sync())
    await house.google.asked.wait()
    assert await status(house, joe) == "syncing"
    await house.clock.advance(1)
    await house.call("POST", "/connections/fitbit/sync", token=joe.token)
    house.google.answers.set()
    await syncing
    body.walk(house.today, 4_000)
    await house.sync()
    assert await house.balance(joe) == 40


async def test_two_nodes_never_claim_the_same_connection(house: TrackerHouse):
    for number in range(5):
        await house.connected(f"player{number}")
    node, now = house.rest.inner.node, house.clock.now()

    async def claim(limit: int) -> set:
        wanted = Wanted(["fitbit"], uuid7(), now, now + LEASE, limit)
        return {each.connection_id for each in await node.journal.transact(sync_queries.claim_due, wanted)}

    claims = await asyncio.gather(claim(2), claim(2), claim(2), claim(2))
    assert sorted(map(len, claims)) == [0, 1, 2, 2]
    assert len(set().union(*claims)) == 5


async def test_a_claim_runs_out_when_its_node_died(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 4_000)
    node, now = house.rest.inner.node, house.clock.now()
    await node.journal.transact(sync_queries.claim_due, Wanted(["fitbit"], uuid7(), now, now + LEASE, 9))
    await house.sync()
    assert house.google.requests[1:] == [], "it is somebody else's"
    await house.later(seconds=LEASE.total_seconds())
    assert await house.balance(joe) == 40


async def test_who_lost_the_claim_writes_nothing(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 4_000)
    house.google.answers.clear()
    house.google.asked.clear()
    slow = asyncio.ensure_future(house.sync())
    await house.google.asked.wait()
    [connection_id] = await house.rest.inner.node.reads.run(
        lambda conn: list(conn.execute(select(tracker_connections.c.connection_id)).scalars())
    )
    now = house.clock.now() + LEASE
    wanted = Wanted(["fitbit"], uuid7(), now, now + LEASE, 9)
    [other] = await house.rest.inner.node.journal.transact(sync_queries.claim_due, wanted)
    assert other.connection_id == connection_id
    house.google.answers.set()
    await slow
    assert await status(house, joe) == "syncing", "the other one's"


async def test_who_just_connected_is_read_before_a_backlog(house: TrackerHouse):
    for number in range(3):
        await house.connected(f"player{number}")
    await house.sync()
    house.clock.leap_to(house.clock.now() + timedelta(hours=3))
    joe, _ = await house.connected()
    node, now = house.rest.inner.node, house.clock.now()
    wanted = Wanted(["fitbit"], uuid7(), now, now + LEASE, 1)
    [first] = await node.journal.transact(sync_queries.claim_due, wanted)
    assert first.user_id == joe.user_id


async def test_who_waits_for_a_sync_is_read_before_a_backlog(house: TrackerHouse):
    await house.connected()
    eve, _ = await house.connected("eve")
    await house.sync()
    house.clock.leap_to(house.clock.now() + timedelta(hours=3))
    token = await house.rest.sign_in("eve")
    assert (await house.call("POST", "/connections/fitbit/sync", token=token))[0] == 202
    await house.notify("joe-at-google")
    node, now = house.rest.inner.node, house.clock.now()
    wanted = Wanted(["fitbit"], uuid7(), now, now + LEASE, 1)
    [first] = await node.journal.transact(sync_queries.claim_due, wanted)
    assert first.user_id == eve.user_id
    shown = (await house.connection(eve))["next_sync_at"]
    assert shown == (await house.connection(eve))["last_sync_at"], "it has been due since then"

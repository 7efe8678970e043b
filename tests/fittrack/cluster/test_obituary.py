"""The supervisor's word that a worker is dead, in a real Redis: it is about no other one of that name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fittrack.cluster.membership import Membership
from fittrack.cluster.obituary import tell_of_death
from fittrack.kit.clock import SystemClock
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl
from tests.redis_server import RedisServer, redis_server

HOUSE, NAME = "fittrack:house", "here:8000/1"


@asynccontextmanager
async def former_and_successor(redis: RedisServer) -> AsyncIterator[tuple[Membership, Membership]]:
    """Two nodes at the same address, the second in the first one's place."""
    async with redis_client(RedisUrl.parse(redis.url)) as client:
        former, successor = (
            Membership(client, SystemClock(), namespace=HOUSE, node=node) for node in ("former", "successor")
        )
        assert await former.join(NAME) and await successor.join(NAME)
        await former.refreshed()
        assert successor.is_there and not former.is_there
        yield former, successor


async def test_the_death_of_a_worker_takes_nothing_from_the_one_in_its_place(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        async with former_and_successor(redis) as (_, successor):
            before = successor.view
            assert await tell_of_death(redis.url, HOUSE, "former")
            await successor.refreshed()
            assert successor.is_there and successor.view == before, "nothing moves"


async def test_the_death_of_a_successor_gives_the_former_its_place_again(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        async with former_and_successor(redis) as (former, _):
            assert await tell_of_death(redis.url, HOUSE, "successor")
            await former.refreshed()
            assert former.is_there


async def test_a_death_that_redis_does_not_take_is_no_failure(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        redis.call("SET", f"{{{HOUSE}}}:ends", "of another program")
        assert not await tell_of_death(redis.url, HOUSE, "former")
    assert not await tell_of_death(redis.url, HOUSE, "former"), "nor one that is gone"

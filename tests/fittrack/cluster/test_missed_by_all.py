"""A Redis that keeps its register and takes no word for longer than a node lives: nobody takes all over."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fittrack.cluster.membership import Membership
from fittrack.kit.clock import SystemClock
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl
from tests.redis_server import RedisServer, redis_server
from tests.stage import eventually

HOUSE: Final = "fittrack:house"
LIFE_S: Final = 1.5


@dataclass
class Pair:
    """Two nodes that know each other, in a register that is old, and speak when the test has them do so."""

    redis: RedisServer
    one: Membership
    other: Membership

    async def missed(self) -> None:
        """Wait until neither has said anything for so long that it would be missed."""
        await eventually(self._are_missed, "the end of both leases")

    def registered(self) -> int:
        return int(self.redis.call("ZCARD", f"{{{HOUSE}}}:ends"))

    async def _are_missed(self) -> bool:
        await self.one.refreshed()
        await self.other.refreshed()
        seconds, _ = self.redis.call("TIME").split()
        late = self.redis.call("ZCOUNT", f"{{{HOUSE}}}:ends", "-inf", str(int(seconds) * 1000))
        return int(late) == 2 and not self.one.holds_lease and not self.other.holds_lease


@asynccontextmanager
async def a_pair(folder: Path) -> AsyncIterator[Pair]:
    with redis_server(folder) as redis:
        async with redis_client(RedisUrl.parse(redis.url)) as client:
            one, other = (
                Membership(client, SystemClock(), namespace=HOUSE, node=node, life_s=LIFE_S)
                for node in ("one", "other")
            )
            pair = Pair(redis, one, other)
            assert await one.join("here:8000/1") and await other.join("here:8000/2")
            redis.call("HSET", f"{{{HOUSE}}}:state", "born", "0")
            await eventually(lambda: knows_both(one), "each other")
            yield pair


async def knows_both(member: Membership) -> bool:
    await member.refreshed()
    return member.view.nodes == ("one", "other")


async def test_who_is_heard_first_again_waits_for_those_whom_nobody_could_hear_either(tmp_path: Path) -> None:
    async with a_pair(tmp_path) as pair:
        pair.redis.call("REPLICAOF", "127.0.0.1", "1")
        await pair.missed()
        pair.redis.call("REPLICAOF", "NO", "ONE")
        await pair.one.refreshed()
        assert pair.one.holds_lease and pair.one.view.nodes == ("one", "other")
        await pair.other.refreshed()
        assert pair.other.view.nodes == ("one", "other") and await knows_both(pair.one)
        await pair.other.depart()
        await pair.one.refreshed()
        assert pair.one.view.nodes == ("one",), "who was heard again and goes is not waited for"


async def test_who_does_not_come_back_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    async with a_pair(tmp_path) as pair:
        pair.redis.call("REPLICAOF", "127.0.0.1", "1")
        await pair.missed()
        pair.redis.call("REPLICAOF", "NO", "ONE")
        await pair.one.refreshed()
        assert pair.one.view.nodes == ("one", "other")

        async def is_alone() -> bool:
            await pair.one.refreshed()
            return pair.one.view.nodes == ("one",)

        await eventually(is_alone, "the end of its patience")


async def test_a_redis_without_memory_drops_nobody_to_make_room_for_another(tmp_path: Path) -> None:
    async with a_pair(tmp_path) as pair:
        pair.redis.call("CONFIG", "SET", "maxmemory", "1")
        await pair.missed()
        await pair.one.refreshed()
        assert pair.registered() == 2 and not pair.one.holds_lease
        pair.redis.call("CONFIG", "SET", "maxmemory", "0")
        await pair.other.refreshed()
        assert pair.other.holds_lease and pair.other.view.nodes == ("one", "other")


async def test_who_goes_is_not_waited_for_where_the_clock_of_redis_was_set_back(tmp_path: Path) -> None:
    async with a_pair(tmp_path) as pair:
        seconds, _ = pair.redis.call("TIME").split()
        pair.redis.call("HSET", f"{{{HOUSE}}}:state", "born", str((int(seconds) + 3600) * 1000))
        await pair.other.depart()
        await pair.one.refreshed()
        assert pair.one.view.nodes == ("one",)

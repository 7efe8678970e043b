"""What becomes of messages between nodes while Redis is gone, slow or empty: an honest answer, soon."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from msgspec import Struct

from actors.runtime import Actor, ActorKind, Registry
from fittrack.cluster.cluster import Cluster
from fittrack.cluster.obituary import tell_of_death
from fittrack.kit.clock import SystemClock
from fittrack.kit.problems import Busy, OutcomeUnknown
from fittrack.kit.travel import Register
from tests.faulty_proxy import FaultyProxy, faulty_proxy
from tests.redis_server import RedisServer, redis_server
from tests.stage import eventually

NAMESPACE: Final = "fittrack:asking"
KIND: Final = "echo"
LONG_LIFE_S: Final = 60.0


class Say(Struct, frozen=True):
    """Answer with the same, once the gate is open."""

    word: str


class Echo(Actor):
    """Counts what it was told."""

    __slots__ = ("_node",)

    def __init__(self, node: "House") -> None:
        self._node = node

    async def receive(self, message: Say) -> Say:
        self._node.heard.append(message.word)
        await self._node.gate.wait()
        return message


class House:
    """A node with actors that echo."""

    def __init__(self, url: str, life_s: float) -> None:
        clock = SystemClock()
        self.cluster = Cluster(url, Register([Say], {}), clock, namespace=NAMESPACE, life_s=life_s)
        self.registry = Registry(clock, placement=self.cluster.placement)
        self.registry.register(ActorKind(name=KIND, factory=lambda _: Echo(self)))
        self.heard: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    def of(self, other: "House") -> str:
        """The id of an actor that runs at the other one, as this one sees it."""
        wanted = None if other is self else self.cluster.exchange.peer(other.cluster.node)
        ids = (f"actor-{number}" for number in range(10_000))
        return next(each for each in ids if self.cluster.placement.locate(KIND, each) is wanted)

    async def ask(self, entity: str, word: str) -> Say:
        answer: Say = await self.registry.ref(KIND, entity).ask(Say(word))
        return answer

    async def is_answered(self, entity: str) -> None:
        """Ask until there is an answer."""

        async def answered() -> bool:
            try:
                return await self.ask(entity, "again") == Say("again")
            except (Busy, OutcomeUnknown):
                return False

        await eventually(answered, "an answer")


@dataclass
class Town:
    """Two nodes; each reaches Redis through a proxy of its own."""

    redis: RedisServer
    one: House
    other: House
    ways: tuple[FaultyProxy, FaultyProxy]

    def grow_old(self) -> None:
        """The register says that it is old."""
        self.redis.call("HSET", f"{{{NAMESPACE}}}:state", "born", "0")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with _a_town(tmp_path) as town:
        yield town


@asynccontextmanager
async def _a_town(folder: Path, life_s: float = 10.0) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(redis_server(folder))
        ways = [await stack.enter_async_context(faulty_proxy(redis.port)) for _ in range(2)]
        one, other = (House(f"redis://127.0.0.1:{way.port}", life_s) for way in ways)
        for house, name in ((one, "one"), (other, "other")):
            await house.cluster.start(house.registry, name)
            stack.push_async_callback(house.cluster.stop)
            stack.push_async_callback(house.registry.stop, 5.0)
        for house in (one, other):
            await eventually(lambda h=house: len(h.cluster.nodes) == 2, "the other one")
        yield Town(redis, one, other, (ways[0], ways[1]))


async def test_actors_of_ones_own_answer_while_redis_is_gone_and_others_are_busy(town: Town) -> None:
    far, near = town.one.of(town.other), town.one.of(town.one)
    assert await town.one.ask(far, "before") == Say("before")
    await town.one.cluster.check()
    town.redis.kill()
    await eventually(lambda: not town.one.cluster._link.is_up, "the loss")
    assert await town.one.ask(near, "here") == Say("here")
    with pytest.raises(Busy):
        await town.one.ask(far, "there")
    with pytest.raises(Busy):
        await town.one.cluster.check()
    assert town.other.heard == ["before"], "busy: nothing happened"
    town.redis.start()
    await town.one.is_answered(far)
    await town.one.cluster.check()
    assert len(town.one.cluster.nodes) == len(town.other.cluster.nodes) == 2, "nobody forgot anybody"


async def test_who_waits_for_an_answer_when_redis_goes_hears_at_once_that_nobody_knows(town: Town) -> None:
    town.other.gate.clear()
    asked = asyncio.ensure_future(town.one.ask(town.one.of(town.other), "done?"))
    await eventually(lambda: town.other.heard, "the message")
    town.redis.kill()
    with pytest.raises(OutcomeUnknown):
        await asked
    assert town.other.heard == ["done?"], "and that was right: it did happen"
    town.other.gate.set()


async def test_an_answer_that_gets_lost_is_unknown_and_the_way_is_made_anew(town: Town) -> None:
    far = town.one.of(town.other)
    town.other.gate.clear()
    asked = asyncio.ensure_future(town.one.ask(far, "done?"))
    await eventually(lambda: town.other.heard, "the message")
    town.ways[0].forget(to_client=True)
    town.other.gate.set()
    with pytest.raises(OutcomeUnknown):
        await asked
    await town.one.is_answered(far)


async def test_a_slow_way_is_slow_and_nothing_else(town: Town) -> None:
    far = town.one.of(town.other)
    for way in town.ways:
        way.delay_s = 0.1
    answers = await asyncio.gather(*(town.one.ask(far, f"{number}") for number in range(20)))
    assert [answer.word for answer in answers] == [f"{number}" for number in range(20)]
    assert sorted(town.other.heard, key=int) == [f"{number}" for number in range(20)]


async def test_a_node_that_is_said_to_be_dead_is_replaced_at_once_and_comes_back_if_it_is_not(
    tmp_path: Path,
) -> None:
    async with _a_town(tmp_path, life_s=LONG_LIFE_S) as town:
        far, membership = town.one.of(town.other), town.other.cluster.membership
        await membership.stop()  # it says nothing any more, and would be missed in a minute
        # While a register is young, whoever is missing in it may only not have been heard of yet.
        town.grow_old()
        assert await tell_of_death(f"redis://127.0.0.1:{town.redis.port}", NAMESPACE, "other")
        await eventually(lambda: len(town.one.cluster.nodes) == 1, "the departure")
        assert await town.one.ask(far, "mine now") == Say("mine now")
        assert town.one.heard == ["mine now"]
        assert await membership.join("other")
        await eventually(lambda: len(town.one.cluster.nodes) == 2, "the return")

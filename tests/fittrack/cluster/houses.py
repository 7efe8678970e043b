"""Nodes with actors that echo, over a real Redis, each behind a proxy of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec import Struct

from actors.runtime import Actor, ActorKind, Registry
from fittrack.cluster.cluster import Cluster
from fittrack.kit.clock import SystemClock
from fittrack.kit.problems import Busy, OutcomeUnknown
from fittrack.kit.travel import Register
from tests.faulty_proxy import FaultyProxy, faulty_proxy
from tests.redis_server import RedisServer, redis_server
from tests.stage import eventually

NAMESPACE: Final = "fittrack:asking"
KIND: Final = "echo"


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
        register = Register([Say], {})
        self.pack, self.unpack = register.pack, register.unpack
        self.cluster = Cluster(url, register, clock, namespace=NAMESPACE, life_s=life_s)
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

    def tell(self, node: str, entity: str, word: str) -> None:
        """Have `node` told, whoever has the actor."""
        self.cluster.exchange.tell(node, KIND, entity, Say(word), None)

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


@asynccontextmanager
async def a_town(folder: Path, life_s: float = 10.0) -> AsyncIterator[Town]:
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

"""Whether all nodes run with the settings that they should have in common.

Each says its own in Redis, where a word stands for a while, and hears those of the others. A difference is
told and not refused: while a setting is changed, node after node, there is one for minutes.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
import structlog

from fittrack.kit.clock import Clock
from fittrack.pubsub.redis_faults import LOSSES, plainly
from fittrack.pubsub.redis_place import ANSWER_WITHIN_S, Client

COMPARE_EVERY_S: Final = 30.0
"""Seconds between two looks, beside those when somebody comes or goes."""

STANDS_S: Final = 3 * COMPARE_EVERY_S
"""Seconds for which a word stands: of a node that is gone nothing stays."""

Differences = Mapping[str, Mapping[str, str]]
"""By setting, what nodes have that have something else than this one."""

_log = structlog.get_logger(__name__)
_decode: Final = msgspec.json.Decoder(dict[str, str]).decode


class CommonSettings:
    """Compares `own` settings with those of `nodes()`, this one included."""

    def __init__(
        self,
        redis: Client,
        clock: Clock,
        *,
        namespace: str,
        node: str,
        own: Mapping[str, str],
        nodes: Callable[[], Sequence[str]],
    ) -> None:
        self._redis, self._clock = redis, clock
        self._namespace, self._node, self._own, self._nodes = namespace, node, own, nodes
        self._look = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self.differences: Differences = {}

    @property
    def sentence(self) -> str:
        """What differs, by name; empty when nothing does."""
        return f"Other nodes have other settings: {', '.join(self.differences)}" if self.differences else ""

    @property
    def others(self) -> int:
        """How many nodes have another setting than this one."""
        return len({node for theirs in self.differences.values() for node in theirs})

    async def start(self) -> None:
        """Say this node's before it joins, and go on."""
        await self._round()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def look(self) -> None:
        """Somebody came or went."""
        self._look.set()

    async def stop(self) -> None:
        """Say no more."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping:  # a connection that fails while it is cancelled would swallow that
            timer = self._clock.call_later(COMPARE_EVERY_S, self._look.set)
            await self._look.wait()
            timer.cancel()
            self._look.clear()
            await self._round()

    async def _round(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await say(self._redis, self._namespace, self._node, self._own)
                others = [node for node in self._nodes() if node != self._node]
                self._compare(await hear(self._redis, self._namespace, others))
        except LOSSES as error:  # whoever says that the node is there tells of it
            _log.debug("cluster.settings_not_compared", error=plainly(error))
        except Exception:
            _log.exception("cluster.settings_not_compared")

    def _compare(self, heard: Mapping[str, Mapping[str, str]]) -> None:
        before, self.differences = self.differences, differences(self._own, heard)
        if self.differences == before:
            return
        if self.differences:
            here = {name: self._own[name] for name in self.differences}
            _log.error("cluster.settings_differ", here=here, others=self.differences)
        else:
            _log.info("cluster.settings_agree")


def differences(own: Mapping[str, str], heard: Mapping[str, Mapping[str, str]]) -> Differences:
    """In what other nodes differ. What one of two versions does not know is not compared."""
    found: dict[str, dict[str, str]] = {}
    for node, theirs in heard.items():
        for name in own.keys() & theirs.keys():
            if theirs[name] != own[name]:
                found.setdefault(name, {})[node] = theirs[name]
    return dict(sorted(found.items()))


async def say(redis: Client, namespace: str, node: str, settings: Mapping[str, str]) -> None:
    """Let the others hear what `node` runs with. Raises what the loss of Redis raises."""
    await redis.set(_key(namespace, node), msgspec.json.encode(dict(settings)), ex=int(STANDS_S))


async def hear(redis: Client, namespace: str, nodes: Iterable[str]) -> dict[str, dict[str, str]]:
    """What `nodes` run with, those that said it. Raises what the loss of Redis raises."""
    asked = list(nodes)
    words: Any = await redis.mget([_key(namespace, node) for node in asked]) if asked else []
    return {node: _decode(word) for node, word in zip(asked, words, strict=True) if word is not None}


def _key(namespace: str, node: str) -> str:
    return f"{{{namespace}}}:settings:{node}"

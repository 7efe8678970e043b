"""Which nodes count among those that are called: the phones of one that died are elsewhere already."""

from datetime import UTC, datetime
from typing import Final

from fittrack.kit.clock import VirtualClock
from fittrack.ops.roll import SILENT_AFTER_S, TICK_S, Roll
from fittrack.pubsub.memory_broker import MemoryBroker
from fittrack.pubsub.messages import OPS_CALLS, OPS_READINGS, Message, Reading

NOTHING: Final = {name: 0 for name in Reading.__struct_fields__ if name not in ("node", "troubles")}


class Watch:
    """Nodes that answer, those that are in the list, and somebody who calls them once a second."""

    def __init__(self) -> None:
        self.clock, self.broker = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC)), MemoryBroker()
        self.answering, self.listed = {"a", "b"}, {"a", "b"}
        self.roll = Roll(self.broker, self.clock, lambda: self.listed)
        self.broker.subscribe(OPS_CALLS, self._answer)

    async def second(self) -> set[str]:
        """Who counts, after that second."""
        self.roll.call()
        await self.clock.advance(TICK_S)
        return {span.latter.node for span in self.roll.turn()}

    def _answer(self, _: Message) -> None:
        for node in self.answering:
            self.broker.publish(OPS_READINGS, Reading(node=node, troubles={}, **NOTHING))


async def test_who_is_out_of_the_list_and_does_not_answer_counts_no_more() -> None:
    watch = Watch()
    async with watch.roll.heard():
        assert await watch.second() == {"a", "b"}
        watch.answering.remove("b")
        watch.listed.remove("b")
        assert await watch.second() == {"a"}


async def test_who_drains_counts_for_as_long_as_it_answers() -> None:
    watch = Watch()
    async with watch.roll.heard():
        watch.listed.remove("b")
        assert await watch.second() == await watch.second() == {"a", "b"}


async def test_who_is_listed_may_be_late() -> None:
    watch = Watch()
    async with watch.roll.heard():
        await watch.second()
        watch.answering.remove("b")
        for _ in range(int(SILENT_AFTER_S / TICK_S) - 1):
            assert await watch.second() == {"a", "b"}
        assert await watch.second() == {"a"}

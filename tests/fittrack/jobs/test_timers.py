"""Drawings that count down are brought to life, whatever becomes of one of them."""

from pathlib import Path

from actors.runtime import Actor, ActorKind, LocalPlacement, Registry
from fittrack.jobs.timers import wake_open_drawings
from fittrack.kit.clock import SystemClock
from fittrack.kit.problems import Busy
from fittrack.server.asking import DRAWING
from tests.chaos.nodes import running
from tests.stage import set_up
from tests.world import open_drawing


class Contested(Actor):
    """A drawing that another node writes to at the same time."""

    asked: int = 0

    def receive(self, message: object) -> object:
        Contested.asked += 1
        raise Busy("Somebody else changed it at the same time")


async def test_a_drawing_that_cannot_be_woken_stops_neither_the_others_nor_the_start(tmp_path: Path) -> None:
    async with running(await set_up(tmp_path)) as node:
        await open_drawing(node)
        registry = Registry(SystemClock(), placement=LocalPlacement())
        registry.register(ActorKind(name=DRAWING, factory=lambda _: Contested()))
        await wake_open_drawings(node.reads, registry, LocalPlacement())
        assert Contested.asked == 2
        await registry.stop(1.0)

"""What connections cost the garbage collector."""

import gc
from collections.abc import Iterator

import pytest

from fittrack.kit.clock import VirtualClock
from fittrack.server.client import Client
from fittrack.server.gc_waves import WAVE_CONNECTIONS, WaveFreezer
from fittrack.server.lean_connection import LeanConnection
from protocol.session import Session
from tests.fittrack.server.websocket.house import House
from tests.fittrack.server.websocket.product import START


def alive() -> int:
    return sum(isinstance(thing, Client | LeanConnection | Session) for thing in gc.get_objects())


async def test_a_closed_connection_is_freed_without_the_collector(house: House) -> None:
    gc.collect()
    before = alive()
    gc.disable()
    try:
        channel = house.product.open_drawing()
        player = await house.enter()
        await player.ask("sub", ch=channel)
        await player.until("snapshot")
        await player.ask("tickets.buy", {"drawing_id": channel[8:], "quantity": 1}, key=channel[8:])
        assert alive() == before + 3
        await player.socket.close()
        await house.eventually(lambda: alive() == before)
    finally:
        gc.enable()


class Crowd:
    def __init__(self) -> None:
        self.size = 0

    def __len__(self) -> int:
        return self.size


@pytest.fixture
def thresholds() -> Iterator[tuple[int, int, int]]:
    """Python's own, whatever a server that an earlier test left to die made of them."""
    before, own = gc.get_threshold(), (700, 10, 10)
    gc.set_threshold(*own)
    yield own
    gc.set_threshold(*before)


async def test_it_freezes_at_the_start_and_when_a_wave_is_over(thresholds: tuple[int, int, int]) -> None:
    crowd, clock = Crowd(), VirtualClock(START)
    freezer = WaveFreezer(crowd, clock)
    freezer.start()
    try:
        assert gc.get_threshold()[0] > thresholds[0]
        assert freezer.freezes == 1
        for _ in range(4):
            crowd.size += WAVE_CONNECTIONS // 2
            await clock.advance(1)
        assert freezer.freezes == 1
        await clock.advance(5)
        assert freezer.freezes == 2
        crowd.size = 0
        await clock.advance(5)
        assert freezer.freezes == 3
    finally:
        freezer.stop()
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == thresholds

"""The sweep's own timing, with connections that only remember."""

from collections.abc import Sequence

from fittrack.kit.clock import VirtualClock
from fittrack.server.hub import SWEEP_SLOTS
from fittrack.server.pinger import Pinger
from protocol.close_codes import CloseCode
from tests.fittrack.server.websocket.product import START


class Connection:
    def __init__(self) -> None:
        self.waiting_bytes = 0
        self.ticks: list[float] = []
        self.ended: CloseCode | None = None
        self.aborted = False
        self.broken = False

    def tick(self, now: float) -> None:
        self.ticks.append(now)
        if self.broken:
            raise ValueError("broken")

    def end(self, code: CloseCode) -> None:
        self.ended = code

    def abort(self) -> None:
        self.aborted = True


class Slots:
    def __init__(self, connections: Sequence[Connection]) -> None:
        self._connections = connections

    def __len__(self) -> int:
        return len(self._connections)

    def slot(self, number: int, /) -> Sequence[Connection]:
        return self._connections[number::SWEEP_SLOTS]


async def test_every_connection_is_looked_at_once_a_second() -> None:
    connections = [Connection() for _ in range(25)]
    clock = VirtualClock(START)
    Pinger(Slots(connections), clock).start()
    await clock.advance(10.02)
    assert {len(connection.ticks) for connection in connections} == {10}


async def test_without_connections_there_is_one_look_a_second() -> None:
    clock = VirtualClock(START)
    pinger = Pinger(Slots([]), clock)
    pinger.start()
    await clock.advance(10.02)
    assert pinger.lag.count == 10


async def test_a_connection_that_fails_at_its_tick_stops_no_other() -> None:
    connections = [Connection() for _ in range(11)]
    connections[0].broken = True
    clock = VirtualClock(START)
    Pinger(Slots(connections), clock).start()
    await clock.advance(2.02)
    assert connections[0].aborted
    assert [len(connection.ticks) for connection in connections] == [2] * 11


async def test_a_blocked_reader_has_ten_seconds_from_its_last_drained_byte() -> None:
    stuck, slow = Connection(), Connection()
    stuck.waiting_bytes = slow.waiting_bytes = 1000
    clock = VirtualClock(START)
    pinger = Pinger(Slots([]), clock)
    pinger.start()
    pinger.blocked(stuck)
    pinger.blocked(slow)
    await clock.advance(9)
    slow.waiting_bytes = 999
    await clock.advance(2)
    assert (stuck.ended, slow.ended) == (CloseCode.SLOW_READER, None)
    await clock.advance(7)
    assert slow.ended is None
    pinger.unblocked(slow)
    await clock.advance(20)
    assert slow.ended is None


async def test_a_close_that_is_not_answered_is_dropped_after_five_seconds() -> None:
    silent, polite = Connection(), Connection()
    clock = VirtualClock(START)
    pinger = Pinger(Slots([]), clock)
    pinger.start()
    pinger.closing(silent)
    pinger.closing(polite)
    pinger.gone(polite)
    await clock.advance(4)
    assert not silent.aborted
    await clock.advance(2)
    assert silent.aborted
    assert not polite.aborted
    assert pinger.closing_count == 0


async def test_a_stopped_pinger_sweeps_no_more() -> None:
    connection = Connection()
    clock = VirtualClock(START)
    pinger = Pinger(Slots([connection]), clock)
    pinger.start()
    pinger.stop()
    await clock.advance(5)
    assert connection.ticks == []

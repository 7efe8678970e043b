"""How rounds are fetched: one at a time, less and less often, and not in silence."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from actors.runtime import Actor, ActorKind, Registry
from fittrack.drawings.messages import BeaconArrived, WantedBeacon
from fittrack.drawings.promised_beacon import DecidingRound
from fittrack.fairness.beacon import Beacon, Chain
from fittrack.integrations.drand import BeaconUnavailable
from fittrack.jobs.beacons import ALERT_AFTER, FORGOTTEN_AFTER, RETRY_MAX, BeaconFetcher, NoSource
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import DrawingId, uuid7
from fittrack.server.asking import DRAWING
from tests.beacons import OWN_CHAIN, signed

NOON = datetime(2026, 6, 10, 16, tzinfo=UTC)


class Source:
    """Says what it is told to say, when it may."""

    def __init__(self) -> None:
        self.fails_with: Exception | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.asked: list[int] = []

    async def fetch(self, chain: Chain, round_number: int) -> Beacon:
        assert chain is OWN_CHAIN
        self.asked.append(round_number)
        await self.may_answer.wait()
        if self.fails_with is not None:
            raise self.fails_with
        return signed(round_number)


class Desk:
    """A fetcher with drawings that only remember what they are told."""

    def __init__(self) -> None:
        self.clock = VirtualClock(NOON)
        self.registry = Registry(self.clock)
        self.told: list[tuple[UUID, object]] = []
        self.registry.register(ActorKind(name=DRAWING, factory=self._drawing))
        self.source = Source()
        self.fetcher = BeaconFetcher(self.source, self.registry, self.clock)
        self.wanted = self.want_of(DrawingId(uuid7()))

    def want_of(self, drawing_id: DrawingId) -> WantedBeacon:
        number = OWN_CHAIN.round_at_or_after(NOON)
        return WantedBeacon(drawing_id, DecidingRound(OWN_CHAIN, number))

    def _drawing(self, entity_id: UUID) -> Actor:
        told = self.told

        class Drawing(Actor):
            def receive(self, message: object) -> None:
                told.append((entity_id, message))

        return Drawing()

    async def sweep(self, *, seconds: float = 1.0) -> None:
        """The drawing wants its round, every second; each answer comes at once."""
        for _ in range(round(seconds)):
            self.fetcher.want(self.wanted)
            await self.fetcher.settled()
            await self.clock.advance(1)


@pytest.fixture
async def desk() -> Desk:
    return Desk()


async def test_a_drawing_is_told_its_round(desk: Desk) -> None:
    await desk.sweep()
    number = desk.wanted.round.number
    assert desk.told == [(desk.wanted.drawing_id, BeaconArrived(signed(number)))]


async def test_wanting_it_again_meanwhile_changes_nothing(desk: Desk) -> None:
    desk.source.may_answer.clear()
    for _ in range(5):
        desk.fetcher.want(desk.wanted)
        await desk.clock.advance(1)
    desk.source.may_answer.set()
    await desk.fetcher.settled()
    assert len(desk.source.asked) == 1


async def test_drawings_do_not_wait_for_each_other(desk: Desk) -> None:
    wants = [desk.want_of(DrawingId(uuid7())) for _ in range(3)]
    desk.source.may_answer.clear()
    for want in wants:
        desk.fetcher.want(want)
    await desk.clock.advance(0)
    assert len(desk.source.asked) == 3
    desk.source.may_answer.set()
    await desk.fetcher.settled()
    await desk.clock.advance(0)
    assert {drawing_id for drawing_id, _ in desk.told} == {want.drawing_id for want in wants}


async def test_retries_come_less_and_less_often_and_never_end(desk: Desk) -> None:
    desk.source.fails_with = BeaconUnavailable("away")
    at = []
    for second in range(400):
        before = len(desk.source.asked)
        await desk.sweep()
        if len(desk.source.asked) > before:
            at.append(second)
    assert at == [0, 2, 6, 14, 30, 62, 122, 182, 242, 302, 362]
    desk.source.fails_with = None
    await desk.sweep(seconds=RETRY_MAX.total_seconds())
    assert desk.told


async def test_a_drawing_that_could_not_take_its_round_is_told_again_without_a_request(desk: Desk) -> None:
    await desk.sweep(seconds=60)
    assert len(desk.told) == 60
    assert len(desk.source.asked) == 1


async def test_a_week_of_failures_is_no_overflow(desk: Desk) -> None:
    desk.source.fails_with = BeaconUnavailable("away")
    for _ in range(2_000):
        desk.fetcher.want(desk.wanted)
        await desk.fetcher.settled()
        await desk.clock.advance(RETRY_MAX.total_seconds())
    assert len(desk.source.asked) == 2_000


async def test_after_an_hour_it_is_an_error_once_an_hour(desk: Desk) -> None:
    desk.source.fails_with = BeaconUnavailable("away")
    with capture_logs() as logs:
        for _ in range(round(3 * ALERT_AFTER / RETRY_MAX)):
            desk.fetcher.want(desk.wanted)
            await desk.fetcher.settled()
            await desk.clock.advance(RETRY_MAX.total_seconds())
    levels = [entry["log_level"] for entry in logs if entry["event"] == "beacon.unavailable"]
    assert levels.count("error") == 2
    assert set(levels[: round(ALERT_AFTER / RETRY_MAX)]) == {"warning"}


async def test_what_nobody_expected_is_told_whole_and_tried_again(desk: Desk) -> None:
    desk.source.fails_with = RuntimeError("a mistake of ours")
    with capture_logs() as logs:
        await desk.sweep()
    assert [entry["log_level"] for entry in logs] == ["error", "warning"]
    desk.source.fails_with = None
    await desk.sweep(seconds=3)
    assert desk.told


async def test_a_want_that_was_met_in_another_way_is_forgotten(desk: Desk) -> None:
    desk.source.fails_with = BeaconUnavailable("away")
    await desk.sweep(seconds=10)
    await desk.clock.advance((FORGOTTEN_AFTER + timedelta(seconds=1)).total_seconds())
    desk.fetcher.want(desk.want_of(DrawingId(uuid7())))
    await desk.fetcher.settled()
    asked = len(desk.source.asked)
    desk.fetcher.want(desk.wanted)  # and begins anew, without its old delays
    await desk.fetcher.settled()
    assert len(desk.source.asked) == asked + 1


async def test_without_a_source_it_says_what_is_missing() -> None:
    with pytest.raises(BeaconUnavailable, match="DRAND_URL is not set"):
        await NoSource().fetch(OWN_CHAIN, 1)


async def test_stopping_gives_up_what_is_under_way(desk: Desk) -> None:
    desk.source.may_answer.clear()
    desk.fetcher.want(desk.wanted)
    await desk.clock.advance(0)
    await desk.fetcher.stop()
    assert desk.told == []

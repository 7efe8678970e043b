"""Whether a node's clock may decide: by what others say, and by whether it was set."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from fittrack.kit.clock import VirtualClock
from fittrack.kit.clock_watch import AGREES_AGAIN_S, DATABASE, OFF_MAX_S, REDIS, ROUND_TRIP_MAX_S, ClockWatch
from fittrack.kit.problems import Busy

NOON = datetime(2026, 6, 10, 16, 0, tzinfo=UTC)


class SetClock(VirtualClock):
    """A clock that somebody sets."""

    def set(self, by_s: float) -> None:
        self._now += timedelta(seconds=by_s)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def watch(clock: SetClock) -> ClockWatch:
    return ClockWatch(clock)


def hear(watch: ClockWatch, clock: SetClock, ahead_s: float, by: str = REDIS, trip_s: float = 0.0) -> None:
    """Somebody says a time by which this clock is ahead, in the middle of a round trip that ends now."""
    now = clock.monotonic()
    said_s = clock.now().timestamp() - trip_s / 2 - ahead_s
    watch.heard(by, said_s, now - trip_s, now)


@pytest.mark.parametrize("way", [1, -1])
def test_a_clock_that_is_off_by_more_than_a_second_decides_nothing(
    watch: ClockWatch, clock: SetClock, way: int
) -> None:
    hear(watch, clock, way * OFF_MAX_S)
    watch.check()
    hear(watch, clock, way * (OFF_MAX_S + 0.1))
    with pytest.raises(Busy, match=r"1\.1 s (ahead of|behind) Redis's"):
        watch.check()


def test_a_clock_at_the_limit_is_not_off_and_right_in_turns(watch: ClockWatch, clock: SetClock) -> None:
    with capture_logs() as lines:
        for ahead_s in (0.9, 1.1, 0.9, 1.1, 0.6):
            hear(watch, clock, ahead_s)
        assert not watch.may_decide()
        hear(watch, clock, AGREES_AGAIN_S)
    assert watch.may_decide()
    assert [line["event"] for line in lines] == ["clock.off", "clock.agrees_again"]


def test_what_took_long_to_come_is_not_believed(watch: ClockWatch, clock: SetClock) -> None:
    hear(watch, clock, 8, trip_s=ROUND_TRIP_MAX_S + 0.1)
    assert not watch.offsets_s
    hear(watch, clock, 8, trip_s=ROUND_TRIP_MAX_S)
    assert watch.offsets_s == {REDIS: pytest.approx(8, abs=0.001)}


def test_half_of_the_way_is_not_taken_for_a_difference(watch: ClockWatch, clock: SetClock) -> None:
    hear(watch, clock, 0, trip_s=0.8)
    assert watch.offsets_s == {REDIS: pytest.approx(0, abs=0.001)}


async def test_a_clock_that_is_set_is_off_before_anybody_is_asked_again(
    watch: ClockWatch, clock: SetClock
) -> None:
    hear(watch, clock, 0)
    await clock.advance(3_600)
    clock.set(-8)
    with capture_logs() as lines:
        assert not watch.may_decide()
    assert [line["event"] for line in lines] == ["clock.set", "clock.off"]
    clock.set(8)
    assert watch.may_decide()


def test_a_clock_that_nobody_else_has_may_be_set(watch: ClockWatch, clock: SetClock) -> None:
    clock.set(3_600)
    assert watch.may_decide()


def test_the_databases_clock_outranks_that_of_redis(watch: ClockWatch, clock: SetClock) -> None:
    watch.require(DATABASE)
    hear(watch, clock, 8, by=REDIS)
    hear(watch, clock, 0, by=DATABASE)
    assert watch.may_decide()
    hear(watch, clock, 0, by=REDIS)
    hear(watch, clock, -8, by=DATABASE)
    with pytest.raises(Busy, match="behind the database's"):
        watch.check()


def test_nothing_is_decided_before_the_database_said_what_time_it_is(
    watch: ClockWatch, clock: SetClock
) -> None:
    watch.require(DATABASE)
    hear(watch, clock, 0, by=REDIS)
    with pytest.raises(Busy, match="not heard yet what time it is at the database"):
        watch.check()
    hear(watch, clock, 0, by=DATABASE)
    watch.check()

"""Moving windows in a real Redis: one budget for all nodes, and what happens while Redis is gone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Busy
from fittrack.server.shared_windows import HITS_PER_TRIP_MAX, RETRY_AFTER_S, SharedWindows
from fittrack.server.windows import WINDOW_S, MemoryWindows
from tests.redis_server import PATIENCE_S, RedisServer, redis_server
from tests.stage import eventually

NAMESPACE = "fittrack:test"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def lasting_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own, to be mistreated."""
    with redis_server(tmp_path) as server:
        yield server


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


def patient(redis: RedisServer, clock: VirtualClock, namespace: str = NAMESPACE) -> SharedWindows:
    """Windows that wait as long as a busy machine takes."""
    return SharedWindows(
        redis.url,
        clock,
        namespace=namespace,
        answer_within_s=PATIENCE_S,
        now=lambda: clock.now().timestamp(),
    )


@pytest.fixture
async def windows(redis: RedisServer, clock: VirtualClock) -> AsyncIterator[SharedWindows]:
    windows = patient(redis, clock)
    yield windows
    await windows.stop()


# No sum of these steps is a whole minute: at that very instant the two may differ.
@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from([0.0, 0.26, 7.51, 20.13, 59.77, 61.19]))))
async def test_they_judge_as_the_windows_of_one_process_do_while_limits_change(lasting_redis, hits):
    clock = VirtualClock(START)
    shared, own = patient(lasting_redis, clock), MemoryWindows(clock)
    key = uuid7()
    try:
        for limit, step in hits:
            await clock.advance(step)
            found, wanted = await shared.hit("account", key, limit), await own.hit("account", key, limit)
            assert found[:3] == wanted[:3]
            assert found.reset_s == pytest.approx(wanted.reset_s, abs=0.002)
        assert shared.shared
    finally:
        await shared.stop()


async def test_two_nodes_share_one_budget(redis, windows, clock):
    other = patient(redis, clock)
    verdicts = [await each.hit("account", "ada", 4) for each in (windows, other, other, windows, windows)]
    await other.stop()
    assert [verdict.allowed for verdict in verdicts] == [True, True, True, True, False]
    assert [verdict.remaining for verdict in verdicts] == [3, 2, 1, 0, 0]


async def test_nodes_whose_clocks_differ_share_one_budget(redis):
    nodes = [
        SharedWindows(redis.url, clock, namespace=NAMESPACE, answer_within_s=PATIENCE_S)
        for clock in (VirtualClock(START), VirtualClock(START + timedelta(seconds=61)))
    ]
    verdicts = [await node.hit("account", "ada", 4) for node in (*nodes, *nodes, *nodes)]
    for node in nodes:
        assert node.shared
        await node.stop()
    assert [verdict.allowed for verdict in verdicts] == [True, True, True, True, False, False]
    assert all(0 < verdict.reset_s <= WINDOW_S for verdict in verdicts)


async def test_two_deployments_on_one_redis_count_for_themselves(redis, windows, clock):
    other = patient(redis, clock, "fittrack:other")
    verdicts = [await each.hit("account", "ada", 1) for each in (windows, other, windows)]
    await other.stop()
    assert [verdict.allowed for verdict in verdicts] == [True, True, False]


async def test_a_crowd_is_counted_to_the_last(windows):
    crowd = 3 * HITS_PER_TRIP_MAX
    verdicts = await asyncio.gather(*(windows.hit("account", "ada", 100) for _ in range(crowd)))
    assert sum(verdict.allowed for verdict in verdicts) == 100
    assert windows.shared


async def test_a_long_window_costs_redis_no_more_than_a_short_one(redis, windows):
    asked = 1_500
    await asyncio.gather(*(windows.hit("upgrade", "192.0.2.1", 10_000) for _ in range(asked)))
    await windows._redis.config_resetstat()
    await asyncio.gather(*(windows.hit("upgrade", "192.0.2.1", 10_000) for _ in range(asked)))
    calls = {name: stats["calls"] for name, stats in (await windows._redis.info("commandstats")).items()}
    steps = sum(count for name, count in calls.items() if name != "cmdstat_evalsha")
    assert calls["cmdstat_evalsha"] == asked
    assert steps <= 5 * asked


async def test_a_window_that_was_full_is_empty_when_its_minute_is_over(windows, clock):
    await asyncio.gather(*(windows.hit("upgrade", "192.0.2.1", 10_000) for _ in range(300)))
    await clock.advance(60.5)
    assert (await windows.hit("upgrade", "192.0.2.1", 10_000)).remaining == 9_999


async def test_who_left_before_the_verdict_is_no_harm_to_others(windows):
    leaver = asyncio.create_task(windows.hit("account", "ada", 3))
    await asyncio.sleep(0)
    stayer = asyncio.create_task(windows.hit("account", "ada", 3))
    leaver.cancel()
    assert (await stayer).allowed


async def test_without_redis_this_process_counts_and_says_so_once(redis, windows):
    await windows.hit("account", "ada", 2)
    redis.kill()
    with structlog.testing.capture_logs() as logs:
        answers = [(await windows.hit("account", "ada", 2)).allowed for _ in range(3)]
    assert answers == [True, True, False]
    assert not windows.shared
    assert windows.failures == 1
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["rate_limits.redis_lost"]


async def test_it_starts_without_redis(clock):
    windows = SharedWindows("redis://127.0.0.1:1/0", clock, namespace=NAMESPACE)
    assert (await windows.hit("account", "ada", 1)).allowed
    assert not (await windows.hit("account", "ada", 1)).allowed
    await windows.stop()


async def test_when_redis_is_back_it_counts_again(redis, windows, clock):
    redis.kill()
    await windows.hit("account", "ada", 2)
    await clock.advance(2 * RETRY_AFTER_S)
    assert not windows.shared
    redis.start()
    await _come_back(windows, clock)
    other = patient(redis, clock)
    await other.hit("account", "ada", 1)
    await other.stop()
    assert not (await windows.hit("account", "ada", 1)).allowed


async def test_a_redis_that_hangs_keeps_nobody_waiting_for_its_return(redis, clock):
    windows = SharedWindows(redis.url, clock, namespace=NAMESPACE)
    await windows.hit("account", "bob", 9)
    redis.freeze()
    try:
        answers = await asyncio.gather(*(windows.hit("account", "ada", 2) for _ in range(3)))
    finally:
        redis.thaw()
    assert sorted(verdict.allowed for verdict in answers) == [False, True, True]
    await _come_back(windows, clock)
    assert (await windows.hit("account", "eve", 1)).remaining == 0
    await windows.stop()


async def test_a_redis_that_forgot_the_scripts_is_told_them_again(redis, windows, clock):
    await windows.hit("account", "ada", 9)
    redis.kill()
    redis.start()
    windows_after = patient(redis, clock)
    verdicts = [await windows_after.hit("account", "ada", 9) for _ in range(2)]
    await windows_after.stop()
    assert [verdict.remaining for verdict in verdicts] == [8, 7]


async def test_a_redis_that_may_only_be_read_is_as_good_as_none(redis, windows, clock):
    await windows._redis.replicaof("127.0.0.1", "1")
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            assert (await windows.hit("account", "ada", 9)).allowed
            await clock.advance(2 * RETRY_AFTER_S)
            await _refused(windows)
    assert not windows.shared
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["rate_limits.redis_lost"]
    await windows._redis.replicaof("NO", "ONE")
    await _come_back(windows, clock)


async def test_a_check_finds_a_redis_that_may_only_be_read_however_often_one_looks(windows):
    for _ in range(2):
        await windows.check()
    await windows._redis.replicaof("127.0.0.1", "1")
    await _refused(windows)


async def _refused(windows: SharedWindows) -> None:
    """A look of the windows' own, after which the one before is over too."""
    with pytest.raises(Busy):
        await windows.check()


async def test_windows_leave_redis_by_themselves(redis, windows):
    await windows.hit("address", "198.51.100.7", 9)
    lifetimes = [await windows._redis.ttl(key) async for key in windows._redis.scan_iter()]
    assert len(lifetimes) == 1
    assert 0 < lifetimes[0] <= 60


async def _come_back(windows: SharedWindows, clock: VirtualClock) -> None:
    async def look() -> bool:
        await clock.advance(RETRY_AFTER_S)
        return windows.shared

    await eventually(look, "Redis")

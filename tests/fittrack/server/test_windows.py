"""Moving windows: exact, restored as time passes, bounded."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fittrack.kit.clock import VirtualClock
from fittrack.server.windows import WINDOW_S, MemoryWindows

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(
    limit=st.integers(1, 6),
    steps=st.lists(st.sampled_from([0.0, 0.25, 7.5, 20.0, 59.75, 60.0, 61.0]), max_size=40),
)
async def test_no_minute_ever_holds_more_than_its_limit_and_none_is_refused_without_need(limit, steps):
    clock = VirtualClock(START)
    windows = MemoryWindows(clock)
    granted: list[float] = []
    for step in steps:
        await clock.advance(step)
        now = clock.monotonic()
        recent = [instant for instant in granted if instant > now - WINDOW_S]
        verdict = await windows.hit("account", "ada", limit)
        assert verdict.allowed == (len(recent) < limit)
        if verdict.allowed:
            granted.append(now)
            recent.append(now)
        assert verdict.remaining == limit - len(recent)
        assert verdict.reset_s == recent[0] + WINDOW_S - now


async def test_who_waits_as_long_as_told_gets_on():
    clock = VirtualClock(START)
    windows = MemoryWindows(clock)
    for _ in range(3):
        await windows.hit("account", "ada", 3)
        await clock.advance(5.5)
    refused = await windows.hit("account", "ada", 3)
    assert not refused.allowed
    await clock.advance(refused.reset_s)
    assert (await windows.hit("account", "ada", 3)).allowed
    assert not (await windows.hit("account", "ada", 3)).allowed


async def test_a_limit_that_was_lowered_holds_at_once():
    clock = VirtualClock(START)
    windows = MemoryWindows(clock)
    for _ in range(5):
        await windows.hit("account", "ada", 5)
        await clock.advance(1)
    verdict = await windows.hit("account", "ada", 2)
    assert (verdict.allowed, verdict.remaining) == (False, 0)
    await clock.advance(verdict.reset_s)
    assert (await windows.hit("account", "ada", 2)).allowed


async def test_kinds_and_keys_do_not_meet():
    windows = MemoryWindows(VirtualClock(START))
    assert (await windows.hit("account", "ada", 1)).allowed
    assert (await windows.hit("address", "ada", 1)).allowed
    assert (await windows.hit("account", "bob", 1)).allowed
    assert not (await windows.hit("account", "ada", 1)).allowed


async def test_a_flood_of_addresses_takes_bounded_memory_and_leaves_accounts_alone():
    windows = MemoryWindows(VirtualClock(START), keys_max=100)
    await windows.hit("account", "ada", 1)
    for number in range(1_000):
        await windows.hit("address", number, 10)
    assert len(windows) == 101
    assert not (await windows.hit("account", "ada", 1)).allowed


async def test_windows_of_those_who_left_are_given_up():
    clock = VirtualClock(START)
    windows = MemoryWindows(clock)
    for number in range(50):
        await windows.hit("address", number, 10)
    await clock.advance(WINDOW_S)
    for number in range(50, 100):
        await windows.hit("address", number, 10)
    assert len(windows) == 50

"""The client for browsers reads and writes the golden frames, and follows the same rules as Python's."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

import protocol
from tests.browser.visitor import visiting
from tests.server import Server

VECTORS = Path(protocol.__file__).parent / "vectors"
CHECKS = (Path(__file__).parent / "client_checks.js").read_text().split("*/", 1)[1]


async def ask(browser: Browser, server: Server, check: str, argument: object = None) -> Any:
    """What one of the checks saw, beside the page."""
    async with visiting(browser, server) as visitor:
        await visitor.open("/")
        return await visitor.page.evaluate(f"(argument) => {CHECKS.strip()}.{check}(argument)", argument)


async def test_every_golden_frame_is_read_and_written_in_both_encodings(
    server: Server, browser: Browser
) -> None:
    frames = json.loads((VECTORS / "frames.json").read_text())
    assert len(frames) > 20
    assert await ask(browser, server, "readGolden", frames) == []


@pytest.mark.parametrize(
    ("frames", "groups"),
    [
        (([10] * 5, 2, 1_000), [2, 2, 1]),
        (([40, 40, 40], 64, 100), [2, 1]),
        (([10, 500, 10], 64, 100), [1, 1, 1]),
        (([], 64, 100), []),
    ],
)
async def test_frames_travel_together_within_both_limits(
    server: Server, browser: Browser, frames: tuple[list[int], int, int], groups: list[int]
) -> None:
    """`frames`: sizes, and what a message holds at most in frames and in bytes."""
    assert await ask(browser, server, "groups", frames) == groups


async def test_a_frame_is_news_once_and_a_gap_is_noticed(server: Server, browser: Browser) -> None:
    assert await ask(browser, server, "positions") == {
        "seen": [False, True, False],
        "gap": True,
        "states": [True, False, True, True],
        "resume": {"ledger": 5, "inbox": 0},
        "tick": True,
    }


async def test_requests_are_answered_once_and_repeated_under_their_key(
    server: Server, browser: Browser
) -> None:
    found = await ask(browser, server, "outbox")
    assert found["full"] == "OutboxFull"
    assert (found["first"], found["second"]) == (["a", "b"], ["c"])
    assert found["due"] == 1_150, "the server's after_ms, and the jitter"
    assert found["again"] == [{"t": "a", "id": 1, "key": "k1"}, {"t": "c", "id": 3}]
    assert found["told"] == [
        ["b", "Disconnected", None],
        ["a", None, {"done": True}],
        ["c", "CommandRefused", None],
        ["d", "Error", None],
    ]


async def test_clients_stay_away_longer_each_time_until_a_stable_minute(
    server: Server, browser: Browser
) -> None:
    assert await ask(browser, server, "backOff") == {
        "waits": [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000],
        "soon": 30_000,
        "late": 500,
        "codes": [True, True, True, True, False, False, False, True],
    }

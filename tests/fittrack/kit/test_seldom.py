"""A line that could be written ten thousand times a second is written now and then."""

from datetime import UTC, datetime

import structlog

from fittrack.kit.clock import VirtualClock
from fittrack.kit.seldom import EVERY_S, Seldom


async def test_the_first_line_is_written_at_once_and_the_next_says_how_many_were_left_out() -> None:
    clock, log = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC)), structlog.get_logger()
    seldom = Seldom(clock)
    with structlog.testing.capture_logs() as logs:
        for number in range(4):
            seldom.say(log, "lost", number=number)
        await clock.advance(EVERY_S)
        seldom.say(log, "lost", number=4)
        seldom.say(log, "lost", number=5)
    assert [(line["number"], line["unsaid"]) for line in logs] == [(0, 0), (4, 3)]

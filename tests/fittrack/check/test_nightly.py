"""The check of each night: by itself, once, apart from the server, and made up for when it was missed."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fittrack.check import statements
from fittrack.check.nightly import NOT_BEFORE_S, SILENT_AFTER, night_of
from fittrack.check.statements import Ended
from fittrack.kit.calendar import PlatformCalendar
from tests.actors.house import NOON, House, a_house
from tests.door import an_admin, opened
from tests.exported import exported_by
from tests.logs import Lines, lines

__all__ = ["lines"]

TONIGHT = date(2026, 6, 10)
"""Its check was due at three in the morning; it is noon."""


@pytest.fixture
async def house(lines: Lines, tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        await house.buy(await house.player(), await house.drawing(), 3)
        yield house


async def latest(house: House) -> Ended | None:
    return await house.node.reads.run(statements.latest)


def events(lines: Lines) -> list[str]:
    return [line["event"] for line in lines() if line["event"].startswith("check.")]


async def test_what_was_missed_is_made_up_for_once(house: House, lines: Lines) -> None:
    check = house.node.jobs.nightly
    await check.look()
    assert await latest(house) is None, "the node has just started"
    await house.leap(seconds=NOT_BEFORE_S)
    await check.look()
    done = await latest(house)
    assert done is not None
    assert (done.night, done.violations) == (TONIGHT, 0)
    assert done.examined > 10
    await check.look()
    assert events(lines) == ["check.started", "check.sound"]
    await house.leap(days=2)
    await check.look()
    again = await latest(house)
    assert again is not None
    assert again.night == TONIGHT + timedelta(days=2), "the night between is not made up for: one sees it all"


async def test_what_is_broken_is_told_to_everybody_who_may_care(
    house: House, lines: Lines, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "fittrack.db")) as meddler:
        meddler.execute("UPDATE ledger SET amount = amount - 1 WHERE seq = 1")
        meddler.commit()
        await house.leap(seconds=NOT_BEFORE_S)
        await house.node.jobs.nightly.look()
        await house.node.partners.backlogs.look()
        [told] = [line for line in lines() if line["event"] == "check.broken"]
        assert told["level"] == "error"
        assert told["violations"]["ledger"] >= 1
        assert any("player" in sentence for sentence in told["findings"])
        async with opened(house.node) as client:
            seen = await exported_by(client)
            assert seen.value("fittrack_check_violations") >= 1
            assert seen.value("fittrack_check_done_timestamp_seconds") == house.clock.now().timestamp()
            admin = await an_admin(house, client)
            await admin.set_up()
            alerts = (await admin.get("/admin/live"))["alerts"]
        assert [(alert["code"], alert["severity"]) for alert in alerts] == [("check-broken", "critical")]
        meddler.execute("UPDATE ledger SET amount = amount + 1 WHERE seq = 1")
        meddler.commit()


async def test_what_another_node_checks_is_left_to_it_until_it_falls_silent(house: House) -> None:
    journal, clock = house.node.journal, house.clock
    await house.leap(seconds=NOT_BEFORE_S)
    now = clock.now()
    assert await journal.transact(statements.claim, TONIGHT, now, now - SILENT_AFTER)
    await house.node.jobs.nightly.look()
    assert await latest(house) is None
    await house.leap(seconds=SILENT_AFTER.total_seconds() + 1)
    await house.node.jobs.nightly.look()
    done = await latest(house)
    assert done is not None
    assert done.night == TONIGHT


def test_a_night_is_that_of_the_platform() -> None:
    calendar = PlatformCalendar(ZoneInfo("America/New_York"))
    assert night_of(NOON, calendar) == TONIGHT
    three = NOON.replace(hour=7, minute=0)  # in New York
    assert night_of(three, calendar) == TONIGHT
    assert night_of(three - timedelta(seconds=1), calendar) == TONIGHT - timedelta(days=1)

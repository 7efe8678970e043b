"""A node's clock beside that of the database, asked for over the real driver."""

import pytest

from fittrack.db.engine import Access, make_engine
from fittrack.db.reads import Reads
from fittrack.jobs.clock import ClockComparison
from fittrack.kit.clock_watch import DATABASE, REDIS, ClockWatch
from fittrack.kit.problems import Busy
from tests.clocks import SetClock
from tests.oracle_net.conftest import a_schema
from tests.oracle_net.process import ServerProcess


async def test_a_node_compares_its_clock_with_the_databases_before_it_decides_anything(
    server: ServerProcess,
) -> None:
    reads, clock = Reads(make_engine(a_schema(server), Access.READ)), SetClock(8)
    watch = ClockWatch(clock)
    comparison = ClockComparison(watch, reads, clock, asks=True)
    now = clock.monotonic()
    watch.heard(REDIS, clock.now().timestamp(), now, now)
    try:
        await comparison.begin()
        assert watch.offsets_s[DATABASE] == pytest.approx(8, abs=0.6), "half of the longest way, at most"
        with pytest.raises(Busy, match="ahead of the database's"):
            watch.check()
        clock.ahead_s = 0
        await comparison.look()
        watch.check()
    finally:
        await reads.stop()

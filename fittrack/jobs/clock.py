"""Compares this node's clock, before it serves and then every second (DESIGN 3, Time).

With Redis's it is compared at each heartbeat of the cluster.
"""

from contextlib import suppress

from fittrack.db.reads import Reads
from fittrack.db.server_clock import ask_time
from fittrack.kit.clock import Clock
from fittrack.kit.clock_watch import DATABASE, ClockWatch
from fittrack.kit.problems import Busy


class ClockComparison:
    """`asks`: whether the database has a clock of its own."""

    def __init__(self, watch: ClockWatch, reads: Reads, clock: Clock, *, asks: bool) -> None:
        self._watch, self._reads, self._clock = watch, reads, clock
        self._asks = asks

    async def begin(self) -> None:
        """Compare it for the first time. A database that does not answer is asked again by `look`."""
        with suppress(Busy):
            await self.look()
        if self._asks:
            self._watch.require(DATABASE)

    async def look(self) -> None:
        """See whether the clock was set, and ask the database. Raises `Busy` when it does not answer."""
        self._watch.look()
        if self._asks:
            said = await self._reads.run(ask_time, self._clock)
            self._watch.heard(DATABASE, said.now.timestamp(), said.asked_at, said.answered_at)

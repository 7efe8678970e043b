"""A journal's writer that a test can stop: what actors have appended is on its way until it goes on."""

import asyncio

from fittrack.db.engine import make_engine
from fittrack.db.journal.load import Load
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.kit.clock import SystemClock
from tests.stage import Stage


class HeldWriter(WriterThread):
    """Writes as any other, but for units that come while it is held: those wait until it goes on."""

    def __init__(self, stage: Stage) -> None:
        self._engine = make_engine(stage.settings.database)
        super().__init__(open_store(self._engine), SystemClock())
        self._holds = False
        self._kept: Load | None = None
        self.has_units = asyncio.Event()
        """Set when units wait."""

    def hold(self) -> None:
        """Write no further units."""
        self._holds = True

    def go_on(self) -> None:
        """Write what waits, and what comes."""
        self._holds = False
        kept, self._kept = self._kept, None
        if kept is not None:
            super().send(kept)

    def send(self, load: Load) -> None:
        if self._holds and load.units:
            self._kept = load
            self.has_units.set()
        else:
            super().send(load)

    def dispose(self) -> None:
        """Let go of the database; the journal has stopped before."""
        self._engine.dispose()

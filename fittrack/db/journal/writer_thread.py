"""The writer in a thread of this process: for tests with clocks of their own, tools, the demo world."""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any

import structlog

from fittrack.db.journal.load import Load, Report
from fittrack.db.journal.store import Store
from fittrack.db.journal.writer import Writer
from fittrack.kit.clock import Clock, boottime

log = structlog.get_logger(__name__)


class WriterThread:
    """The port `WriterHost` by a thread: it shares the event loop's interpreter (DESIGN 3, pitfall 1)."""

    def __init__(self, store: Store, clock: Clock, boottime: Callable[[], float] = boottime) -> None:
        self._writer = Writer(store, clock, boottime)
        self._loads: queue.SimpleQueue[Load | None] = queue.SimpleQueue()

    def start(
        self, on_report: Callable[[Report], None], on_end: Callable[[BaseException | None], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_report, self._on_end = on_report, on_end
        # A daemon: the process may end at any instant, which is what the database is for.
        threading.Thread(target=self._run, name="journal", daemon=True).start()

    async def ready(self) -> None:
        """It is from the start."""

    def send(self, load: Load) -> None:
        self._loads.put(load)

    def close(self) -> None:
        self._loads.put(None)

    def _run(self) -> None:
        """The thread's whole life."""
        while (load := self._loads.get()) is not None:
            report = self._writer.write(load)
            self._call_soon(self._on_report, report)
            if report.fatal is not None:
                break
        else:
            self._writer.close()
        self._call_soon(self._on_end, None)

    def _call_soon(self, callback: Callable[..., None], *args: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:  # the event loop is closed: nobody is left who could be told
            log.warning("an outcome came after the event loop had ended")

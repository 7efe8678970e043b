"""The port between the journal and where its writer runs: a thread, or a process of its own."""

from collections.abc import Callable
from typing import Protocol

from fittrack.db.journal.load import Load, Report


class WriterHost(Protocol):
    """Runs a writer beside the event loop: one load at a time, each answered by a report."""

    def start(
        self, on_report: Callable[[Report], None], on_end: Callable[[BaseException | None], None]
    ) -> None:
        """Begin, on the running event loop, where both are called.

        `on_end` comes once and last: after `close`, after a fatal report, or with what ended the writer.
        """

    async def ready(self) -> None:
        """Wait until it writes. Raises what ended it instead."""

    def send(self, load: Load) -> None:
        """Have `load` written. The report of the former one has come."""

    def close(self) -> None:
        """End it. Nothing is being written."""

"""One flush for everything that one turn of the event loop has to say, over all connections."""

import asyncio
from typing import Protocol


class Flushable(Protocol):
    """Something that gathered output."""

    def flush(self) -> None: ...


class Flusher:
    """Calls `flush` once on each that asked for it, in the next turn of the loop: one callback for all.

    A journal's commit answers hundreds of commands within one turn; so each connection's replies
    travel as one message, with one write.
    """

    def __init__(self) -> None:
        self._dirty: list[Flushable] = []

    def soon(self, gathered: Flushable) -> None:
        """Flush `gathered` in the loop's next turn. Ask once between flushes."""
        if not self._dirty:
            asyncio.get_running_loop().call_soon(self._flush_all)
        self._dirty.append(gathered)

    def _flush_all(self) -> None:
        dirty, self._dirty = self._dirty, []
        for gathered in dirty:
            gathered.flush()

"""What two nodes do at once, step by step: one stops where it would first lock something, the other comes.

What the first has read by then is what was so before the other came: on Oracle each statement sees what is
committed when it begins. On SQLite, whose writers come one after the other, it begins when the other is done.
"""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, event

from fittrack.db.savepoints import savepoint

T = TypeVar("T")

LOCKING: Final = r"\s*(INSERT|UPDATE|DELETE|MERGE)\b|.*\bFOR UPDATE\b"
"""What takes a lock, or may have to wait for one."""

PATIENCE_S: Final = 30.0
"""A test that hangs must end; none that passes waits for so long."""


class _Stop:
    """Where an engine's connections stop, once."""

    def __init__(self, at: str) -> None:
        self._at = re.compile(at, re.IGNORECASE | re.DOTALL)
        self._reached, self._open = threading.Event(), threading.Event()
        self.stopped = False

    def __call__(self, _conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not self._reached.is_set() and self._at.match(statement):
            self.stopped = True
            self._reached.set()
            if not self._open.wait(PATIENCE_S):
                raise TimeoutError("nobody let it go on")

    def leave(self) -> None:
        self._reached.set()
        self._open.set()

    async def reached(self) -> None:
        assert await asyncio.to_thread(self._reached.wait, PATIENCE_S), "it never came there"


async def meanwhile(
    engine: Engine,
    begun: Callable[[], Awaitable[T]],
    other: Callable[[], Awaitable[Any]],
    *,
    at: str = LOCKING,
) -> T:
    """`other` happens while what was `begun` stands before its first statement that matches `at`.

    `begun` locks by `engine`, `other` by another one. Returns what `begun` does, or raises it.
    """
    if engine.dialect.name == "sqlite":
        await other()
        return await begun()
    with _stopping(engine, at) as stop:
        running = asyncio.ensure_future(begun())
        running.add_done_callback(lambda _: stop.leave())
        try:
            await stop.reached()
            await other()
        finally:
            stop.leave()
            await asyncio.wait([running])
    assert stop.stopped, f"it sent nothing like {at}"
    return running.result()


@contextmanager
def _stopping(engine: Engine, at: str) -> Iterator[_Stop]:
    stop = _Stop(at)
    event.listen(engine, "before_cursor_execute", stop)
    try:
        yield stop
    finally:
        event.remove(engine, "before_cursor_execute", stop)


async def transact(engine: Engine, job: Callable[..., T], *args: Any) -> T:
    """Run `job` as a node's writer does: in a transaction, under a savepoint."""
    return await asyncio.to_thread(_transact, engine, job, *args)


def _transact(engine: Engine, job: Callable[..., T], *args: Any) -> T:
    with engine.begin() as connection:
        return _under_a_savepoint(connection, job, *args)


def _under_a_savepoint(connection: Connection, job: Callable[..., T], *args: Any) -> T:
    with savepoint(connection):
        return job(connection, *args)

"""Queries off the event loop: a small pool of threads, one connection and one snapshot for each call.

Looks at the end of a log have a thread of their own: what live pages show depends on them, and when a node
died they would wait behind the loads of all its players.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from fittrack.db import oracle_faults
from fittrack.db.pools import PoolUse, use_of
from fittrack.kit.histogram import Histogram
from fittrack.kit.problems import Busy

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

# Two cores: more threads would only take turns. Oracle's waiting is in the network; its pool may be larger.
READ_THREADS = 4
# What waits for a thread: a second of work. More would be answered too late to matter.
READS_WAITING_MAX = 1_024
# Look-ups by key take 0.2 ms on SQLite: two threads would only take turns. On Oracle they are three trips
# over the network, which do not.
LOOK_UP_THREADS = {"sqlite": 1, "oracle": READ_THREADS}
# What waits for them: a second of work, as above, or a few on Oracle.
LOOK_UPS_WAITING_MAX = 4_096

# Upper bounds in seconds: most queries take some milliseconds, a time-out of the database ten seconds.
SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_SQLITE_NO_ANSWER = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection whose SELECTs all see what is committed now, and nothing later."""
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "oracle":  # SQLite's BEGIN is a snapshot already
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        yield connection


@dataclass(slots=True)
class ReadMetrics:
    """What queries did since the start."""

    running: int = 0
    """Under way, or waiting for a thread."""
    refused: int = 0
    """Too many waited, or the database did not answer."""
    seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS_BUCKETS))
    """Of those that ended, the wait for a thread included."""


class _Lane:
    """Threads, and how many queries at most run there or wait for them."""

    __slots__ = ("executor", "running", "running_max")

    def __init__(self, name: str, *, threads: int, running_max: int) -> None:
        self.executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self.running = 0
        self.running_max = running_max


class Reads:
    """Runs functions of a `Connection` on threads; several SELECTs of one call see one snapshot."""

    def __init__(self, engine: Engine, *, threads: int = READ_THREADS) -> None:
        self._engine = engine
        self._queries = _Lane("reads", threads=threads, running_max=READS_WAITING_MAX)
        look_up_threads = LOOK_UP_THREADS[engine.dialect.name]
        self._look_ups = _Lane("look-ups", threads=look_up_threads, running_max=LOOK_UPS_WAITING_MAX)
        self.threads = threads + look_up_threads
        self.metrics = ReadMetrics()

    @property
    def pool(self) -> PoolUse:
        """How its connections are used at the moment."""
        return use_of(self._engine, self.threads)

    async def run(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(connection, *args)` in a snapshot of what is committed.

        Raises Busy when too many wait or the database does not answer; what `fn` raises comes out.
        """
        return await self._run(self._queries, lambda connection: fn(connection, *args, **kwargs))

    async def look_up(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`run` for what is found by its key: it waits for no query that takes longer."""
        return await self._run(self._look_ups, lambda connection: fn(connection, *args, **kwargs))

    async def _run(self, lane: _Lane, fn: Callable[[Connection], T]) -> T:
        metrics, loop = self.metrics, asyncio.get_running_loop()
        if lane.running >= lane.running_max:
            metrics.refused += 1
            raise Busy("Too many queries are waiting")
        lane.running += 1
        metrics.running += 1
        began = loop.time()
        try:
            return await loop.run_in_executor(
                lane.executor,
                copy_context().run,  # what is logged there says on whose behalf
                self._read,
                fn,
            )
        except Busy:
            metrics.refused += 1
            raise
        finally:
            lane.running -= 1
            metrics.running -= 1
            metrics.seconds.observe(loop.time() - began)

    async def stop(self) -> None:
        """Finish what runs, then close every connection."""
        for lane in (self._queries, self._look_ups):
            await asyncio.get_running_loop().run_in_executor(None, lane.executor.shutdown)
        self._engine.dispose()

    def _read(self, fn: Callable[[Connection], T]) -> T:
        try:
            try:
                return self._once(fn)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # The server went away since the pool used it last. A read can be repeated.
                log.warning("connection lost, the query is repeated", error=str(error.orig))
                return self._once(fn)
        except DBAPIError as error:
            if _does_not_answer(error):
                raise Busy("The database does not answer") from error
            raise

    def _once(self, fn: Callable[[Connection], T]) -> T:
        with snapshot(self._engine) as connection:
            return fn(connection)


def _does_not_answer(error: DBAPIError) -> bool:
    """Whether the database is at fault, not the query."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is None:
        return oracle_faults.is_unavailable(error)
    return code & 0xFF in _SQLITE_NO_ANSWER

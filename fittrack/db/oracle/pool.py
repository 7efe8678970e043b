"""The driver's pool on Oracle, and another in its place when it hangs (decision 47).

The driver opens connections on one thread for each pool, and its time-out ends with TCP. What accepts a
connection and says nothing holds that thread, and with it everybody who waits for a connection, also when the
listener is well again. Nothing can break its wait; so whoever waits has a time, and another pool takes over.

Whoever asks does so in turn, so that of many who find no connection one alone signs in, and the others hear
whether that was refused; they wait for what is busy then, as long as there is any (decision 49).
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Final, TypeVar

import oracledb
import structlog

from fittrack.db.oracle.sign_in import SignIn

log = structlog.get_logger(__name__)

T = TypeVar("T")

HANGS_AFTER_WAITS: Final = 3
"""A pool that opens no connection for as many times as somebody waits for one hangs."""

DOUBLINGS_MAX: Final = 3
"""Each pool that hangs keeps two threads and a socket until its listener speaks or is gone. So each doubles
the time until the next is made, up to two minutes with the default of five seconds: some hundreds a day."""

IDLE_LOOK_S: Final = 1.0
"""Seconds between two looks whether anybody still works with a connection of a pool that was replaced."""

OVERTAKES_AFTER_S: Final = 0.1
"""Seconds after which who waits for a turn takes a connection that is idle: whoever has the turn waits for a
new one, or for an answer over the network."""

FREED_LOOK_S: Final = 0.005
"""Seconds between two looks for a connection that became idle, by the one who has the turn while nobody is
let in: the driver, asked to wait for it, would sign in meanwhile."""

_NONE_IN_TIME: Final = "DPY-4005"


class Pool:
    """Connections of one engine. `wait_s`: how long the driver's pool, as made by `make`, lets one wait.

    `connect` signs in once, beside the pool: the driver's would make two attempts of one.
    """

    def __init__(
        self,
        make: Callable[[], oracledb.ConnectionPool],
        connect: Callable[[], oracledb.Connection],
        wait_s: float,
        sign_in: SignIn | None = None,
    ) -> None:
        self._make, self._connect, self._wait_s = make, connect, wait_s
        self._sign_in = sign_in or SignIn()
        self._turn = threading.Lock()
        self._taking = threading.Lock()
        self._lock = threading.Lock()
        self._pool = _on_daemon(make).result()
        self._hanging = 0
        self._opened = 0
        self._since: float | None = None
        """Since when somebody waited and it was `_opened` that were open."""

    @property
    def opened(self) -> int:
        """How many connections there are."""
        return self._pool.opened

    @property
    def busy(self) -> int:
        """How many of them somebody works with."""
        return self._pool.busy

    @property
    def max(self) -> int:
        """How many there may be."""
        return self._pool.max

    def acquire(self) -> oracledb.Connection:
        """A connection. Raises the driver's errors, `OperationalError` where nothing answers in time."""
        until = time.monotonic() + self._wait_s
        try:
            while not self._turn.acquire(timeout=min(OVERTAKES_AFTER_S, self._wait_s)):
                if (idle := self._take_idle()) is not None:
                    return idle
                if time.monotonic() > until:
                    raise self._sign_in.failure or self._none_in_time()
            try:
                return self._acquire_in_turn(until)
            finally:
                self._turn.release()
        except OSError as error:  # a host's name cannot be looked up: the driver does not call it its own
            raise oracledb.OperationalError(str(error)) from error

    def _acquire_in_turn(self, until: float) -> oracledb.Connection:
        """While nobody is let in, one that is idle, or becomes so: `until` then, and where there are any."""
        while True:
            try:
                if self._sign_in.failure:
                    if (idle := self._take_idle()) is not None:
                        return idle
                    self._sign_in.try_again(self._knock)
                return self._acquire()
            except (oracledb.Error, OSError):
                if not self._sign_in.failure or not self._pool.opened or time.monotonic() > until:
                    raise
            time.sleep(FREED_LOOK_S)

    def _take_idle(self) -> oracledb.Connection | None:
        """One that is idle. Where two took the same, the driver would sign in for the second."""
        if not self._taking.acquire(blocking=False):
            return None
        try:
            return self._acquire() if self._has_idle else None
        finally:
            self._taking.release()

    @property
    def _has_idle(self) -> bool:
        pool = self._pool
        return pool.busy < pool.opened

    def _acquire(self) -> oracledb.Connection:
        pool, began = self._pool, time.monotonic()
        try:
            return pool.acquire()
        except oracledb.Error as error:
            self._sign_in.note(error)
            if getattr(error.args[0], "full_code", "") != _NONE_IN_TIME or pool.opened >= pool.max:
                raise
            self._suspect(pool, began)
            raise self._silence() from error

    def _knock(self) -> None:
        """Sign in once, and leave. What hangs has a time, as elsewhere."""
        knocking = _on_daemon(lambda: self._connect().close())
        wait([knocking], self._wait_s)
        if not knocking.done():
            raise self._silence()
        knocking.result()

    def _none_in_time(self) -> oracledb.OperationalError:
        return oracledb.OperationalError(f"no connection became free within {self._wait_s:g} s")

    def _silence(self) -> oracledb.OperationalError:
        said = f"no connection could be opened: nothing answered within {self._wait_s:g} s"
        return oracledb.OperationalError(said)

    def close(self) -> None:
        """Close every connection, for no longer than one may wait: a pool that hangs cannot be closed."""
        closing = _on_daemon(lambda: self._pool.close(force=True))
        wait([closing], self._wait_s)
        if closing.done():
            closing.result()

    def _suspect(self, pool: oracledb.ConnectionPool, began: float) -> None:
        """Somebody waited in vain since `began`, though there might be one connection more."""
        with self._lock:
            if pool is not self._pool:
                return
            if self._since is None or pool.opened != self._opened:
                self._opened, self._since = pool.opened, began
            patience = HANGS_AFTER_WAITS * self._wait_s * 2 ** min(self._hanging, DOUBLINGS_MAX)
            if time.monotonic() - self._since < patience:
                return
            self._pool, self._since = _on_daemon(self._make).result(), None
            self._hanging += 1
        log.warning("oracle.pool_replaced", opened=pool.opened, hanging=self._hanging)
        _on_daemon(lambda: self._end(pool))

    def _end(self, pool: oracledb.ConnectionPool) -> None:
        """Let those who work with its connections finish. It is closed when its own thread comes back."""
        while pool.busy:
            time.sleep(IDLE_LOOK_S)
        pool.close(force=True)
        with self._lock:
            self._hanging -= 1


def _on_daemon(do: Callable[[], T]) -> "Future[T]":
    """Do it on a thread that no process waits for at its end; so are the threads that begin there."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(do())
        except BaseException as error:  # whoever asks for the result hears of it
            done.set_exception(error)

    threading.Thread(target=run, name="oracle-pool", daemon=True).start()
    return done

"""The driver's pool on Oracle, and another in its place when it hangs (decision 47).

The driver opens connections on one thread for each pool, and its time-out ends with TCP. What accepts a
connection and says nothing holds that thread, and with it everybody who waits for a connection, also when the
listener is well again. Nothing can break its wait; so whoever waits has a time, and another pool takes over.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Final, TypeVar

import oracledb
import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")

HANGS_AFTER_WAITS: Final = 3
"""A pool that opens no connection for as many times as somebody waits for one hangs."""

DOUBLINGS_MAX: Final = 3
"""Each pool that hangs keeps two threads and a socket until its listener speaks or is gone. So each doubles
the time until the next is made, up to two minutes with the default of five seconds: some hundreds a day."""

IDLE_LOOK_S: Final = 1.0
"""Seconds between two looks whether anybody still works with a connection of a pool that was replaced."""

_NONE_IN_TIME: Final = "DPY-4005"


class Pool:
    """Connections of one engine. `wait_s`: how long the driver's pool, as made by `make`, lets one wait."""

    def __init__(self, make: Callable[[], oracledb.ConnectionPool], wait_s: float) -> None:
        self._make, self._wait_s = make, wait_s
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
        pool, began = self._pool, time.monotonic()
        try:
            return pool.acquire()
        except OSError as error:  # a host whose name cannot be looked up: the driver does not call it its own
            raise oracledb.OperationalError(str(error)) from error
        except oracledb.Error as error:
            if getattr(error.args[0], "full_code", "") != _NONE_IN_TIME or pool.opened >= pool.max:
                raise
            self._suspect(pool, began)
            said = f"no connection could be opened: nothing answered within {self._wait_s:g} s"
            raise oracledb.OperationalError(said) from error

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

"""One number among the workers: a worker serves there, whatever becomes of single ones."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from fittrack.workers.limits import EXIT_USAGE, Limits
from fittrack.workers.worker import Worker

OnDeath = Callable[[str], Awaitable[object]]
"""Is told what the cluster called a worker that ended otherwise than in good order."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What all places of a supervisor have in common."""

    command: Sequence[str]
    """Starts a worker."""
    on_death: OnDeath
    give_up: Callable[[], bool]
    """A worker says that none like it can serve. Whether that ends them all."""
    limits: Limits
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


class Place:
    """Starts a worker, again after each death, and puts another one in its place without a gap."""

    def __init__(self, number: int, orders: Orders) -> None:
        self.number = number
        self._orders, self._limits, self._stopping = orders, orders.limits, orders.stopping
        self._worker: Worker | None = None
        """Who is to serve here; it may have died."""
        self._starting = asyncio.Lock()
        """Held while it is open who that will be: whoever died meanwhile may be replaced already."""
        self._living: set[Worker] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pause_s = self._limits.restart_first_s
        self.served = asyncio.Event()
        """A worker of this place has come to serve."""
        self.counts: Counter[str] = Counter()
        """What became of its workers, by the names of `Figures`."""
        self._empty_since: float | None = None
        """When it came to be that nobody serves here, on the event loop's clock."""

    def open(self) -> None:
        """From now on a worker is to serve here."""
        self._empty_since = asyncio.get_running_loop().time()
        self._run(self._fill(None))

    async def renew(self) -> bool:
        """Put a new worker here, and have the former one drain and end.

        Whether there is a new one. If not, the former goes on.
        """
        async with self._starting:
            if self._stopping.is_set():
                return False
            try:
                successor = self._start()
            except Exception as error:
                self.counts["not_renewed"] += 1
                _log.error("workers.not_renewed", worker=self.number, reason=_plainly(error))
                return False
            if not await successor.serves(self._limits.serve_within_s):
                await self._reject(successor)
                return False
            former, self._worker = self._worker, successor
            self.counts["renewed"] += 1
        if former is not None:
            await former.end(self._limits.end_within_s)
        return True

    def drain(self) -> None:
        """Have all workers of this place drain and end."""
        for worker in self._living:
            worker.drain()

    def kill(self) -> None:
        """End all workers of this place at once."""
        for worker in self._living:
            worker.kill()

    def standing_still(self) -> list[Worker]:
        """The workers of this place that have said nothing for too long; each call is a look at them."""
        return [each for each in self._living if each.stands_still(self._limits.silent_looks)]

    @property
    def empty_s(self) -> float | None:
        """Seconds for which nobody has served here; None while somebody does."""
        if self._empty_since is None:
            return None
        return asyncio.get_running_loop().time() - self._empty_since

    def tell(self, line: bytes) -> None:
        """Say it to all workers of this place."""
        for worker in self._living:
            worker.tell(line)

    async def close(self) -> None:
        """Return when all workers have ended, and have been told of where necessary. `stopping` is set."""
        await asyncio.gather(*(worker.end(self._limits.end_within_s) for worker in self._living))
        await asyncio.gather(*self._tasks)

    async def _fill(self, gone: Worker | None) -> None:
        """Start a worker in the place of `gone`, as often as it takes, unless a renewal has done so."""
        while True:
            async with self._starting:
                if self._stopping.is_set() or self._worker is not gone:
                    return
                try:
                    self._worker = self._start()
                except Exception as error:
                    _log.error(
                        "workers.not_started",
                        worker=self.number,
                        reason=_plainly(error),
                        again_in_s=self._pause_s,
                    )
                else:
                    asyncio.get_running_loop().call_later(
                        self._limits.serve_within_s, self._look_at, self._worker
                    )
                    return
            await self._pause()

    def _start(self) -> Worker:
        worker = Worker(self.number, self._orders.command)
        self._living.add(worker)
        self._run(self._watch(worker))
        _log.info("workers.started", worker=self.number, pid=worker.pid)
        return worker

    async def _watch(self, worker: Worker) -> None:
        """See what becomes of the worker, and start the next one where that is what is wanted."""
        if await worker.serving:
            self.served.set()
            self._empty_since = None
        status = await worker.ended
        self._living.discard(worker)
        if self._empty_since is None and not any(each.serves_now for each in self._living):
            self._empty_since = asyncio.get_running_loop().time()
        facts = {"worker": self.number, "pid": worker.pid, "status": status}
        if self._stopping.is_set() or self._worker is not worker:
            _log.info("workers.ended", **facts)
            await self._tell(worker, status)
            return
        self.counts["stuck" if worker.stood_still else "died"] += 1
        _log.warning("workers.died", **facts, lived_s=round(worker.lived_s, 1))
        if status == EXIT_USAGE and self._orders.give_up():
            return
        if worker.lived_s >= self._limits.stable_s:
            self._pause_s = self._limits.restart_first_s
        await asyncio.gather(self._tell(worker, status), self._pause())
        await self._fill(worker)

    async def _reject(self, successor: Worker) -> None:
        """End a successor that does not serve."""
        if self._stopping.is_set():
            return
        if successor.ended.done():
            reason = f"it ended with {successor.ended.result()} before it served"
        else:
            reason = f"it did not serve within {self._limits.serve_within_s:g} s"
        self.counts["not_renewed"] += 1
        _log.error("workers.not_renewed", worker=self.number, pid=successor.pid, reason=reason)
        successor.kill()
        await asyncio.wait([successor.ended])

    async def _tell(self, worker: Worker, status: int) -> None:
        """The others need not wait until a worker is missed that did not take its leave."""
        if not status or not worker.node:
            return
        try:
            async with asyncio.timeout(self._limits.tell_within_s):
                await self._orders.on_death(worker.node)
        except Exception as error:
            _log.exception("workers.death_not_told", worker=self.number, reason=_plainly(error))

    async def _pause(self) -> None:
        seconds = self._pause_s
        self._pause_s = min(2 * seconds, self._limits.restart_most_s)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    def _look_at(self, worker: Worker) -> None:
        if not worker.serving.done():
            waited = f"it has not come to serve in {self._limits.serve_within_s:g} s"
            _log.error("workers.not_serving", worker=self.number, pid=worker.pid, reason=waited)

    def _run(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _plainly(error: Exception) -> str:
    """`Too many open files`, `Resource temporarily unavailable`."""
    return (error.strerror if isinstance(error, OSError) else None) or repr(error)

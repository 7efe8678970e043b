"""A job that is done again and again, on the injected clock."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from fittrack.jobs.record import ELSEWHERE, JobRecord
from fittrack.kit.clock import Clock
from fittrack.kit.correlation import cause, new_trace_id
from fittrack.kit.problems import Problem

Job = Callable[[], Awaitable[object]]

log = structlog.get_logger(__name__)


class Every:
    """Does `job` every `seconds`, and at once when poked. It never runs twice at the same time."""

    def __init__(
        self,
        name: str,
        seconds: float,
        job: Job,
        clock: Clock,
        record: JobRecord,
    ) -> None:
        self.name = name
        self._record = record
        record.names.add(name)
        self._seconds = seconds
        self._job = job
        self._clock = clock
        self._poked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def runs(self) -> bool:
        """Whether it was started, and not stopped since."""
        return self._task is not None

    def start(self) -> None:
        """Begin, with a first round now."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self.name)

    def poke(self) -> None:
        """There is something to do: do not wait for the next round."""
        self._poked.set()

    async def stop(self) -> None:
        """End; a round under way is cut off, and another node or the next start does what is left."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            self._poked.clear()
            await do_job(self.name, self._job, self._clock, self._record)
            timer = self._clock.call_later(self._seconds, self._poked.set)
            await self._poked.wait()
            timer.cancel()


async def do_job(name: str, job: Job, clock: Clock, record: JobRecord) -> None:
    """One round of a job: what fails is told, and tried again with the next."""
    cause.set(new_trace_id())
    try:
        outcome = await job()
    except Problem as problem:  # the database is away, or too much is going on: next round
        record.rounds[name, "postponed"] += 1
        log.warning("job.postponed", job=name, code=problem.code, detail=problem.detail)
    except Exception:
        record.rounds[name, "failed"] += 1
        log.exception("job.failed", job=name)
    else:
        record.rounds[name, "done"] += 1
        if outcome is not ELSEWHERE:
            record.done_at[name] = clock.now().timestamp()

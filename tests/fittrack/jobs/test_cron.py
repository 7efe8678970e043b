"""Jobs at times of the clock: each runs at the start, a failure does not end it, and a stop does."""

import asyncio
from zoneinfo import ZoneInfo

from fittrack.jobs.cron import Cron
from fittrack.jobs.record import ELSEWHERE, JobRecord
from fittrack.kit.clock import SystemClock
from fittrack.kit.problems import Busy

NEVER = {"year": 9999}
EVERY_SECOND = {"second": "*"}


async def test_every_job_has_a_first_round_at_the_start() -> None:
    cron = Cron(ZoneInfo("America/New_York"), SystemClock(), JobRecord())
    done = [asyncio.Event(), asyncio.Event()]
    for number, event in enumerate(done):
        cron.add(f"job {number}", _setting(event), **NEVER)
    cron.start()
    await asyncio.gather(*(event.wait() for event in done))
    await cron.stop()


async def test_a_job_that_fails_has_its_next_round() -> None:
    record = JobRecord()
    cron = Cron(ZoneInfo("UTC"), SystemClock(), record)
    rounds, enough = list[Exception](), asyncio.Event()
    failures = [Busy("Too much"), ValueError("a mistake")]

    async def job() -> None:
        if not failures:
            enough.set()
            return
        rounds.append(failures.pop(0))
        raise rounds[-1]

    cron.add("job", job, **EVERY_SECOND)
    cron.start()
    await enough.wait()
    await cron.stop()
    assert len(rounds) == 2
    assert record.rounds == {("job", "postponed"): 1, ("job", "failed"): 1, ("job", "done"): 1}
    assert "job" in record.done_at


async def test_a_round_that_leaves_the_job_to_another_node_does_not_say_that_it_was_done() -> None:
    record, looked = JobRecord(), asyncio.Event()

    async def job() -> object:
        looked.set()
        return ELSEWHERE

    cron = Cron(ZoneInfo("UTC"), SystemClock(), record)
    cron.add("job", job, **NEVER)
    cron.start()
    await looked.wait()
    await cron.stop()
    assert record.done_at == {}, "the alert for a stuck job looks at the node that has it"


async def test_one_that_was_never_started_can_be_stopped() -> None:
    await Cron(ZoneInfo("UTC"), SystemClock(), JobRecord()).stop()


def _setting(event: asyncio.Event):  # type: ignore[no-untyped-def]
    async def job() -> None:
        event.set()

    return job

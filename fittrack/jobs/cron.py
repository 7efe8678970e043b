"""Jobs at times that the platform's clocks show, by APScheduler. A job only tells an actor."""

from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from fittrack.jobs.every import Job, do_job
from fittrack.jobs.record import JobRecord
from fittrack.kit.clock import Clock


class Cron:
    """Does each job at its times and once at the start, so that none is lost with a time that was missed.

    Every node has one: a job that runs on several of them must be harmless.
    """

    def __init__(self, zone: ZoneInfo, clock: Clock, record: JobRecord) -> None:
        self._zone, self._clock, self._record = zone, clock, record
        self._scheduler = AsyncIOScheduler(timezone=zone)

    def add(self, name: str, job: Job, **fields: int | str) -> None:
        """Do `job` whenever the clocks agree with `fields`: `minute`, `hour`, `day_of_week`, …"""
        self._record.names.add(name)
        self._scheduler.add_job(
            do_job,
            CronTrigger(timezone=self._zone, **fields),
            args=(name, job, self._clock, self._record),
            name=name,
            next_run_time=datetime.now(self._zone),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,  # late is better than not at all
        )

    def start(self) -> None:
        """Begin, with a first round of everything now."""
        self._scheduler.start()

    async def stop(self) -> None:
        """End; a round under way is cut off."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

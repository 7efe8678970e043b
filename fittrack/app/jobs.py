"""What a node does by the clock: which job how often, and each job by its name."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from fittrack.app.bell import EFFECTS, REVOKING, SUBSCRIPTIONS, WEBHOOKS, syncs_of
from fittrack.app.parts import Parts
from fittrack.check.apart import Task, run_apart
from fittrack.check.nightly import LOOK_EVERY_S, NightlyCheck
from fittrack.clients.usage import FLUSH_EVERY_S
from fittrack.jobs import (
    audit,
    devices,
    effects,
    figures,
    norms,
    schedule,
    timers,
    trackers,
)
from fittrack.jobs.clock import ClockComparison
from fittrack.jobs.cron import Cron
from fittrack.jobs.every import Every, Job
from fittrack.jobs.housekeeping import Housekeeping
from fittrack.jobs.record import ELSEWHERE, JobRecord
from fittrack.jobs.trackers import ServiceSyncs
from fittrack.kit.clock_watch import LOOK_EVERY_S as CLOCK_EVERY_S
from fittrack.mail.worker import LETTERS_PER_ROUND
from fittrack.ops.backlogs import BACKLOGS_EVERY_S
from fittrack.pubsub.messages import JOBS, JobDue, Message
from fittrack.sessions.watch import POLL_EVERY_S
from fittrack.webhooks.services import SUBSCRIPTIONS_EVERY_S

MAIL_EVERY_S: Final = 2.0
"""A verification mail leaves within a minute; people wait for it with the app open."""

HOUSEKEEPING_EVERY_S: Final = 3600.0
"""What is kept for 7 days may be kept an hour longer; what failed or was put off comes again soon."""

JOB: Final = "job"
"""Jobs are placed like actors, by their names."""

WEBHOOKS_EVERY_S: Final = 1.0
"""How soon an event is on its way."""


class NodeJobs:
    """The jobs of one node. Of the cluster's jobs a round does nothing where another node has the job."""

    def __init__(self, parts: Parts) -> None:
        base, storage, links, actors = parts.base, parts.storage, parts.links, parts.actors
        self._clock, self._calendar = base.clock, base.calendar
        self._clock_watch = base.clock_watch
        self.comparison = ClockComparison(
            base.clock_watch, storage.reads, base.clock, asks=bool(base.settings.database.oracle_dsn)
        )
        self._journal, self._reads = storage.journal, storage.reads
        self._registry, self._placement = actors.registry, links.placement
        self._connections, self._mail = parts.partners.connections, parts.partners.mail
        self._webhooks, self._deliveries = parts.partners.webhooks, parts.partners.deliveries
        self.nightly = _nightly_check(parts)
        self.record = JobRecord()
        self._syncs = {
            service: ServiceSyncs(self._connections, names)
            for service, names in self._connections.catalogue.fetched.items()
        }
        self._rounds = [
            *self._rounds_of_the_cluster(),
            self._here(SUBSCRIPTIONS, SUBSCRIPTIONS_EVERY_S, self._webhooks.know_subscriptions),
            self._here("backlogs", BACKLOGS_EVERY_S, parts.partners.backlogs.look),
            self._here("clock", CLOCK_EVERY_S, self.comparison.look),
            self._here("sessions", POLL_EVERY_S, actors.watch.poll),
            self._here("usage", FLUSH_EVERY_S, parts.identity.clients.usage.flush),
        ]
        self._deliveries.when_room(partial(self._poke, WEBHOOKS))
        links.broker.subscribe(JOBS, self._is_due)
        self._cron = Cron(base.calendar.zone, base.clock, self.record)
        self._cron.add("schedule", self._on_one_node("schedule", self.keep_schedule), **schedule.EACH)

    def _rounds_of_the_cluster(self) -> Iterator[Every]:
        for service, syncs in self._syncs.items():
            yield self._once(syncs_of(service), trackers.SWEEP_EVERY_S, syncs.sync_due)
        yield self._once(REVOKING, trackers.REVOKE_EVERY_S, self.revoke_tokens)
        yield self._once(EFFECTS, effects.SWEEP_EVERY_S, self.apply_effects)
        yield self._once("timers", timers.SWEEP_EVERY_S, self.tend_drawings)
        yield self._once("prizes", timers.PRIZES_EVERY_S, self.tend_prizes)
        yield self._once("audit", audit.SWEEP_EVERY_S, self.seal_audit_log)
        yield self._once("mail", MAIL_EVERY_S, self.deliver_mail)
        yield self._once("norms", norms.LOOK_EVERY_S, self.keep_norms)
        yield self._once("devices", devices.LOOK_EVERY_S, self.review_shared_devices)
        yield self._once("figures", figures.COUNT_EVERY_S, self.count_figures)
        yield self._once("check", LOOK_EVERY_S, self.nightly.look)
        yield self._once("housekeeping", HOUSEKEEPING_EVERY_S, self.keep_house)
        yield self._once(WEBHOOKS, WEBHOOKS_EVERY_S, self._deliveries.deliver_due)

    def start(self) -> None:
        """Begin, with a first round of everything now."""
        for job in self._rounds:
            job.start()
        self._cron.start()

    async def stop(self) -> None:
        """End; rounds under way are cut off, and done anew by another node or the next start."""
        await self._cron.stop()
        for job in self._rounds:
            await job.stop()
        for syncs in self._syncs.values():
            await syncs.stop()
        await self._deliveries.stop()
        await self._webhooks.sender.stop()

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """No job writes meanwhile what it read before. A round under way is cut off, and done anew later."""
        stopped = [job for job in self._rounds if job.runs]
        for job in stopped:
            await job.stop()
        await self._deliveries.stop()
        try:
            yield
        finally:
            for job in stopped:
                job.start()

    # --- Each by its name -----------------------------------------------------------------------------------

    async def apply_effects(self) -> int:
        """Have refunds and notices applied that wait."""
        return await effects.apply_waiting(self._reads, self._registry)

    async def tend_drawings(self) -> None:
        """Remind drawings of what is due."""
        await timers.tend_due_drawings(self._reads, self._registry, self._clock)

    async def keep_schedule(self) -> None:
        """Have the drawings made whose time has come to be seen."""
        await schedule.keep_schedule(self._registry)

    async def tend_prizes(self) -> None:
        """Remind winners' actors of what is due."""
        await timers.tend_due_prizes(self._reads, self._registry, self._clock)

    async def seal_audit_log(self) -> None:
        """Have what was recorded sealed."""
        await audit.seal_waiting(self._reads, self._registry)

    async def deliver_mail(self) -> None:
        """Deliver the letters that are due."""
        while await self._mail.deliver_due(self._clock.now()) == LETTERS_PER_ROUND:
            pass

    async def deliver_webhooks(self) -> None:
        """Send every message that is due, to the end."""
        await self._deliveries.settled()

    async def sync_trackers(self) -> None:
        """Sync every connection that is due, to the end."""
        for syncs in self._syncs.values():
            await syncs.sync_due()
            await syncs.settled()

    async def revoke_tokens(self) -> None:
        """Tell providers of connections that ended."""
        await trackers.revoke_due(self._connections)

    async def keep_norms(self) -> None:
        """Know what the days of tiers come to, once a night."""
        await norms.keep_norms(self._journal, self._reads, self._clock, self._calendar)

    async def review_shared_devices(self) -> int:
        """Have accounts reviewed that use one device."""
        return await devices.review_shared_devices(self._reads, self._registry, self._clock)

    async def count_figures(self) -> None:
        """Bring what analytics keep ready up to date."""
        await figures.count_what_changed(self._journal, self._reads, self._clock, self._calendar)

    async def keep_house(self) -> None:
        """Forget what was kept long enough. Not by a clock that is off: it might be off by years."""
        self._clock_watch.check()
        await Housekeeping(self._journal, self._reads, self._clock, self._calendar).keep_house()

    # --- When, and where ------------------------------------------------------------------------------------

    def _once(self, name: str, seconds: float, job: Job) -> Every:
        return self._here(name, seconds, self._on_one_node(name, job))

    def _here(self, name: str, seconds: float, job: Job) -> Every:
        return Every(name, seconds, job, self._clock, self.record)

    def _on_one_node(self, name: str, job: Job) -> Job:
        """A job of the whole cluster: one node does it, and another one when that has gone.

        Should two do it for a moment, that is harmless.
        """

        async def run() -> object:
            return await job() if self._placement.locate(JOB, name) is None else ELSEWHERE

        return run

    def _is_due(self, message: Message) -> None:
        assert isinstance(message, JobDue), "nothing else is published there"
        self._poke(message.name)

    def _poke(self, name: str) -> None:
        for job in self._rounds:
            if job.name == name:
                job.poke()


def _nightly_check(parts: Parts) -> NightlyCheck:
    base, storage = parts.base, parts.storage
    task = Task(
        database=base.settings.database,
        token_keys=base.settings.token_keys,
        zone=base.calendar.zone,
        chains=parts.actors.beacon_chains,
    )
    return NightlyCheck(storage.journal, storage.reads, base.clock, base.calendar, partial(run_apart, task))

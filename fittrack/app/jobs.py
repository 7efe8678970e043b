"""What a node does by the clock: which job how often, and each job by its name."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final

from actors.runtime import Placement, Registry
from fittrack.clients.usage import FLUSH_EVERY_S, UsageCounter
from fittrack.connections.services import ConnectionServices
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.jobs import (
    audit,
    devices,
    effects,
    figures,
    housekeeping,
    norms,
    retention,
    schedule,
    timers,
    trackers,
)
from fittrack.jobs.cron import Cron
from fittrack.jobs.every import Every
from fittrack.jobs.record import JobRecord
from fittrack.jobs.trackers import ServiceSyncs
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock
from fittrack.mail.worker import LETTERS_PER_ROUND, MailWorker
from fittrack.ops.backlogs import BACKLOGS_EVERY_S, Backlogs
from fittrack.pubsub.broker import Broker
from fittrack.pubsub.messages import JOBS, JobDue, Message
from fittrack.sessions.watch import POLL_EVERY_S, SessionWatch
from fittrack.webhooks.delivering import Deliveries
from fittrack.webhooks.services import SUBSCRIPTIONS_EVERY_S, WebhookServices

MAIL_EVERY_S: Final = 2.0
"""A verification mail leaves within a minute; people wait for it with the app open."""

HOUSEKEEPING_EVERY_S: Final = 24 * 3600.0
"""What is kept for 7 days may be kept for 8."""

JOB: Final = "job"
"""Jobs are placed like actors, by their names."""

WEBHOOKS_EVERY_S: Final = 1.0
"""How soon an event is on its way."""

EFFECTS: Final = "effects"
REVOKING: Final = "revocations"
WEBHOOKS: Final = "webhooks"
SUBSCRIPTIONS: Final = "webhook subscriptions"
"""Jobs that need not wait for their next round when somebody knows of something to do."""


class Bell:
    """Tells the node that does a job that there is something to do."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def effects(self) -> None:
        """Refunds or notices wait."""
        self._ring(EFFECTS)

    def revocations(self) -> None:
        """A connection to a provider ended."""
        self._ring(REVOKING)

    def syncs(self, services: Iterable[str]) -> None:
        """A connection to one of these services is due."""
        for service in services:
            self._ring(_syncs_of(service))

    def webhooks(self) -> None:
        """Messages for endpoints are due."""
        self._ring(WEBHOOKS)

    def subscriptions(self) -> None:
        """Endpoints want other events than before."""
        self._ring(SUBSCRIPTIONS)

    def _ring(self, job: str) -> None:
        self._broker.publish(JOBS, JobDue(job))


class NodeJobs:
    """The jobs of one node. Of the cluster's jobs a round does nothing where another node has the job."""

    def __init__(
        self,
        *,
        clock: Clock,
        calendar: PlatformCalendar,
        journal: Journal,
        reads: Reads,
        registry: Registry,
        placement: Placement,
        broker: Broker,
        connections: ConnectionServices,
        mail: MailWorker,
        watch: SessionWatch,
        usage: UsageCounter,
        webhooks: WebhookServices,
        deliveries: Deliveries,
        backlogs: Backlogs,
    ) -> None:
        self._clock = clock
        self._calendar = calendar
        self._journal = journal
        self._reads = reads
        self._registry = registry
        self._placement = placement
        self._connections = connections
        self._mail = mail
        self._webhooks = webhooks
        self._deliveries = deliveries
        self.record = JobRecord()
        self._syncs = {
            service: ServiceSyncs(connections, names)
            for service, names in connections.catalogue.fetched.items()
        }
        self._rounds = [
            *(
                self._once(_syncs_of(service), trackers.SWEEP_EVERY_S, syncs.sync_due)
                for service, syncs in self._syncs.items()
            ),
            self._once(REVOKING, trackers.REVOKE_EVERY_S, self.revoke_tokens),
            self._once(EFFECTS, effects.SWEEP_EVERY_S, self.apply_effects),
            self._once("timers", timers.SWEEP_EVERY_S, self.tend_drawings),
            self._once("prizes", timers.PRIZES_EVERY_S, self.tend_prizes),
            self._once("audit", audit.SWEEP_EVERY_S, self.seal_audit_log),
            self._once("mail", MAIL_EVERY_S, self.deliver_mail),
            self._once("norms", norms.LOOK_EVERY_S, self.keep_norms),
            self._once("devices", devices.LOOK_EVERY_S, self.review_shared_devices),
            self._once("figures", figures.COUNT_EVERY_S, self.count_figures),
            self._once("housekeeping", HOUSEKEEPING_EVERY_S, self.keep_house),
            self._once(WEBHOOKS, WEBHOOKS_EVERY_S, deliveries.deliver_due),
            self._here("backlogs", BACKLOGS_EVERY_S, backlogs.look),
            self._here(SUBSCRIPTIONS, SUBSCRIPTIONS_EVERY_S, webhooks.know_subscriptions),
            self._here("sessions", POLL_EVERY_S, watch.poll),
            self._here("usage", FLUSH_EVERY_S, usage.flush),
        ]
        broker.subscribe(JOBS, self._is_due)
        self._cron = Cron(calendar.zone, clock, self.record)
        self._cron.add("schedule", self._on_one_node("schedule", self.keep_schedule), **schedule.EACH)

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
        """Forget what was kept long enough."""
        await housekeeping.forget_old_keys(self._journal, self._reads, self._clock)
        await retention.erase_what_is_old(self._journal, self._reads, self._clock, self._calendar)

    # --- When, and where ------------------------------------------------------------------------------------

    def _once(self, name: str, seconds: float, job: Callable[[], Awaitable[object]]) -> Every:
        return self._here(name, seconds, self._on_one_node(name, job))

    def _here(self, name: str, seconds: float, job: Callable[[], Awaitable[object]]) -> Every:
        return Every(name, seconds, job, self._clock, self.record)

    def _on_one_node(self, name: str, job: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
        """A job of the whole cluster: one node does it, and another one when that has gone.

        Should two do it for a moment, that is harmless.
        """

        async def run() -> None:
            if self._placement.locate(JOB, name) is None:
                await job()

        return run

    def _is_due(self, message: Message) -> None:
        assert isinstance(message, JobDue), "nothing else is published there"
        self.poke(message.name)

    def poke(self, name: str) -> None:
        """There is something to do for this job, on this node."""
        for job in self._rounds:
            if job.name == name:
                job.poke()


def _syncs_of(service: str) -> str:
    return f"trackers of {service}"

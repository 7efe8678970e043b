"""Sending what is due: claimed, so that two nodes do no harm; bounded, so that no endpoint holds up another.

A message that was sent and not noted, since the node died in between, is due again when its lease ends:
it is sent once more under the same id.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.integrations.webhooks import Reply, Sender, SendFailed, milliseconds_since
from fittrack.kit import jitter
from fittrack.kit.clock import Clock, whole_milliseconds
from fittrack.kit.seal_contexts import webhook_secret
from fittrack.kit.sealing import SealBroken, Sealer
from fittrack.webhooks import claim_queries, event_queries, signing, statements
from fittrack.webhooks.claim_queries import Claim
from fittrack.webhooks.event_queries import TakenElsewhere
from fittrack.webhooks.rules import AT_ONCE, SLOW, Attempt, attempt_of, rooms
from fittrack.webhooks.statements import AttemptMade, Consequences

EVENTS_PER_ROUND: Final = 500
"""Events given to their endpoints in one transaction: some milliseconds of the writer's time."""

LEASE: Final = timedelta(minutes=1)
"""How long a claim holds: four times as long as a message may take to send."""

OUTCOMES: Final = ("delivered", "failed", "given_up", "disabled")
"""Attempts that succeeded or failed; messages that were given up; endpoints that were switched off."""

log = structlog.get_logger(__name__)


class Deliveries:
    """Sends what is due on this node."""

    def __init__(
        self,
        *,
        clock: Clock,
        journal: Journal,
        reads: Reads,
        sealer: Sealer,
        sender: Sender,
        effects_due: Callable[[], None],
    ) -> None:
        self._clock, self._journal, self._reads = clock, journal, reads
        self._sealer, self._sender = sealer, sender
        self._effects_due = effects_due
        self._on_room: list[Callable[[], None]] = []
        self._running: set[asyncio.Task[None]] = set()
        self._per_endpoint: Counter[UUID] = Counter()
        self._slow: set[UUID] = set()
        self.outcomes: Counter[str] = Counter()
        """What became of attempts and messages since the node started (`ops.metrics`)."""

    def when_room(self, callback: Callable[[], None]) -> None:
        """Call when a message is off the way, so that `deliver_due` finds room for another."""
        self._on_room.append(callback)

    async def deliver_due(self) -> None:
        """Give events to their endpoints, begin to send what is due and finds room. Waits for no answer."""
        work = await self._reads.run(event_queries.work, self._clock.now())
        if work.events:
            await self._hand_out()
        elif not work.messages:
            return
        while claims := await self._claim():
            for claim in claims:
                self._begin(claim)

    async def settled(self) -> None:
        """Wait until nothing is being sent and nothing more is due."""
        while True:
            await self.deliver_due()
            if not self._running:
                return
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self) -> None:
        """Break off what is being sent: another node, or the next start, sends it again."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _hand_out(self) -> None:
        full = EVENTS_PER_ROUND
        while full == EVENTS_PER_ROUND:
            try:
                full = await self._journal.transact(
                    event_queries.hand_out, self._clock.now(), EVENTS_PER_ROUND
                )
            except TakenElsewhere:
                return

    async def _claim(self) -> list[Claim]:
        if len(self._running) >= AT_ONCE:
            return []
        now = self._clock.now()
        waiting = await self._reads.run(claim_queries.waiting_endpoints, now)
        struggling = {endpoint_id for endpoint_id, failures in waiting if failures} | self._slow
        free = rooms([endpoint_id for endpoint_id, _ in waiting], self._per_endpoint, struggling)
        if not free:
            return []
        return await self._journal.transact(claim_queries.claim, free, now, LEASE)

    def _begin(self, claim: Claim) -> None:
        self._per_endpoint[claim.endpoint_id] += 1
        task = asyncio.get_running_loop().create_task(self._deliver(claim))
        self._running.add(task)
        task.add_done_callback(self._done)

    async def _deliver(self, claim: Claim) -> None:
        try:
            made = await self._attempt(claim)
            noted = await self._journal.transact(statements.note, made, self._clock.now())
        finally:
            self._per_endpoint[claim.endpoint_id] -= 1
            if not self._per_endpoint[claim.endpoint_id]:
                del self._per_endpoint[claim.endpoint_id]
        self._tell(made, noted)

    async def _attempt(self, claim: Claim) -> AttemptMade:
        began_at, began = whole_milliseconds(self._clock.now()), time.perf_counter()
        reply: Reply | None = None
        try:
            headers = self._headers(claim)
            reply = await self._sender.send(claim.url, headers, claim.payload)
            attempt = attempt_of(reply.status, reply.retry_after, self._clock.now())
        except SendFailed as failed:
            attempt = Attempt(None, str(failed))
        except SealBroken:
            log.exception("webhook.not_signed", endpoint_id=str(claim.endpoint_id))
            attempt = Attempt(None, "Its secret cannot be opened: rotate it.")
        took = milliseconds_since(began)
        if timedelta(milliseconds=took) > SLOW:
            self._slow.add(claim.endpoint_id)
        else:
            self._slow.discard(claim.endpoint_id)
        return AttemptMade(
            claim.endpoint_id,
            claim.message_id,
            claim.attempt,
            claim.failures,
            began_at,
            took,
            attempt,
            b"" if reply is None else reply.answer,
            jitter.draw(),
        )

    def _headers(self, claim: Claim) -> dict[str, str]:
        context = webhook_secret(claim.endpoint_id)
        secrets = [self._sealer.open(sealed, context) for sealed in claim.sealed_secrets]
        timestamp = int(self._clock.now().timestamp())
        return signing.headers(secrets, str(claim.message_id), timestamp, claim.payload)

    def _tell(self, made: AttemptMade, noted: Consequences) -> None:
        endpoint, message = str(made.endpoint_id), str(made.message_id)
        self.outcomes["delivered" if made.attempt.delivered else "failed"] += 1
        if not made.attempt.delivered:
            error = made.attempt.error
            log.info("webhook.failed", endpoint_id=endpoint, message_id=message, error=error)
        if noted.given_up:
            self.outcomes["given_up"] += 1
            log.error("webhook.given_up", endpoint_id=endpoint, message_id=message)
        if noted.disabled is not None:
            self.outcomes["disabled"] += 1
            log.error("webhook.disabled", endpoint_id=endpoint, reason=noted.disabled.value)
        if noted.warned:
            log.warning("webhook.failing", endpoint_id=endpoint)
        if noted.disabled is not None or noted.warned:
            self._effects_due()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            if (error := task.exception()) is not None:
                log.error("webhook.crashed", exc_info=error)
            for tell in self._on_room:
                tell()

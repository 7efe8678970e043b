"""The ops room: live figures, alerts and what admins do, once a second while somebody watches.

While nobody does, nothing is computed: whoever comes (a subscriber, or `GET admin/live`) makes it look.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from fittrack.check.statements import Ended
from fittrack.check.statements import latest as latest_check
from fittrack.db.reads import Reads
from fittrack.fairness.rules_text import read_rules
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Problem
from fittrack.ops import queries
from fittrack.ops.alarms import Alarms, Finding, Recent
from fittrack.ops.backlogs import DEAD_LETTERS_OF, OVERDUE_AFTER
from fittrack.ops.queries import Done, Overdue
from fittrack.ops.readings import Span, live
from fittrack.ops.roll import TICK_S, Roll
from fittrack.webhooks.backlog_queries import Backlog
from fittrack.webhooks.backlog_queries import backlog as webhook_backlog
from protocol.channel_events import OpsAction, OpsLive
from protocol.frames import Payload
from protocol.shapes import instant
from protocol.snapshots import OpsSnapshot

LOOK_EVERY_TICKS: Final = 5
"""Ticks between two looks into the database for what is wrong there; actions are looked for at each."""

WEBHOOKS_LATE_AFTER: Final = timedelta(minutes=5)
"""How long a message may be due: each second what is due is begun, and what fails is due later."""

ALERTS_OF_DRAWINGS_MAX: Final = 20
CHECK_OVERDUE_AFTER: Final = timedelta(hours=30)
"""One a night, and some hours for it."""

ACTIONS_SHOWN: Final = 20
"""Actions in a snapshot."""

ACTIONS_A_TICK: Final = 100

BEHIND: Final = timedelta(seconds=10)
"""How far back each look for actions goes: what is dated earlier may become visible later."""

REMEMBERED_ACTIONS: Final = 2_000
"""Ids of actions told already: many more than ten seconds can bring."""

log = structlog.get_logger(__name__)


class OpsRoom:
    """What a node tells those who watch all nodes from here.

    `publish(payload, lasting)` sends to the channel; `watched()` says whether anybody listens.
    """

    def __init__(
        self,
        roll: Roll,
        reads: Reads,
        clock: Clock,
        publish: Callable[[Payload, bool], None],
        watched: Callable[[], bool],
    ) -> None:
        self._roll, self._reads, self._clock = roll, reads, clock
        self._publish, self._watched = publish, watched
        self._alarms, self._recent = Alarms(), Recent()
        self._in_memory: list[Finding] = []
        self._in_database: list[Finding] = []
        self._told: OrderedDict[UUID, None] = OrderedDict()
        self._live: OpsLive | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether figures are computed at the moment."""
        return self._task is not None and not self._task.done()

    async def snapshot(self) -> OpsSnapshot:
        """How things are now, and from now on each second if somebody listens."""
        if not self.is_running:
            async with self._roll.heard():
                await self._roll.gather()
            await self._look()
            self._live = self._measure()
            self._alarms.update([*self._in_memory, *self._in_database], self._clock.now())
        actions = await self._reads.run(queries.latest_actions, ACTIONS_SHOWN)
        self._watch(actions)
        return OpsSnapshot(
            live=self._live, alerts=self._alarms.standing, actions=[action_shape(done) for done in actions]
        )

    async def stop(self) -> None:
        """Tell nobody anything any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _watch(self, shown: list[Done]) -> None:
        if self.is_running or not self._watched():
            return
        self._told = OrderedDict.fromkeys(done.audit_id for done in shown)
        self._task = asyncio.get_running_loop().create_task(self._run(), name="ops")

    async def _run(self) -> None:
        async with self._roll.heard():
            ticks, second = 0, asyncio.ensure_future(self._clock.sleep(TICK_S))
            while self._watched():
                await second
                # It begins before the work: a tick a second.
                second = asyncio.ensure_future(self._clock.sleep(TICK_S))
                ticks += 1
                try:
                    await self._tell(look=ticks % LOOK_EVERY_TICKS == 0)
                except Problem as problem:  # the database does not answer: the figures say so, too
                    log.warning("ops.not_read", code=problem.code, detail=problem.detail)
                except Exception:
                    log.exception("the ops room failed, going on")
            second.cancel()

    async def _tell(self, *, look: bool) -> None:
        self._roll.call()  # what other nodes answer is told of a second later
        self._live = self._measure()
        self._publish(self._live, False)
        if look:
            await self._look()
        found = [*self._in_memory, *self._in_database]
        for alert in self._alarms.update(found, self._clock.now()):
            self._publish(alert, True)
        await self._tell_actions()

    async def _tell_actions(self) -> None:
        since = self._clock.now() - BEHIND
        for done in await self._reads.run(queries.actions_since, since, ACTIONS_A_TICK):
            if done.audit_id not in self._told:
                self._told[done.audit_id] = None
                self._publish(action_shape(done), True)
        while len(self._told) > REMEMBERED_ACTIONS:
            self._told.popitem(last=False)

    def _measure(self) -> OpsLive:
        spans = self._roll.turn()
        self._in_memory = self._troubles(spans)
        return live(spans, self._clock.now())

    def _troubles(self, spans: Sequence[Span]) -> list[Finding]:
        now, found = self._clock.monotonic(), []
        late = [f"{span.latter.node} {span.latter.lag_s:.2f} s" for span in spans if span.is_late]
        if late:
            found.append(Finding("loop-lag", "", "warning", f"Event loops are late: {', '.join(late)}."))
        failed = self._recent.note("journal", int(sum(span.grown("not_stored") for span in spans)), now)
        if failed:
            found.append(
                Finding("journal-failing", "", "critical", f"The database did not take {failed} units.")
            )
        troubles = Counter[str]()
        for span in spans:
            troubles.update(dict(span.troubles()))
        for kind, count in troubles.items():
            grown = self._recent.note(kind, count, now)
            if grown:
                detail = f"{grown} activations crashed, hung or rest in quarantine."
                found.append(Finding("actors-failing", kind, "warning", detail))
        return found

    async def _look(self) -> None:
        now = self._clock.now()
        overdue = await self._reads.run(queries.overdue, now - OVERDUE_AFTER, ALERTS_OF_DRAWINGS_MAX)
        dead = await self._reads.run(queries.letters_given_up, now - DEAD_LETTERS_OF)
        self._in_database = [overdue_draw(each) for each in overdue]
        if dead:
            detail = f"{dead} letters of the last day could not be delivered."
            self._in_database.append(Finding("mail-dead-letters", "", "warning", detail))
        webhooks = await self._reads.run(webhook_backlog, now, now - DEAD_LETTERS_OF)
        self._in_database += late_webhooks(webhooks, now)
        check = await self._reads.run(latest_check)
        if check is not None:
            self._in_database += troubles_of_check(check, now)


def late_webhooks(backlog: Backlog, now: datetime) -> Iterator[Finding]:
    """What is wrong with webhooks."""
    if backlog.oldest_due is not None and now - backlog.oldest_due > WEBHOOKS_LATE_AFTER:
        minutes = int((now - backlog.oldest_due).total_seconds() // 60)
        late = f"The oldest message has been due for {minutes:,} minutes."
        yield Finding("webhooks-late", "", "warning", late)
    if backlog.given_up:
        detail = f"{backlog.given_up:,} messages of the last day were given up."
        yield Finding("webhook-dead-letters", "", "warning", detail)
    for endpoint in backlog.switched_off:
        yield Finding(
            "webhook-disabled", str(endpoint.endpoint_id), "critical", f"{endpoint.host} takes nothing."
        )


def troubles_of_check(check: Ended, now: datetime) -> Iterator[Finding]:
    """What is wrong with the ledger, or with its checks."""
    if check.violations:
        detail = f"The check of {check.night} found {check.violations:,} violations; the log names them."
        yield Finding("check-broken", "", "critical", detail)
    if now - check.ended_at > CHECK_OVERDUE_AFTER:
        hours = int((now - check.ended_at).total_seconds() // 3600)
        yield Finding("check-overdue", "", "warning", f"The last check was done {hours:,} hours ago.")


def overdue_draw(overdue: Overdue) -> Finding:
    """What is wrong with a draw that did not take place."""
    waits = overdue.rules is not None and read_rules(overdue.rules).beacon is not None
    code = "draw-waits-for-beacon" if waits else "draw-failed"
    why = "waits for its beacon's round" if waits else "was not drawn in time"
    return Finding(code, str(overdue.drawing_id), "critical", f"{overdue.name} {why}.")


def action_shape(done: Done) -> OpsAction:
    """An action as the console shows it. Why something was done to a person stands in the audit log alone."""
    return OpsAction(
        audit_id=done.audit_id,
        at=instant(done.created_at),
        actor=done.actor or "system",
        action=done.action,
        entity_type=done.subject_type,
        entity_id=done.subject_id,
        reason=None if done.subject_type == "user" else done.reason,
        part=_part_of(done.after),
    )


class _Part(Struct):
    """What the state of a part names itself by; whole subjects have neither."""

    fulfillment_id: UUID | None = None
    review_id: UUID | None = None


_part = msgspec.json.Decoder(_Part)


def _part_of(after: bytes | None) -> UUID | None:
    """What of the subject an action was about."""
    if after is None:
        return None
    part = _part.decode(after)
    return part.fulfillment_id or part.review_id

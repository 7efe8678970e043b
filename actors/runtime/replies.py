"""Replies: each message gets exactly one, in the turn of the one who asked, at the latest at its deadline."""

import asyncio
from collections.abc import Iterable
from typing import Any

import structlog

from actors.runtime.population import Envelope, running_turn
from actors.runtime.promise import Listener, Outcome
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Busy, OutcomeUnknown
from fittrack.kit.tracing import error_of

# Deadlines are in seconds; nobody notices a twentieth, and one timer serves all that end within it.
DEADLINE_GRAIN_S = 0.05

log = structlog.get_logger(__name__)


# The bucket of what has no deadline to be kept.
_NO_BUCKET: set[Envelope] = set()


class Replies:
    """Answers envelopes, and watches over their deadlines in buckets rather than with a timer each."""

    __slots__ = ("_buckets", "_clock")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[int, set[Envelope]] = {}

    def guard(self, envelope: Envelope) -> None:
        """See to it that `envelope` is answered soon after its deadline, whatever happens."""
        slot = int(envelope.deadline / DEADLINE_GRAIN_S) + 1
        bucket = self._buckets.get(slot)
        if bucket is None:
            bucket = self._buckets[slot] = set()
            delay = slot * DEADLINE_GRAIN_S - self._clock.monotonic()
            self._clock.call_later(delay, self._end_bucket, slot)
        bucket.add(envelope)
        envelope.bucket = bucket

    def guard_turn(self, envelope: Envelope) -> None:
        """Guard a message whose turn is open, or whose reply is held."""
        if envelope.bucket is None and envelope.on_reply is not None:
            self.guard(envelope)

    def guard_waiting(self, mailbox: Iterable[Envelope]) -> None:
        """Guard the messages of a mailbox whose turns are no longer about to come.

        `mailbox` is given newest first: those before the first that is guarded already are, too.
        """
        for envelope in mailbox:
            if envelope.bucket is not None:
                return
            if envelope.on_reply is None:  # told, or answered
                envelope.bucket = _NO_BUCKET
            else:
                self.guard(envelope)

    def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Answer `envelope`; without effect when it has been answered."""
        if envelope.done:
            return
        envelope.done = True
        bucket = envelope.bucket
        if bucket is not None:
            envelope.bucket = None
            bucket.discard(envelope)
        if envelope.span is not None:
            envelope.span.end(error=error_of(outcome))
        on_reply = envelope.on_reply
        if on_reply is None:
            return
        envelope.on_reply = None
        if isinstance(on_reply, asyncio.Future):  # an ask; it is the commonest, and needs no turn of its own
            _resolve(on_reply, outcome)
        else:
            _call(on_reply, envelope, outcome)

    def expire(self, envelope: Envelope) -> None:
        """Answer what nobody waits for any longer: honestly, by whether its turn began."""
        if envelope.done:
            return
        if envelope.began:
            self.settle(envelope, OutcomeUnknown())
            return
        if envelope.cell is not None:
            envelope.cell.population.metrics.expired += 1
        self.settle(envelope, Busy("It waited too long for its turn; nothing happened"))

    def expire_all(self) -> int:
        """Answer everything that is still open. Returns how many there were."""
        waiting = [envelope for bucket in self._buckets.values() for envelope in bucket]
        for envelope in waiting:
            self.expire(envelope)
        return len(waiting)

    def _end_bucket(self, slot: int) -> None:
        for envelope in list(self._buckets.pop(slot)):
            self.expire(envelope)


def _resolve(future: "asyncio.Future[Any]", outcome: Outcome) -> None:
    if future.done():
        return  # whoever asked was cancelled
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _call(on_reply: Listener, envelope: Envelope, outcome: Outcome) -> None:
    """Call back on behalf of the turn that asked."""
    asker, running = envelope.asker, running_turn.get()
    if running is asker or (asker is None and (running is None or running is envelope)):
        token = None
    else:
        token = running_turn.set(asker)
    try:
        on_reply(outcome)
    except Exception:  # the asker's mistake must not hurt the one who answered
        log.exception("a reply could not be taken")
    if token is not None:
        running_turn.reset(token)

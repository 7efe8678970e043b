"""Positions in a player's streams: what a connection was sent, what there is, what may go out next.

Streams (`ledger`, `inbox`) are pumped from the log by a cursor; a publication only says that the head is at
least n. So nothing is kept per client, and an event is sent directly only when it is the very next one.
"""

from enum import Enum
from typing import NamedTuple

from protocol.inbound import Resume
from protocol.limits import REPLAY_EVENTS_MAX


class Offer(Enum):
    """What to do with an event that is at hand."""

    SEND = "send"
    """It is the next one: send it."""
    DROP = "drop"
    """The client has it."""
    BEHIND = "behind"
    """Others come first: read the log from `sent`."""


class StreamCursor:
    """One stream of one connection. `sent` is the last position handed to the outbox, `head` the last known.

    Invariants: `sent <= head`; `sent` grows by exactly what was sent, without gaps.
    """

    __slots__ = ("head", "sent")

    def __init__(self, sent: int, head: int) -> None:
        assert 0 <= sent <= head, "a client cannot have what does not exist"
        self.sent = sent
        self.head = head

    @property
    def behind(self) -> bool:
        """Whether the log holds what this connection was not sent."""
        return self.sent < self.head

    def learn(self, head: int) -> bool:
        """The head is at least `head`. Returns whether there is something to send."""
        self.head = max(self.head, head)
        return self.sent < self.head

    def offer(self, seq: int) -> Offer:
        """An event at `seq` is at hand; `SEND` counts it as sent."""
        if seq <= self.sent:
            return Offer.DROP
        self.head = max(self.head, seq)
        if seq != self.sent + 1:
            return Offer.BEHIND
        self.sent = seq
        return Offer.SEND

    def advance(self, seq: int) -> None:
        """Everything up to `seq` was sent, read from the log in order. Going back is no error."""
        self.sent = max(self.sent, seq)
        self.head = max(self.head, self.sent)


class Start(NamedTuple):
    """Where the streams of a new session start, and whether that misses nothing."""

    resumed: bool
    ledger: int
    inbox: int


def start_from(
    resume: Resume | None, *, ledger_head: int, inbox_head: int, replay_max: int = REPLAY_EVENTS_MAX
) -> Start:
    """Decide between replaying everything missed and starting at the heads; never a part of it.

    A position beyond the head is of another account or of a database since restored: the client must reload.
    """
    if resume is not None:
        missed_ledger, missed_inbox = ledger_head - resume.ledger, inbox_head - resume.inbox
        if missed_ledger >= 0 and missed_inbox >= 0 and missed_ledger + missed_inbox <= replay_max:
            return Start(True, resume.ledger, resume.inbox)
    return Start(False, ledger_head, inbox_head)

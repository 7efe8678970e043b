"""What travels between the parts of a node, and between nodes: small typed structs with positions.

A position says "there is at least this much": who missed a message learns it from the next one, or
from the comparison of heads every 30 s, and reads the rest from the log.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from fittrack.kit.ids import SessionId, UserId
from protocol.channel_events import OpsLooking
from protocol.frames import Payload

Stream = Literal["ledger", "inbox"]

CHANNEL_PREFIX = "channel:"
PLAYER_PREFIX = "player:"
REVOCATIONS = "revocations"
STANDINGS = "standings"
JOBS = "jobs"
OPS_CALLS = "ops-calls"
OPS_READINGS = "ops-readings"
OPS_LOOKS = "ops-looks"


class StreamEvent(Struct, frozen=True, tag="stream", gc=False):
    """The head of a player's stream is at least `seq`. `payload`, if it travels along, is the event there."""

    user_id: UserId
    stream: Stream
    seq: int
    payload: Payload | None = None


class PlayerNote(Struct, frozen=True, tag="note", gc=False):
    """Unnumbered state of a player: the latest of a `subject` (e.g. one drawing) replaces the former ones."""

    user_id: UserId
    payload: Payload
    subject: str = ""


class Presence(Struct, frozen=True, tag="presence"):
    """The connections of an account at one node. Nodes say so when somebody signed in: `asker` first, then
    those that heard it and have some."""

    user_id: UserId
    asker: str
    asked_ms: int
    """When somebody signed in there, in milliseconds since 1970."""
    node: str
    arrived: list[int]
    """When somebody signed in on each connection."""


class ChannelEvent(Struct, frozen=True, tag="channel", gc=False):
    """An event of a channel. Its position only grows.

    A `lasting` one (opening, closing, result, cancellation) is never skipped; any other may be
    replaced, at a slow reader, by the next of its type.
    """

    channel: str
    seq: int
    payload: Payload
    lasting: bool = False
    audience: str = ""
    """Whom of the channel's subscribers it is for; see `channel_topic`."""
    once: str = ""
    """What a lasting event tells, if it may be said several times and is to be heard once."""

    @property
    def topic(self) -> str:
        return channel_topic(self.channel, self.audience)


class Revocation(Struct, frozen=True, tag="revocation"):
    """An account, or one session of it, may no longer be connected."""

    user_id: UserId
    session_id: SessionId | None = None


class StandingChanged(Struct, frozen=True, tag="standing"):
    """What an account's sessions may do is to be read anew: its role, status or profile changed."""

    user_id: UserId


class JobDue(Struct, frozen=True, tag="job"):
    """There is something to do for a job: whoever does it need not wait for its next round."""

    name: str


class RollCall(Struct, frozen=True, tag="roll-call"):
    """Somebody watches over all nodes: each is to say how it is."""


class Look(Struct, frozen=True, kw_only=True, tag="look"):
    """An admin has something open, or no longer has: for who watches on any node."""

    looking: OpsLooking


class Reading(Struct, frozen=True, kw_only=True, tag="reading"):
    """A node's counters at one moment, which only grow, and how it is. Seconds are of its monotonic clock."""

    node: str
    since: float
    """When all counters were zero."""
    at: float
    lag_s: float
    """How late its event loop was."""
    connections: int
    actors: int
    turns: int
    commands: int
    purchases: int
    errors: int
    """Answers of 5xx, crashed turns, and units whose outcome is not known."""
    batches: int
    batch_s: float
    mailboxes: int
    mailbox_s: float
    not_stored: int
    troubles: dict[str, int]
    """Crashes, quarantines and abandoned turns, by kind of actor."""


Message = (
    StreamEvent
    | PlayerNote
    | Presence
    | ChannelEvent
    | Revocation
    | StandingChanged
    | JobDue
    | RollCall
    | Look
    | Reading
)


def position_of(at: datetime) -> int:
    """The position of what happened then in a channel: milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def player_topic(user_id: UUID) -> str:
    """Topic of everything that concerns one player's connections."""
    return f"{PLAYER_PREFIX}{user_id}"


def channel_topic(channel: str, audience: str = "") -> str:
    """Topic of one channel's events.

    Where not everybody may see the same, a channel has several audiences; what all may see is published
    to each of them.
    """
    return f"{CHANNEL_PREFIX}{channel}#{audience}" if audience else f"{CHANNEL_PREFIX}{channel}"

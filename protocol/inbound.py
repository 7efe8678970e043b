"""What clients say: one struct per type of frame, unknown fields refused.

`COMMANDS` change something and need a key; `CONTROLS` concern the connection and take none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from protocol.limits import (
    ACTIVITIES_PER_COMMAND_MAX,
    POSITION_MAX,
    TICKETS_PER_PURCHASE_MAX,
    TOKEN_LENGTH_MAX,
)
from protocol.shapes import ActivityInput, ForeignId

Token = Annotated[str, Meta(min_length=1, max_length=TOKEN_LENGTH_MAX)]
Position = Annotated[int, Meta(ge=0, le=POSITION_MAX)]


class Request(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The data (`d`) of an inbound frame. `TYPE` is the `t` it travels under."""

    TYPE: ClassVar[str]


# --- The connection ---------------------------------------------------------------------------------------


class Resume(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last positions the client has, of both streams."""

    ledger: Position
    inbox: Position


class Auth(Request, frozen=True, kw_only=True):
    """Who is there, and where to go on. The token may be missing only if the upgrade carried it."""

    TYPE: ClassVar[str] = "auth"
    token: Token | None = None
    device_id: ForeignId | None = None
    resume: Resume | None = None


class Refresh(Request, frozen=True, kw_only=True):
    """A newer token of the same account."""

    TYPE: ClassVar[str] = "refresh"
    token: Token


class Ping(Request, frozen=True):
    """Asks for the server's clock."""

    TYPE: ClassVar[str] = "ping"


class Subscribe(Request, frozen=True):
    """Asks for the channel in the envelope's `ch`."""

    TYPE: ClassVar[str] = "sub"


class Unsubscribe(Request, frozen=True):
    """Has enough of the channel in the envelope's `ch`."""

    TYPE: ClassVar[str] = "unsub"


# --- Commands ---------------------------------------------------------------------------------------------


class BuyTickets(Request, frozen=True, kw_only=True):
    """Buy `quantity` tickets of one drawing with points."""

    TYPE: ClassVar[str] = "tickets.buy"
    drawing_id: UUID
    quantity: Annotated[int, Meta(ge=1, le=TICKETS_PER_PURCHASE_MAX)]


class ReadInbox(Request, frozen=True, kw_only=True):
    """Mark the notifications up to position `up_to` as read."""

    TYPE: ClassVar[str] = "inbox.read"
    up_to: Position


class LogActivities(Request, frozen=True, kw_only=True):
    """Report activities, as clients write it. The server reads it item by item: see `ActivityBatch`."""

    TYPE: ClassVar[str] = "activity.log"
    activities: Annotated[list[ActivityInput], Meta(min_length=1, max_length=ACTIVITIES_PER_COMMAND_MAX)]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableActivity:
    """An item of a batch that does not validate. It is refused alone; the others stand.

    `digest` identifies what was sent, so that another payload under the same key is recognised.
    """

    code: str
    detail: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class ActivityBatch:
    """An `activity.log` as read. An item's position is its `index` in the answer."""

    TYPE: ClassVar[str] = LogActivities.TYPE
    items: Sequence[ActivityInput | UnreadableActivity]


Command = ActivityBatch | BuyTickets | ReadInbox
"""What the server is to do, under a key."""

COMMANDS: tuple[type[Request], ...] = (LogActivities, BuyTickets, ReadInbox)
CONTROLS: tuple[type[Request], ...] = (Auth, Refresh, Ping, Subscribe, Unsubscribe)
INBOUND: tuple[type[Request], ...] = (*CONTROLS, *COMMANDS)
"""Every request a client may send."""

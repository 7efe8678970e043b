"""What a player may want done with the inbox."""

from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct

from fittrack.kit.ids import NotificationId
from protocol.outbound import InboxRead


@dataclass(frozen=True, slots=True)
class ReadInbox:
    """Everything up to this position counts as read."""

    up_to: int
    ANSWER: ClassVar[type[Struct]] = InboxRead


@dataclass(frozen=True, slots=True)
class ReadNotification:
    """One notification counts as read."""

    notification_id: NotificationId
    ANSWER: ClassVar[type[Struct]] = InboxRead

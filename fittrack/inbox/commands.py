"""What a player may want done with the inbox."""

from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct

from fittrack.inbox import schemas
from fittrack.inbox.rules import Preferences
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


@dataclass(frozen=True, slots=True)
class ChangePreferences:
    """Tell the player of what `preferences` leave on, from now on.

    `only_if`: refuse (`precondition-failed`) when those in force are not the ones the caller saw.
    """

    preferences: Preferences
    only_if: Preferences | None = None
    ANSWER: ClassVar[type[Struct]] = schemas.NotificationPreferences

"""Answers to requests: exactly one `ok` or `err` each."""

from typing import ClassVar
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from protocol.frames import Payload
from protocol.shapes import Instant, RejectedItem


class Ok(Payload, frozen=True, kw_only=True, omit_defaults=True):
    """A command was done, or had been before under the same key (`replayed`)."""

    TYPE: ClassVar[str] = "ok"
    replayed: bool = False


class ActivitiesLogged(Ok, frozen=True, kw_only=True):
    """Answer to `activity.log`: numbers of items, points earned by all of them, the balance after."""

    accepted: int
    duplicates: int
    flagged: int
    rejected: list[RejectedItem]
    points: int
    balance: int


class TicketsBought(Ok, frozen=True, kw_only=True):
    """Answer to `tickets.buy`, as in REST. `odds` is from 0 to 1."""

    transaction_id: UUID
    drawing_id: UUID
    quantity: int
    points_spent: int
    balance: int
    my_tickets: int
    odds: float | None


class InboxRead(Ok, frozen=True, kw_only=True):
    """Answer to `inbox.read`: notifications still unread."""

    unread: int


class Refreshed(Ok, frozen=True, kw_only=True):
    """Answer to `refresh`: the new end of the token."""

    expires_at: Instant


class ErrorField(Struct, frozen=True, kw_only=True):
    """One thing wrong with the data: a JSON pointer into `d`, and what about it."""

    pointer: str
    detail: str


class Err(Payload, frozen=True, kw_only=True):
    """A refusal: a problem of the catalogue that REST uses too. `after_ms` says when to try again."""

    TYPE: ClassVar[str] = "err"
    code: str
    status: int
    detail: str
    retryable: bool
    after_ms: int | UnsetType = UNSET
    errors: list[ErrorField] | UnsetType = UNSET

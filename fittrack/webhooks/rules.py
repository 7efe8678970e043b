"""When a message is tried again, when an endpoint is given up, and who gets room meanwhile. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Final, NamedTuple
from uuid import UUID

RETRIES: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Waits after the first, second … failure of a message: ten attempts in a little more than three days."""

JITTER: Final = 0.2
"""By which part a wait may be longer, so that what failed together does not come back together."""

RETRY_AFTER_MAX: Final = timedelta(days=1)
"""How long a receiver may ask to be left alone."""

WARN_AFTER: Final = timedelta(days=1)
"""How long an endpoint has taken nothing when its failing is announced."""

DISABLE_AFTER: Final = timedelta(days=5)
"""How long it has taken nothing when it is switched off: longer than all attempts at one message last."""

OVERLAP: Final = timedelta(hours=24)
"""How long a former secret signs beside the new one."""

KEPT: Final = timedelta(days=30)
"""How long messages, their deliveries and attempts are kept, from the event on."""

AT_ONCE: Final = 64
"""Messages that a node sends at the same time."""

PER_ENDPOINT: Final = 8
"""Of these, to one endpoint …"""

PER_STRUGGLING_ENDPOINT: Final = 1
"""… and to one that failed or was slow the last time."""

STRUGGLING_AT_ONCE: Final = 32
"""To all such endpoints together: however many hang, half of the room is for the others."""

SLOW: Final = timedelta(seconds=2)
"""A message that took longer was slow."""


class DisabledReason(StrEnum):
    """Why an endpoint is switched off."""

    BY_ADMIN = "by_admin"
    GONE = "gone"
    """It answered 410."""
    FAILING = "failing"
    """It took nothing for `DISABLE_AFTER`."""


class DeliveryStatus(StrEnum):
    """What became of a message for an endpoint."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """A dead letter: it is not tried again by itself."""


class Attempt(NamedTuple):
    """How one attempt ended. Without a status there was no answer; `error` says why."""

    status: int | None
    error: str | None
    retry_after: timedelta | None = None

    @property
    def delivered(self) -> bool:
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def gone(self) -> bool:
        return self.status == HTTPStatus.GONE


def attempt_of(status: int, retry_after: str | None, now: datetime) -> Attempt:
    """What an answer means."""
    error = None
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        error = "It answered with a redirect, which is not followed."
    elif not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        error = f"It answered {status}."
    return Attempt(status, error, read_retry_after(retry_after, now))


def read_retry_after(header: str | None, now: datetime) -> timedelta | None:
    """How long a receiver asks to be left alone (RFC 9110, 10.2.3): seconds or an instant; else None."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        wait = RETRY_AFTER_MAX if len(text) > len("86400") else timedelta(seconds=int(text))
    else:
        try:
            instant = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), RETRY_AFTER_MAX)


def next_wait(failures: int, jitter: float, retry_after: timedelta | None = None) -> timedelta | None:
    """How long to wait after the failure that makes `failures` (1, 2 …) of them; None: give it up.

    `jitter` is random, from 0 to 1. A receiver may ask for more patience than the schedule has, not for less.
    """
    assert failures >= 1, "it failed"
    if failures > len(RETRIES):
        return None
    wait = RETRIES[failures - 1] * (1 + JITTER * jitter)
    return wait if retry_after is None else max(wait, retry_after)


def disabled_by(attempt: Attempt, failing_since: datetime, now: datetime) -> DisabledReason | None:
    """Whether a failed attempt switches the endpoint off."""
    if attempt.gone:
        return DisabledReason.GONE
    return DisabledReason.FAILING if now - failing_since >= DISABLE_AFTER else None


def warns(failing_since: datetime, warned_at: datetime | None, now: datetime) -> bool:
    """Whether it is to be announced that the endpoint takes nothing."""
    return warned_at is None and now - failing_since >= WARN_AFTER


def rooms(
    waiting: list[UUID], running: Mapping[UUID, int], struggling: frozenset[UUID] | set[UUID]
) -> dict[UUID, int]:
    """How many messages each endpoint that has some due may be sent now, those first whose oldest is oldest.

    `running`: messages under way, by endpoint. Everybody gets one before anybody gets two.
    """
    free = AT_ONCE - sum(running.values())
    for_struggling = STRUGGLING_AT_ONCE - sum(running[each] for each in running if each in struggling)
    given: dict[UUID, int] = {}
    for turn in range(1, PER_ENDPOINT + 1):
        for each in waiting:
            slow = each in struggling
            most = PER_STRUGGLING_ENDPOINT if slow else PER_ENDPOINT
            if free <= 0 or running.get(each, 0) + turn > most or (slow and for_struggling <= 0):
                continue
            given[each] = turn
            free -= 1
            for_struggling -= slow
    return given

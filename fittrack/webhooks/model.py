"""What an endpoint, a delivery and an attempt are, as they are stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from fittrack.server.etags import etag_of, version_at
from fittrack.webhooks.rules import DeliveryStatus, DisabledReason

SUBJECT: Final = "webhook"
"""What the audit log calls an endpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEndpoint:
    """An endpoint, with its sealed secrets."""

    endpoint_id: UUID
    client_id: UUID | None
    url: str
    description: str | None
    event_types: frozenset[str]
    sealed_secret: bytes
    former_sealed_secret: bytes | None
    former_until: datetime | None
    active: bool
    disabled_reason: DisabledReason | None
    disabled_at: datetime | None
    failures: int
    failing_since: datetime | None
    warned_at: datetime | None
    paused_until: datetime | None
    created_at: datetime
    updated_at: datetime
    """Grows with each change that somebody made, so that it is the version too."""

    @property
    def version(self) -> str:
        """What an `If-Match` must name."""
        return version_at(self.updated_at)

    @property
    def tag(self) -> str:
        """The `ETag`. How deliveries go is no part of what an edit rests on, but of what is shown."""
        return etag_of(f"{self.version}.{self.failures}.{int(self.active)}")


def new_endpoint(
    endpoint_id: UUID,
    url: str,
    event_types: Iterable[str],
    sealed_secret: bytes,
    now: datetime,
    *,
    description: str | None = None,
    client_id: UUID | None = None,
) -> StoredEndpoint:
    """An endpoint that has not been sent anything."""
    return StoredEndpoint(
        endpoint_id=endpoint_id,
        client_id=client_id,
        url=url,
        description=description,
        event_types=frozenset(event_types),
        sealed_secret=sealed_secret,
        former_sealed_secret=None,
        former_until=None,
        active=True,
        disabled_reason=None,
        disabled_at=None,
        failures=0,
        failing_since=None,
        warned_at=None,
        paused_until=None,
        created_at=now,
        updated_at=now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDelivery:
    """One message for one endpoint."""

    endpoint_id: UUID
    message_id: UUID
    event_type: str
    attempts: int
    failures: int
    next_due_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    last_status_code: int | None
    last_error: str | None
    created_at: datetime

    @property
    def status(self) -> DeliveryStatus:
        if self.delivered_at is not None:
            return DeliveryStatus.DELIVERED
        return DeliveryStatus.PENDING if self.failed_at is None else DeliveryStatus.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttempt:
    """How one attempt went."""

    attempt: int
    attempted_at: datetime
    duration_ms: int
    status_code: int | None
    error: str | None
    answer: bytes | None

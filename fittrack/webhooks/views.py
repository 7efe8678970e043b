"""Endpoints, deliveries and attempts as REST shows them."""

from datetime import datetime
from typing import Any

from msgspec import UNSET, Raw

from fittrack.webhooks import schemas
from fittrack.webhooks.delivery_queries import Detail
from fittrack.webhooks.events import EventType
from fittrack.webhooks.model import StoredAttempt, StoredDelivery, StoredEndpoint
from protocol.shapes import WireInstant, instant


def endpoint(stored: StoredEndpoint, secret: str | None = None) -> schemas.Endpoint:
    """An endpoint; with its secret only for who made it."""
    return schemas.Endpoint(
        endpoint_id=stored.endpoint_id,
        client_id=stored.client_id,
        url=stored.url,
        description=stored.description,
        event_types=[EventType(name) for name in sorted(stored.event_types)],
        active=stored.active,
        disabled_reason=stored.disabled_reason,
        disabled_at=_maybe(stored.disabled_at),
        failing_since=_maybe(stored.failing_since),
        former_secret_until=_maybe(stored.former_until),
        created_at=instant(stored.created_at),
        updated_at=instant(stored.updated_at),
        secret=UNSET if secret is None else secret,
    )


def delivery(stored: StoredDelivery) -> schemas.Delivery:
    """A delivery in a list."""
    return schemas.Delivery(**_delivery(stored))


def detail(found: Detail) -> schemas.DeliveryDetail:
    """A delivery with what was sent and each attempt."""
    return schemas.DeliveryDetail(
        **_delivery(found.delivery),
        payload=Raw(found.payload),
        attempt_log=[_attempt(each) for each in found.attempts],
    )


def _delivery(stored: StoredDelivery) -> dict[str, Any]:
    return {
        "message_id": stored.message_id,
        "event_type": stored.event_type,
        "status": stored.status,
        "attempts": stored.attempts,
        "next_attempt_at": _maybe(stored.next_due_at),
        "delivered_at": _maybe(stored.delivered_at),
        "failed_at": _maybe(stored.failed_at),
        "last_status_code": stored.last_status_code,
        "last_error": stored.last_error,
        "created_at": instant(stored.created_at),
    }


def _attempt(stored: StoredAttempt) -> schemas.Attempt:
    answer = stored.answer
    return schemas.Attempt(
        attempt=stored.attempt,
        attempted_at=instant(stored.attempted_at),
        duration_ms=stored.duration_ms,
        status_code=stored.status_code,
        error=stored.error,
        answer=None if answer is None else answer.decode(errors="replace"),
    )


def _maybe(moment: datetime | None) -> WireInstant | None:
    return None if moment is None else instant(moment)

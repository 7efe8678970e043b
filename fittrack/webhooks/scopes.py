"""Which scope a program must have to be told of what: the one that lets it read the same over REST."""

from collections.abc import Collection, Mapping
from typing import Final

from fittrack.server.access import Scope
from fittrack.webhooks.events import EventType

NEEDED: Final[Mapping[EventType, Scope]] = {
    EventType.POINTS_EARNED: Scope.TRANSACTIONS_READ,
    EventType.POINTS_ADJUSTED: Scope.TRANSACTIONS_READ,
    EventType.TICKETS_PURCHASED: Scope.TRANSACTIONS_READ,
    EventType.FULFILLMENT_CREATED: Scope.FULFILLMENTS_READ,
    EventType.FULFILLMENT_UPDATED: Scope.FULFILLMENTS_READ,
}
"""Drawings are public: their events need none."""


def lacking(event_types: Collection[str], scopes: Collection[str]) -> list[str]:
    """The scopes that are needed for these types and are not among `scopes`."""
    needed = {NEEDED[EventType(name)].value for name in event_types if EventType(name) in NEEDED}
    return sorted(needed - set(scopes))


def allowed(event_types: Collection[str], scopes: Collection[str]) -> frozenset[str]:
    """Those of these types that a program with such scopes is told of."""
    return frozenset(name for name in event_types if not lacking([name], scopes))

"""Telling the node that does a job that there is something to do."""

from collections.abc import Iterable
from typing import Final

from fittrack.pubsub.broker import Broker
from fittrack.pubsub.messages import JOBS, JobDue

EFFECTS: Final = "effects"
REVOKING: Final = "revocations"
WEBHOOKS: Final = "webhooks"
SUBSCRIPTIONS: Final = "webhook subscriptions"
"""Jobs that need not wait for their next round when somebody knows of something to do."""


class Bell:
    """Tells the node that does a job that there is something to do."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def effects(self) -> None:
        """Refunds or notices wait."""
        self._ring(EFFECTS)

    def revocations(self) -> None:
        """A connection to a provider ended."""
        self._ring(REVOKING)

    def syncs(self, services: Iterable[str]) -> None:
        """A connection to one of these services is due."""
        for service in services:
            self._ring(syncs_of(service))

    def webhooks(self) -> None:
        """Messages for endpoints are due."""
        self._ring(WEBHOOKS)

    def subscriptions(self) -> None:
        """Endpoints want other events than before."""
        self._ring(SUBSCRIPTIONS)

    def _ring(self, job: str) -> None:
        self._broker.publish(JOBS, JobDue(job))


def syncs_of(service: str) -> str:
    """The job that reads one service's connections."""
    return f"trackers of {service}"

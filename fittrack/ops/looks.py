"""What admins have open, told to those who watch on all nodes.

Nothing is kept: who looks says so again before it is forgotten (`OpsLooking`), so nodes may come and go.
"""

from collections.abc import Callable

from fittrack.pubsub.broker import Broker
from fittrack.pubsub.messages import OPS_LOOKS, Look, Message
from protocol.channel_events import OpsLooking


class Looks:
    """Hands on what admins say that they look at. `publish` tells those who watch on this node."""

    def __init__(self, broker: Broker, publish: Callable[[OpsLooking], None]) -> None:
        self._broker, self._publish = broker, publish
        self._subscription = broker.subscribe(OPS_LOOKS, self._hear)

    def tell(self, looking: OpsLooking) -> None:
        """Let all nodes know."""
        self._broker.publish(OPS_LOOKS, Look(looking=looking))

    def stop(self) -> None:
        """Hear nothing any more."""
        self._subscription.cancel()

    def _hear(self, message: Message) -> None:
        assert isinstance(message, Look), "nothing else is published there"
        self._publish(message.looking)

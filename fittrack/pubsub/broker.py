"""The broker's interface: who publishes does not know who listens, or on which node.

Delivery is at most once and unordered between topics. Nothing may rely on it but speed: every message
carries a position or says something that can be read again, so a lost one is noticed and repaired.
"""

from collections.abc import Callable
from typing import Protocol

from fittrack.pubsub.messages import Message

Topic = str
Handler = Callable[[Message], None]
"""Called on the event loop, once per message; must not block and must not wait."""


class Subscription(Protocol):
    """A handler's place at a topic."""

    def cancel(self) -> None:
        """Stop listening. Cancelling twice is no error."""


class Broker(Protocol):
    """Carries messages by topic."""

    def publish(self, topic: Topic, message: Message) -> None:
        """Hand `message` to every handler of `topic`. Never blocks, never raises on a listener's account."""

    def publish_here(self, topic: Topic, message: Message) -> None:
        """The same, but only to the handlers of this node: what every node finds out by itself."""

    def wants(self, topic: Topic) -> bool:
        """Whether anybody may listen to `topic`: if not, a message need not even be made."""

    def subscribe(self, topic: Topic, handler: Handler) -> Subscription:
        """Call `handler` for each message published to `topic` from now on; those of other nodes once
        `listening` returns."""

    async def listening(self, topic: Topic) -> None:
        """Return when nothing that is published to `topic`, anywhere, is missed any more."""

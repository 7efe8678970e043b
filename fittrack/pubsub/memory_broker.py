"""The broker of a single process: a synchronous hand-off, in the order of publication."""

from dataclasses import dataclass

import structlog

from fittrack.pubsub.broker import Handler, Subscription, Topic
from fittrack.pubsub.messages import Message

_log = structlog.get_logger(__name__)


class MemoryBroker:
    """Implements `Broker` within one event loop. An idle topic costs one entry with a tuple of handlers."""

    def __init__(self) -> None:
        self._handlers: dict[Topic, tuple[Handler, ...]] = {}

    def publish(self, topic: Topic, message: Message) -> None:
        """Call every handler of `topic` before returning. A handler's error is logged and hurts no other."""
        for handler in self._handlers.get(topic, ()):
            try:
                handler(message)
            except Exception:
                _log.exception("a subscriber failed", topic=topic)

    def publish_here(self, topic: Topic, message: Message) -> None:
        """The same: there is nowhere else."""
        self.publish(topic, message)

    def wants(self, topic: Topic) -> bool:
        """Whether there is a handler."""
        return topic in self._handlers

    def subscribe(self, topic: Topic, handler: Handler) -> Subscription:
        """Add `handler` to `topic`. The same handler subscribed twice is called twice."""
        self._handlers[topic] = (*self._handlers.get(topic, ()), handler)
        return _MemorySubscription(self, topic, handler)

    async def listening(self, topic: Topic) -> None:
        """Nothing is ever missed."""

    def topics(self) -> int:
        """Number of topics with a handler."""
        return len(self._handlers)

    def remove(self, topic: Topic, handler: Handler) -> None:
        """Take `handler` off `topic`, once."""
        handlers = list(self._handlers.get(topic, ()))
        handlers.remove(handler)
        if handlers:
            self._handlers[topic] = tuple(handlers)
        else:
            del self._handlers[topic]


@dataclass(slots=True)
class _MemorySubscription:
    _broker: MemoryBroker | None
    _topic: Topic
    _handler: Handler

    def cancel(self) -> None:
        broker, self._broker = self._broker, None
        if broker is not None:
            broker.remove(self._topic, self._handler)

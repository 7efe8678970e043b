"""Where actors say what has happened, after the commit: the one way out to other people's sockets."""

from collections.abc import Iterable

from fittrack.drawings.news import News
from fittrack.inbox.delivery import Delivered
from fittrack.kit.clock import Clock
from fittrack.kit.ids import UserId
from fittrack.pubsub.broker import Broker
from fittrack.pubsub.messages import (
    ChannelEvent,
    PlayerNote,
    StreamEvent,
    position_of,
)
from protocol.frames import Payload
from protocol.outbound import PointsChanged


class Outlet:
    """Publishes through the broker. Nothing here waits, and nothing here may be relied upon: streams are
    read from the log by position, a publication only makes it quick."""

    __slots__ = ("_broker", "_clock", "_last_position", "listens")

    def __init__(self, broker: Broker, clock: Clock) -> None:
        self._broker = broker
        self.listens = broker.wants
        """Whether anybody may listen to a player's topic; if not, events need not be made."""
        self._clock = clock
        self._last_position = 0

    def points_changed(self, topic: str, user_id: UserId, event: PointsChanged) -> None:
        """The ledger has a further entry. `topic` is the player's."""
        self._broker.publish(topic, StreamEvent(user_id, "ledger", event.transaction.seq, event))

    def notified(self, topic: str, delivered: Delivered) -> None:
        """The inbox has a further notification."""
        event = StreamEvent(delivered.user_id, "inbox", delivered.seq, delivered.event())
        self._broker.publish(topic, event)

    def note(self, topic: str, user_id: UserId, payload: Payload, subject: str = "") -> None:
        """Unnumbered state of a player, of which only the latest of a `subject` matters."""
        self._broker.publish(topic, PlayerNote(user_id, payload, subject))

    def tell_channel(self, channel: str, payload: Payload) -> None:
        """The state of a channel, which replaces the former one."""
        event = ChannelEvent(channel, self.position(), payload)
        self._broker.publish(event.topic, event)

    def announce(self, news: Iterable[News]) -> None:
        """What is never skipped."""
        for each in news:
            for event in each.at(self.position()):
                self._broker.publish(event.topic, event)

    def position(self) -> int:
        """A position that only grows, over restarts and moves too: milliseconds since 1970."""
        self._last_position = max(self._last_position + 1, position_of(self._clock.now()))
        return self._last_position

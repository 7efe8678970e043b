"""Where actors say what has happened, after the commit: the one way out to other people's sockets."""

from uuid import UUID

from fittrack.inbox.notices import Delivered
from fittrack.kit.clock import Clock
from fittrack.kit.ids import UserId
from fittrack.pubsub.broker import Broker
from fittrack.pubsub.messages import (
    ChannelEvent,
    PlayerNote,
    StreamEvent,
    channel_topic,
    player_topic,
)
from protocol.frames import Payload
from protocol.outbound import PointsChanged


class Outlet:
    """Publishes through the broker. Nothing here waits, and nothing here may be relied upon: streams are
    read from the log by position, a publication only makes it quick."""

    __slots__ = ("_broker", "_clock", "_last_position")

    def __init__(self, broker: Broker, clock: Clock) -> None:
        self._broker = broker
        self._clock = clock
        self._last_position = 0

    def points_changed(self, user_id: UserId, event: PointsChanged) -> None:
        """The ledger has a further entry."""
        message = StreamEvent(user_id, "ledger", event.transaction.seq, event)
        self._broker.publish(player_topic(user_id), message)

    def notified(self, delivered: Delivered) -> None:
        """The inbox has a further notification."""
        message = StreamEvent(delivered.user_id, "inbox", delivered.seq, delivered.event())
        self._broker.publish(player_topic(delivered.user_id), message)

    def note(self, user_id: UserId, payload: Payload, subject: UUID | None = None) -> None:
        """Unnumbered state of a player, of which only the latest matters."""
        message = PlayerNote(user_id, payload, "" if subject is None else str(subject))
        self._broker.publish(player_topic(user_id), message)

    def tell_channel(self, channel: str, payload: Payload, *, lasting: bool = False) -> None:
        """An event of a channel. A `lasting` one is never skipped."""
        self._broker.publish(channel_topic(channel), ChannelEvent(channel, self.position(), payload, lasting))

    def position(self) -> int:
        """A position that only grows, over restarts and moves too: milliseconds since 1970."""
        now_ms = int(self._clock.now().timestamp() * 1000)
        self._last_position = max(self._last_position + 1, now_ms)
        return self._last_position

"""The subscribers of one channel on this node, and what is on its way to them."""

from collections import deque
from collections.abc import Hashable, Iterable
from typing import Final

from fittrack.pubsub.messages import ChannelEvent
from fittrack.server.outbox import Outbox
from fittrack.server.ports import Snapshot
from fittrack.server.ws_frames import BINARY, TEXT, build_frame
from protocol.codec import Codec
from protocol.frames import frame


class Broadcast:
    """One event on its way. Encoded and framed once per encoding, when its first subscriber is met."""

    __slots__ = ("_at", "_messages", "_targets", "event", "key")

    def __init__(self, event: ChannelEvent, targets: Iterable[tuple[Codec, tuple[Outbox, ...]]]) -> None:
        self.event = event
        # What may be skipped is replaced, at a slow reader, by the next of its channel and type.
        self.key: Hashable = object() if event.lasting else (event.channel, event.payload.TYPE)
        self._targets = deque(targets)
        self._at = 0
        self._messages: dict[Codec, bytes] = {}

    @property
    def done(self) -> bool:
        """Whether everybody was met."""
        return not self._targets

    def message(self, codec: Codec) -> bytes:
        """The whole WebSocket frame of the event, in one encoding."""
        message = self._messages.get(codec)
        if message is None:
            event = self.event
            encoded = codec.encode(frame(event.payload, ch=event.channel, seq=event.seq))
            message = self._messages[codec] = build_frame(BINARY if codec.binary else TEXT, encoded)
        return message

    def deliver(self, chunk: int) -> int:
        """Hand the message to the next subscribers, at most `chunk`. Returns how many."""
        codec, outboxes = self._targets[0]
        message, key, first = self.message(codec), self.key, self._at
        reached = outboxes[first : first + chunk]
        for outbox in reached:
            if outbox.direct:
                outbox.transport.write(message)
            else:
                outbox.offer(key, message)
        self._at = first + chunk
        if self._at >= len(outboxes):
            self._targets.popleft()
            self._at = 0
        return len(reached)


TOLD_KEPT: Final = 1_000
"""Lasting events of a channel that are known to have been told: more than are looked for again."""


class Membership:
    """A subscriber whose snapshot is on its way: events are held for it until `begin`."""

    __slots__ = ("_audience", "_held", "outbox")

    def __init__(self, audience: "Audience", outbox: Outbox) -> None:
        self._audience = audience
        self._held: dict[Hashable, tuple[int, bytes]] = {}
        self.outbox = outbox

    def hold(self, broadcast: Broadcast) -> None:
        """Keep an event until the snapshot is sent; the former of its key makes way."""
        self._held.pop(broadcast.key, None)
        self._held[broadcast.key] = broadcast.event.seq, broadcast.message(self.outbox.codec)

    def begin(self, snapshot: Snapshot) -> None:
        """Send the snapshot, then what is newer; from now on every event goes out as it comes."""
        if self._audience.since is None:
            self._audience.since = snapshot.seq
        self.outbox.send(self._audience.encoded(snapshot, self.outbox.codec))
        for key, (seq, message) in self._held.items():
            if seq > snapshot.seq:
                self.outbox.offer(key, message)
        self._audience.admit(self)


class Audience:
    """One channel's subscribers, by encoding. `seq` is the last position published here."""

    __slots__ = (
        "_encoded",
        "_joining",
        "_members",
        "_snapshot",
        "_told",
        "_waiting",
        "channel",
        "seq",
        "since",
    )

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.seq = 0
        self.since: int | None = None
        """The position of the first snapshot: what was before, nobody here need be told."""
        self._members: dict[Codec, dict[Outbox, None]] = {}
        self._joining: dict[Outbox, Membership] = {}
        self._waiting: deque[Broadcast] = deque()
        self._told: dict[str, None] = {}
        self._snapshot: Snapshot | None = None
        self._encoded: dict[Codec, bytes] = {}

    @property
    def size(self) -> int:
        """Number of subscribers, those without their snapshot included."""
        return sum(map(len, self._members.values())) + len(self._joining)

    @property
    def waiting(self) -> bool:
        """Whether an event is on its way."""
        return bool(self._waiting)

    @property
    def first(self) -> Broadcast:
        """The event that is on its way; there is one."""
        return self._waiting[0]

    def join(self, outbox: Outbox) -> Membership:
        """Hold events for `outbox` from now on."""
        membership = self._joining[outbox] = Membership(self, outbox)
        return membership

    def admit(self, membership: Membership) -> None:
        """Its snapshot is sent: `membership` belongs to the audience, unless it left meanwhile."""
        outbox = membership.outbox
        if self._joining.get(outbox) is membership:
            del self._joining[outbox]
            self._members.setdefault(outbox.codec, {})[outbox] = None

    def leave(self, outbox: Outbox) -> None:
        """Take `outbox` off. What is on its way already may still reach it."""
        self._joining.pop(outbox, None)
        members = self._members.get(outbox.codec)
        if members is not None:
            members.pop(outbox, None)

    def encoded(self, snapshot: Snapshot, codec: Codec) -> bytes:
        """`snapshot` as a frame. The same state is encoded once, however many ask for it in a row."""
        last = self._snapshot
        if last is None or last.payload is not snapshot.payload or last.seq != snapshot.seq:
            self._snapshot, self._encoded = snapshot, {}
        encoded = self._encoded.get(codec)
        if encoded is None:
            encoded = codec.encode(frame(snapshot.payload, ch=self.channel, seq=snapshot.seq))
            self._encoded[codec] = encoded
        return encoded

    def publish(self, event: ChannelEvent) -> None:
        """Put `event` on its way. What is older than the last one is dropped, unless it must be told; what
        is to be told once is dropped the second time."""
        if (event.seq < self.seq and not event.lasting) or self._was_told(event.once):
            return
        self.seq = max(self.seq, event.seq)
        broadcast = Broadcast(event, [(codec, tuple(of)) for codec, of in self._members.items() if of])
        for membership in self._joining.values():
            membership.hold(broadcast)
        if not broadcast.done:
            self._replace_waiting(broadcast.key)
            self._waiting.append(broadcast)

    def _was_told(self, once: str) -> bool:
        if not once:
            return False
        if once in self._told:
            return True
        self._told[once] = None
        if len(self._told) > TOLD_KEPT:
            del self._told[next(iter(self._told))]
        return False

    def deliver(self, chunk: int) -> int:
        """Hand the first event on its way to its next subscribers, at most `chunk`. Returns how many."""
        broadcast = self._waiting[0]
        reached = broadcast.deliver(chunk)
        if broadcast.done:
            self._waiting.popleft()
        return reached

    def _replace_waiting(self, key: Hashable) -> None:
        # Only what nobody was sent yet can make way: the first in the queue may be half-way.
        for index in range(1, len(self._waiting)):
            if self._waiting[index].key == key:
                del self._waiting[index]
                return

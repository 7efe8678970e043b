"""What waits to be sent to one connection: bounded, in order, coalescing what may be skipped.

Everything that leaves a connection passes here, so nothing overtakes. While the socket takes more,
frames of one turn of the event loop are gathered and travel as one message. While it doesn't, they are
held: a coalescible one replaces the former under its key, the others queue. What is numbered never
queues here: it is read from the log while there is `room`.
"""

from collections.abc import Hashable
from typing import Protocol

from fittrack.server.flusher import Flusher
from fittrack.server.ws_frames import BINARY, TEXT, build_frame
from protocol.codec import Codec
from protocol.limits import FRAMES_PER_MESSAGE_MAX, KIB

OUTBOX_BYTES_MAX = 256 * KIB
"""Bytes that may wait for one connection, in the transport and here (PROTOCOL, Slow readers)."""

WRITE_HIGH_BYTES = 16 * KIB
"""Bytes in the transport from which on a socket takes no more: one large snapshot. Ticks held here are
replaced by newer ones; ticks in the transport are stale when they arrive."""

WRITE_LOW_BYTES = 4 * KIB
"""Bytes in the transport at which the socket takes more again."""


class Transport(Protocol):
    """The part of `asyncio.WriteTransport` that an outbox needs."""

    def write(self, data: bytes) -> None: ...

    def get_write_buffer_size(self) -> int: ...


class Owner(Protocol):
    """Whom an outbox tells about its reader."""

    def room_again(self) -> None:
        """Everything held went out and the socket takes more."""

    def reader_blocked(self) -> None:
        """The socket takes no more."""

    def reader_too_slow(self) -> None:
        """The bound is reached: the connection cannot be kept."""

    def failed(self) -> None:
        """What must be sent cannot be: the connection cannot be kept."""


class Outbox:
    """The way out of one connection. After `shut` everything offered is dropped."""

    __slots__ = (
        "_batch",
        "_flusher",
        "_held",
        "_held_bytes",
        "_open",
        "_owner",
        "_paused",
        "codec",
        "direct",
        "transport",
    )

    def __init__(self, transport: Transport, codec: Codec, flusher: Flusher, owner: Owner) -> None:
        self.transport = transport
        self.codec = codec
        self.direct = True
        """Nothing waits and the socket takes more: the fan-out may write to the transport itself."""
        self._flusher = flusher
        self._owner = owner
        self._open = True
        self._paused = False
        self._batch: list[bytes] | None = None
        self._held: dict[Hashable, bytes] | None = None
        self._held_bytes = 0

    @property
    def room(self) -> bool:
        """Whether more may be produced for this reader."""
        return self._open and not self._paused and self._held is None

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait, in the transport and here."""
        return self.transport.get_write_buffer_size() + self._held_bytes

    def send(self, frame: bytes) -> None:
        """Send an encoded frame, in order, never skipped, in one message with others of this turn."""
        if self._batch is not None:
            self._batch.append(frame)
        elif self._open:
            self._batch = [frame]
            self.direct = False
            self._flusher.soon(self)

    def note(self, key: Hashable, frame: bytes) -> None:
        """Send an encoded frame which, should it have to wait, replaces the former of its `key`."""
        if self._paused:
            self.offer(key, self._message((frame,)))
        else:
            self.send(frame)

    def offer(self, key: Hashable, message: bytes) -> None:
        """Send a whole WebSocket frame after all that waits; a later one of its `key` may replace it."""
        if not self._open:
            return
        self.flush()
        if self.room:
            self.transport.write(message)
        else:
            self._hold(key, message)

    def forget(self, key: Hashable) -> None:
        """Drop what is held under `key`."""
        if self._held is not None and (message := self._held.pop(key, None)) is not None:
            self._held_bytes -= len(message)

    def flush(self) -> None:
        """Put what was gathered on its way now."""
        batch, self._batch = self._batch, None
        if batch is None or not self._open:
            return
        for first in range(0, len(batch), FRAMES_PER_MESSAGE_MAX):
            message = self._message(batch[first : first + FRAMES_PER_MESSAGE_MAX])
            if self.room:
                self.transport.write(message)
            else:
                self._hold(object(), message)
        self.direct = self.room

    def pause(self) -> None:
        """The transport is above its high-water mark."""
        self._paused = True
        self.direct = False
        if self._open:
            self._owner.reader_blocked()

    def resume(self) -> None:
        """The transport is below its low-water mark: send what was held, as far as it goes."""
        self._paused = False
        self._release()
        self.direct = self.room and self._batch is None
        if self.room:
            self._owner.room_again()

    def fail(self) -> None:
        """What must be sent next cannot be had."""
        if self._open:
            self._owner.failed()

    def shut(self) -> None:
        """Drop what waits and whatever comes; what the transport has it still flushes."""
        self._open = self.direct = False
        self._batch = self._held = None
        self._held_bytes = 0

    def _message(self, frames: "list[bytes] | tuple[bytes]") -> bytes:
        return build_frame(BINARY if self.codec.binary else TEXT, self.codec.join(frames))

    def _hold(self, key: Hashable, message: bytes) -> None:
        if not self._open:
            return
        self.forget(key)  # a replacement goes to the end: it is newer than all that waits
        if self.waiting_bytes + len(message) > OUTBOX_BYTES_MAX:
            self._owner.reader_too_slow()
            return
        if self._held is None:
            self._held = {}
        self._held[key] = message
        self._held_bytes += len(message)

    def _release(self) -> None:
        while self._held and not self._paused:
            message = self._held.pop(next(iter(self._held)))
            self._held_bytes -= len(message)
            self.transport.write(message)
        if not self._held:
            self._held = None

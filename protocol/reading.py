"""From an envelope to a typed request: the second step of reading, per encoding.

What is no valid request raises a `Problem` to answer with; nothing else is raised.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Annotated, Final, TypeVar

from msgspec import Meta, Raw, Struct, ValidationError, msgpack

from fittrack.kit.problems import InvalidFrame, Problem, Validation
from protocol.codec import JSON, MSGPACK, UNREADABLE, Codec
from protocol.errors import validation_of
from protocol.frames import EMPTY
from protocol.inbound import (
    ActivityBatch,
    Auth,
    BuyTickets,
    Command,
    LogActivities,
    Ping,
    ReadInbox,
    Refresh,
    UnreadableActivity,
)
from protocol.limits import ACTIVITIES_PER_COMMAND_MAX
from protocol.shapes import ActivityInput

DIGEST_BYTES = 16
"""Bytes of a fingerprint: two payloads of one player never share it by chance."""

T = TypeVar("T")
_CANONICAL: Final = msgpack.Encoder(order="deterministic")


class LooseBatch(Struct, forbid_unknown_fields=True):
    """A batch whose items are read one by one."""

    activities: Annotated[list[Raw], Meta(min_length=1, max_length=ACTIVITIES_PER_COMMAND_MAX)]


class Reader:
    """Reads the requests of one encoding. `reader_for` gives the one of a codec."""

    def __init__(self, codec: Codec) -> None:
        self.auth: Final = _strictly(codec, Auth)
        self.refresh: Final = _strictly(codec, Refresh)
        self.nothing: Final = _strictly(codec, Ping)
        self.commands: Final[dict[str, Callable[[Raw], Command]]] = {
            LogActivities.TYPE: self.activity_batch,
            BuyTickets.TYPE: _strictly(codec, BuyTickets),
            ReadInbox.TYPE: _strictly(codec, ReadInbox),
        }
        self._batch = codec.decoder(LogActivities)
        self._loose_batch = _strictly(codec, LooseBatch)
        self._activity = codec.decoder(ActivityInput)
        self._anything = codec.decoder(object)

    def activity_batch(self, data: Raw) -> ActivityBatch:
        """The activities in `data`. What does not validate is refused alone, at its position."""
        try:
            return ActivityBatch(self._batch.decode(data).activities)
        except UNREADABLE:
            return ActivityBatch([self._item(raw) for raw in self._loose_batch(data).activities])

    def _item(self, raw: Raw) -> ActivityInput | UnreadableActivity:
        try:
            return self._activity.decode(raw)
        except UNREADABLE as error:
            problem = _problem_of(raw, error)
            return UnreadableActivity(code=problem.code, detail=problem.detail, digest=self._digest(raw))

    def _digest(self, raw: Raw) -> bytes:
        try:
            content = _CANONICAL.encode(self._anything.decode(raw))
        except (*UNREADABLE, TypeError):  # not even generic data: its bytes are all there is
            content = bytes(raw)
        return blake2b(content, digest_size=DIGEST_BYTES).digest()


def _strictly(codec: Codec, type: type[T]) -> Callable[[Raw], T]:
    decode = codec.decoder(type).decode

    def read(data: Raw) -> T:
        try:
            return decode(data)
        except UNREADABLE as error:
            raise _problem_of(data, error) from error

    return read


def _problem_of(data: Raw, error: Exception) -> Problem:
    if data is EMPTY:
        return Validation("The frame has no data (`d`)")
    if isinstance(error, ValidationError):
        return validation_of(error)
    if isinstance(error, RecursionError):
        return InvalidFrame("Nested too deep")
    return InvalidFrame("The data (`d`) cannot be read")


_READERS: Final = {codec.subprotocol: Reader(codec) for codec in (MSGPACK, JSON)}


def reader_for(codec: Codec) -> Reader:
    """The reader of requests in the encoding of `codec`."""
    return _READERS[codec.subprotocol]


def fingerprint(command: Command) -> bytes:
    """What tells one payload from another under the same key: equal in both encodings and over REST.

    16 bytes; field order and encoding don't count, every value does.
    """
    content = (
        (command.TYPE, [_content(item) for item in command.items])
        if isinstance(command, ActivityBatch)
        else (command.TYPE, command)
    )
    return blake2b(_CANONICAL.encode(content), digest_size=DIGEST_BYTES).digest()


def _content(item: ActivityInput | UnreadableActivity) -> ActivityInput | bytes:
    return item.digest if isinstance(item, UnreadableActivity) else item

"""The frame of the protocol, as it comes in and as it goes out.

A frame is a map: `t` type, `id` the sender's correlation id, `ch` channel, `seq` position in that channel
or stream, `d` the data. A WebSocket message is one frame or a list of up to 64 of them.
"""

from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Raw, Struct

from protocol.limits import CHANNEL_LENGTH_MAX, FRAME_ID_LENGTH_MAX, FRAME_TYPE_LENGTH_MAX

FrameId = int | str | None
"""A correlation id: whatever the sender chose; a frame without one is answered without one."""

EMPTY = Raw()


class Envelope(Struct, frozen=True, gc=False):
    """An inbound frame whose data is not read yet. Unknown keys beside `d` are ignored."""

    t: Annotated[str, Meta(max_length=FRAME_TYPE_LENGTH_MAX)]
    id: int | Annotated[str, Meta(max_length=FRAME_ID_LENGTH_MAX)] | None = None
    key: UUID | None = None
    ch: Annotated[str, Meta(max_length=CHANNEL_LENGTH_MAX)] | None = None
    d: Raw = EMPTY


class Payload(Struct, frozen=True, gc=False):
    """The data (`d`) of an outbound frame. `TYPE` is the `t` it travels under."""

    TYPE: ClassVar[str]


class Frame(Struct, frozen=True, gc=False, omit_defaults=True):
    """An outbound frame. `d` is a payload, or bytes that were encoded before in the same encoding."""

    t: str
    d: Payload | Raw
    id: FrameId = None
    ch: str | None = None
    seq: int | None = None


def frame(payload: Payload, *, id: FrameId = None, ch: str | None = None, seq: int | None = None) -> Frame:
    """Put `payload` into the frame of its type."""
    return Frame(payload.TYPE, payload, id, ch, seq)

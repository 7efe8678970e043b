"""What nodes put into each other's inboxes: asks, tells, replies, many in one packet."""

from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from actors.runtime import EntityId


class Ask(Struct, array_like=True, tag=1, gc=False):
    """A message for an actor; `number` is that of the reply, 0 when none is wanted."""

    number: int
    kind: str
    entity: bytes
    """See `entity_to_wire`."""
    name: str
    value: Raw
    until_ms: int
    """When nobody waits any longer, in milliseconds since 1970; 0 for a tell."""
    cause: str | None = None
    """On whose behalf (`kit.correlation`)."""


class Reply(Struct, array_like=True, tag=2, gc=False):
    """What an ask came to."""

    number: int
    name: str
    value: Raw


class Moved(Struct, array_like=True, tag=3, gc=False):
    """The actor does not run there, as the node sees it: nothing happened."""

    number: int
    version: int
    """That of the view by which it was refused."""


Item = Ask | Reply | Moved


class Packet(Struct, array_like=True, gc=False):
    """What one node says to another in one turn of its event loop."""

    sender: str
    items: list[Item]


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Packet)


def write(packet: Packet) -> bytes:
    return _encoder.encode(packet)


def read(data: bytes) -> Packet:
    """Raises ValueError for what is no packet."""
    return _decoder.decode(data)


def entity_to_wire(entity_id: EntityId) -> bytes:
    """How an id travels: a UUID as its bytes, any other as text, each behind a byte that says which."""
    return b"u" + entity_id.bytes if isinstance(entity_id, UUID) else b"t" + str(entity_id).encode()


def entity_from_wire(entity: bytes) -> Any:
    """The id again."""
    return UUID(bytes=entity[1:]) if entity[:1] == b"u" else entity[1:].decode()

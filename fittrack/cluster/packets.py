"""What nodes put into each other's inboxes: asks, tells, replies, many in one packet.

Two versions of the product talk to each other while one replaces the other: a field is added behind the
others, with a default, and none is taken away; what is new besides, the other version skips and counts.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple
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
    """When nobody waits any longer by the sender's clock, in milliseconds since 1970; 0 for a tell. For
    versions that do not know `left_ms`."""
    cause: str | None = None
    """On whose behalf (`kit.correlation`)."""
    sent_on: bool = False
    """Whether a tell has been astray and was sent on: that is done once."""
    left_ms: int = 0
    """How long somebody still waits, in milliseconds: clocks need not agree. 0 for a tell, or where a version
    asks that does not know this."""


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


ITEMS_TOGETHER_MAX: Final = 256
"""Messages in one packet: some ten kilobytes; larger ones would hold up what comes behind them."""

PACKET_BYTES_MAX: Final = 262_144
"""Bytes of one packet, unless one alone has more: Redis copies it as a whole, and gives up a
listener for whom 8 MiB wait for a minute."""


class _Loose(Struct, array_like=True, gc=False):
    """A packet of which something cannot be read."""

    sender: str
    items: list[Raw]


class Received(NamedTuple):
    """What was read of a packet."""

    sender: str
    items: Sequence[Item]
    unreadable: int
    """Items that another version wrote and this one does not know."""


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Packet).decode
_decode_loose: Final = msgspec.msgpack.Decoder(_Loose).decode
_decode_item: Final = msgspec.msgpack.Decoder(Item).decode


def write(sender: str, items: list[Item]) -> Iterator[tuple[bytes, list[Item]]]:
    """Packets of `items` in their order, each with those that it holds."""
    for first in range(0, len(items), ITEMS_TOGETHER_MAX):
        yield from _write(sender, items[first : first + ITEMS_TOGETHER_MAX])


def _write(sender: str, together: list[Item]) -> Iterator[tuple[bytes, list[Item]]]:
    data = _encode(Packet(sender, together))
    if len(data) <= PACKET_BYTES_MAX or len(together) == 1:
        yield data, together
        return
    half = len(together) // 2  # rare: what is said between nodes is small
    yield from _write(sender, together[:half])
    yield from _write(sender, together[half:])


def read(data: bytes) -> Received:
    """What can be read of a packet."""
    try:
        packet = _decode(data)
    except ValueError:
        return _read_item_by_item(data)
    return Received(packet.sender, packet.items, 0)


def _read_item_by_item(data: bytes) -> Received:
    try:
        packet = _decode_loose(data)
    except ValueError:
        return Received("", (), 1)
    items: list[Item] = []
    for raw in packet.items:
        try:
            items.append(_decode_item(raw))
        except ValueError:
            continue
    return Received(packet.sender, items, len(packet.items) - len(items))


def entity_to_wire(entity_id: EntityId) -> bytes:
    """How an id travels: a UUID as its bytes, any other as text, each behind a byte that says which."""
    return b"u" + entity_id.bytes if isinstance(entity_id, UUID) else b"t" + str(entity_id).encode()


def entity_from_wire(entity: bytes) -> Any:
    """The id again. Raises ValueError for what is none."""
    return UUID(bytes=entity[1:]) if entity[:1] == b"u" else entity[1:].decode()

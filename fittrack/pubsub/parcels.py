"""A parcel with its sender's name on it: what is published between nodes, as bytes."""

import msgspec
from msgspec import Raw, Struct

from fittrack.kit.travel import Parcel


class _Sealed(Struct, array_like=True, gc=False):
    sender: str
    name: str
    value: Raw


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Sealed).decode


def seal_parcel(sender: str, parcel: Parcel) -> bytes:
    """The bytes that `open_parcel` reads."""
    return _encode(_Sealed(sender, *parcel))


def open_parcel(data: bytes) -> tuple[str, Parcel]:
    """Who sent it, and the parcel. Raises ValueError for anything else."""
    sealed = _decode(data)
    return sealed.sender, (sealed.name, sealed.value)

"""Keys of intentions and what they were used for: alike over REST and the WebSocket (PROTOCOL, Commands)."""

from hashlib import blake2b
from typing import Final
from uuid import UUID

import msgspec

from fittrack.kit.intention import Command, Intention
from fittrack.kit.origin import SYSTEM, Origin

KEY_LENGTH_MAX: Final = 255
"""Characters of an `Idempotency-Key`."""

_UUID_LENGTHS = (36, 32)
"""Characters of a UUID, with and without hyphens: both are its text in WebSocket frames."""

_encode = msgspec.msgpack.Encoder(order="deterministic").encode


def key_from_text(text: str) -> UUID:
    """The key that `text` (1 to 255 characters) stands for: a UUID is itself, anything else its hash."""
    if len(text) in _UUID_LENGTHS:
        try:
            return msgspec.convert(text, UUID)
        except msgspec.ValidationError:
            pass
    return UUID(bytes=blake2b(text.encode(), digest_size=16, person=b"idempotency-key").digest())


def request_hash(name: str, payload: object) -> bytes:
    """16 bytes that tell what was asked: the same for equal payloads however they were sent.

    `payload` is typed and normalised (a command or struct), not the bytes that came in.
    """
    return blake2b(_encode((name, payload)), digest_size=16, person=b"request").digest()


def intend(command: Command, key: UUID | None, origin: Origin = SYSTEM) -> Intention:
    """`command` under `key`, ready for the actor that decides it."""
    if key is None:
        return Intention(command, origin=origin)
    return Intention(command, key, request_hash(type(command).__name__, command), origin)

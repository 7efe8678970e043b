"""What somebody wants done, once: a command under the key that was chosen for it (PROTOCOL, Commands)."""

from typing import ClassVar, Protocol
from uuid import UUID

from msgspec import Struct

from fittrack.kit.origin import SYSTEM, Origin


class Command(Protocol):
    """A wish in the imperative; `ANSWER` is the shape of what a granted one is answered with."""

    ANSWER: ClassVar[type[Struct]]


class Intention(Struct, frozen=True, gc=False):
    """A command with its idempotency key, if it has one.

    The same key with the same `request_hash` gets the same answer and no second effect; with another
    hash it is refused as `idempotency-mismatch`.
    """

    command: Command
    key: UUID | None = None
    request_hash: bytes | None = None
    origin: Origin = SYSTEM
    """Who wants it, where that is recorded; it is no part of what is asked."""


class Answer(Struct, frozen=True, gc=False):
    """What an intention came to. `replayed`: it had been done before, this is the former answer."""

    body: Struct
    replayed: bool = False

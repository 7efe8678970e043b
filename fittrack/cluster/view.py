"""Which nodes there are, and which of them runs what: rendezvous hashing over slots. Pure.

Every node with the same view comes to the same answer, and a node that comes or goes moves its own share of
the slots and no others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final
from uuid import UUID
from zlib import crc32

SLOTS: Final = 4_096
"""Shares that are dealt out: with 50 nodes 82 each, give or take a tenth."""


@dataclass(frozen=True, slots=True)
class View:
    """The nodes that are there, as of `version`. Versions only grow, while Redis keeps its memory."""

    version: int = 0
    nodes: tuple[str, ...] = ()
    owners: Sequence[str] = field(default=(), compare=False)
    """The node that runs each slot; empty without nodes."""

    @classmethod
    def of(cls, version: int, nodes: Iterable[str]) -> "View":
        """The view of these nodes."""
        there = tuple(sorted(set(nodes)))
        return cls(version, there, _deal(there))


def slot_of(kind: str, entity_id: object) -> int:
    """The slot of an actor. Ids are UUIDs whose last bits are random, or text."""
    if isinstance(entity_id, UUID):
        return (entity_id.int ^ crc32(kind.encode())) % SLOTS
    return crc32(f"{kind}/{entity_id}".encode()) % SLOTS


def _deal(nodes: Sequence[str]) -> Sequence[str]:
    if not nodes:
        return ()
    keys = [blake2b(node.encode(), digest_size=32).digest() for node in nodes]

    def owner(slot: int) -> str:
        text = slot.to_bytes(2, "big")
        weights = [blake2b(text, key=key, digest_size=8).digest() for key in keys]
        return nodes[weights.index(max(weights))]

    return tuple(owner(slot) for slot in range(SLOTS))

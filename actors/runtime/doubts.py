"""Doubts: which entities may have something under way of which their present activation does not know."""

from collections.abc import Callable
from math import inf
from typing import Final

from actors.runtime.actor import EntityId

DOUBTS_KEPT_S: Final = 300.0
"""Whatever a lost activation had under way is over long before (`actors.trust` says when)."""


class Doubts:
    """When an activation of which entity was lost last. Instants are those of the monotonic clock."""

    __slots__ = ("_at", "_monotonic", "latest")

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._at: dict[tuple[str, EntityId], float] = {}
        self.latest = -inf
        """For what depends on everybody."""

    def note(self, kind: str, entity_id: EntityId) -> None:
        """An activation ended with something under way, whose effect may still come to be: what its successor
        loads may lack it."""
        now = self.latest = self._monotonic()
        self._at.pop((kind, entity_id), None)  # the dict is in the order of time
        self._at[kind, entity_id] = now
        while self._at[oldest := next(iter(self._at))] <= now - DOUBTS_KEPT_S:
            del self._at[oldest]

    def at(self, kind: str, entity_id: EntityId) -> float:
        """When that happened last to an entity. Minus infinity: never, or so long ago that it is over."""
        return self._at.get((kind, entity_id), -inf) if self._at else -inf

    def __len__(self) -> int:
        return len(self._at)

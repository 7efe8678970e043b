"""Where an actor runs."""

from typing import Protocol

from actors.runtime.actor import EntityId
from actors.runtime.promise import Listener


class Peer(Protocol):
    """Another place that runs actors, and how to reach it."""

    def send(
        self,
        kind: str,
        entity_id: EntityId,
        message: object,
        on_reply: Listener | None,
        *,
        timeout_s: float | None,
        cause: str | None,
    ) -> None:
        """Hand the message over. `on_reply` is called once, never before this returns; None for a tell."""


class Placement(Protocol):
    """Decides, message by message, where the actor of an entity runs. Asked often: must be quick."""

    def locate(self, kind: str, entity_id: EntityId) -> Peer | None:
        """The peer that runs this actor; None when it runs here."""


class LocalPlacement:
    """Everything runs here."""

    __slots__ = ()

    def locate(self, kind: str, entity_id: EntityId) -> Peer | None:
        return None

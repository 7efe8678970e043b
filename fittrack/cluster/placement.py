"""Where actors run, by the present view: implements the runtime's port `Placement` for a cluster."""

from collections.abc import Callable, Sequence

from actors.runtime import EntityId, Peer
from fittrack.cluster.view import View, slot_of


class ClusterPlacement:
    """Asked for each message to an actor that is not in memory here."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._peers: Sequence[Peer | None] = ()
        """The peer that runs each slot, None for this node; empty: everything runs here."""

    def follow(self, view: View, peer_of: Callable[[str], Peer]) -> None:
        """Place actors by `view` from now on. `peer_of` knows how a node is reached."""
        if not view.nodes or view.nodes == (self._node,):
            self._peers = ()
            return
        peers: dict[str, Peer | None] = {
            node: None if node == self._node else peer_of(node) for node in view.nodes
        }
        self._peers = [peers[owner] for owner in view.owners]

    def locate(self, kind: str, entity_id: EntityId) -> Peer | None:
        """See `Placement`."""
        return self._peers[slot_of(kind, entity_id)] if self._peers else None

    def is_here(self, kind: str, entity_id: EntityId) -> bool:
        """Whether this node runs the actor."""
        return self.locate(kind, entity_id) is None

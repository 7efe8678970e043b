"""Virtual actors: addressed by kind and id, in memory while used, one message at a time.

Knows no product. An actor between turns is its state and a few hundred bytes: no task, no queue, no
timer. Begin reading with `actor` (what one writes), `ref` (how one talks to it) and `registry`.
"""

from actors.runtime.actor import Actor, AskCycleError, EntityId, Gathering, Held, StaleActivation
from actors.runtime.doubts import DOUBTS_KEPT_S
from actors.runtime.handoff import GOES_ON_FOR_S
from actors.runtime.kind import ActorKind, Supervision
from actors.runtime.metrics import KindMetrics
from actors.runtime.placement import LocalPlacement, Peer, Placement
from actors.runtime.population import Envelope, asked_at, current_turn
from actors.runtime.promise import Listener, Outcome, Promise
from actors.runtime.ref import Ref
from actors.runtime.registry import Registry

__all__ = [
    "DOUBTS_KEPT_S",
    "GOES_ON_FOR_S",
    "Actor",
    "ActorKind",
    "AskCycleError",
    "EntityId",
    "Envelope",
    "Gathering",
    "Held",
    "KindMetrics",
    "Listener",
    "LocalPlacement",
    "Outcome",
    "Peer",
    "Placement",
    "Promise",
    "Ref",
    "Registry",
    "StaleActivation",
    "Supervision",
    "asked_at",
    "current_turn",
]

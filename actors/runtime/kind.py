"""What all actors of one kind have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from actors.runtime.actor import Actor

# A player sends 20 commands a second at most; a mailbox this deep means that something hangs.
MAILBOX_MESSAGES_MAX = 256
# Long enough to survive a coffee break in the middle of a workout, short enough to free the night.
IDLE_AFTER_S = 300.0
# At a few kilobytes of state each this is some hundred megabytes.
ACTIVE_MAX = 100_000
# What a person waits for an answer before trying again.
ASK_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Supervision:
    """What follows a crash: a reload after a pause that grows, then none at all for a while."""

    crashes_max: int = 3
    """Crashes within the window that put an actor into quarantine."""
    window_s: float = 60.0
    first_pause_s: float = 0.1
    pause_growth: float = 5.0
    quarantine_s: float = 10.0
    """Short, because a drawing in quarantine sells nothing; a further crash within the window renews it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorKind:
    """A kind of actor: how to make one, and its limits."""

    name: str
    factory: Callable[[Any], Actor]
    """Makes the actor of an entity id. Must not block; loading belongs into `activate`."""
    mailbox_max: int = MAILBOX_MESSAGES_MAX
    """Messages that may wait, for their turn or for their held reply, before further ones are `busy`."""
    idle_after_s: float = IDLE_AFTER_S
    active_max: int = ACTIVE_MAX
    """Actors in memory above which the least recently used leave; exceeded only by those at work."""
    ask_timeout_s: float = ASK_TIMEOUT_S
    """The deadline of an ask that names none."""
    supervision: Supervision = Supervision()

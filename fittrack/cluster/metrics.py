"""What happened between this node and the others. Plain numbers, to be read by an exporter."""

from dataclasses import dataclass


@dataclass(slots=True)
class ExchangeMetrics:
    """What happened between nodes since the start."""

    asked: int = 0
    """Messages for actors elsewhere."""
    served: int = 0
    """Messages of other nodes for actors here."""
    astray: int = 0
    """Messages that came to a node that does not run their actor, or to none: brought again, a tell once."""
    untold: int = 0
    """Messages that nobody waits for and that got to no actor: who sent them was refused, or is not told."""
    unknown: int = 0
    """Messages whose way or answer was lost with Redis."""
    unreadable: int = 0
    """Messages and answers of another version that this one does not understand."""

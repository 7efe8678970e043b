"""How long the supervisor waits for what."""

from dataclasses import dataclass
from typing import Final

EXIT_USAGE: Final = 2
"""A worker that ends so will do so again: settings or schema are not right."""

END_WITHIN_S: Final = 45.0
"""From the signal until a worker is killed: longer than a drain and what is finished after it."""

SERVE_WITHIN_S: Final = 120.0
"""From its start until a worker serves. Mostly two seconds; a minute where many start at once on a machine
that is busy with a thousand clients."""


SAY_EVERY_S: Final = 3.0
"""Between two words of a worker that its event loop turns."""

SILENT_LOOKS: Final = 10
"""Looks in a row, one every `SAY_EVERY_S`, that may find that a worker has said nothing: half a minute. A
busy or swapping machine stands still for seconds. After ten the other nodes have taken the actors over, after
35 clients that are connected go elsewhere by themselves; others are sent to it until it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """In seconds."""

    restart_first_s: float = 0.5
    """Until a worker is started again: doubled each time, from the start after a stable minute."""
    restart_most_s: float = 30.0
    stable_s: float = 60.0
    serve_within_s: float = SERVE_WITHIN_S
    end_within_s: float = END_WITHIN_S
    look_every_s: float = SAY_EVERY_S
    silent_looks: int = SILENT_LOOKS
    """Looks are counted rather than seconds: while the supervisor stands still itself, or the machine sleeps,
    there are none."""
    tell_within_s: float = 5.0
    """For what is done about a death: it is tried, and does not keep the next worker waiting."""

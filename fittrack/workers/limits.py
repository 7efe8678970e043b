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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """In seconds."""

    restart_first_s: float = 0.5
    """Until a worker is started again: doubled each time, from the start after a stable minute."""
    restart_most_s: float = 30.0
    stable_s: float = 60.0
    serve_within_s: float = SERVE_WITHIN_S
    end_within_s: float = END_WITHIN_S
    tell_within_s: float = 5.0
    """For what is done about a death: it is tried, and does not keep the next worker waiting."""

"""What rounds of jobs came to on a node. Plain numbers, to be read by an exporter."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

OUTCOMES: Final = ("done", "postponed", "failed")
"""`postponed`: the database was away, or too much was going on; the next round does it."""

ELSEWHERE: Final = object()
"""What a round answers that found that another node has the job."""


@dataclass(slots=True)
class JobRecord:
    """Rounds since the start, those included that found that another node has the job."""

    rounds: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By job and outcome."""
    done_at: dict[str, float] = field(default_factory=dict)
    """When a job was last done here, in seconds since 1970; rounds that left it to another node are none."""
    names: set[str] = field(default_factory=set)
    """Of the jobs that there are."""

"""What is equal for all sessions of a node: limits, durations, names, the wall clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from fittrack.kit.jitter import draw
from protocol.budget import Budget
from protocol.limits import Limits, Timing
from protocol.outbound import Hello
from protocol.shapes import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """Shared by all sessions. `now` is the wall clock (UTC), `jitter` draws from [0, 1)."""

    now: Callable[[], datetime]
    server: str
    node: str
    limits: Limits = field(default_factory=Limits)
    timing: Timing = field(default_factory=Timing)
    jitter: Callable[[], float] = draw
    budget: Budget = field(init=False)

    def __post_init__(self) -> None:
        budget = Budget(self.limits.commands_per_second, self.limits.commands_burst)
        object.__setattr__(self, "budget", budget)

    def hello(self) -> Hello:
        """The first frame of a connection, as of now."""
        return Hello(
            now=instant(self.now()),
            heartbeat_ms=round(self.timing.ping_every * 1000),
            auth_within_ms=round(self.timing.auth_within * 1000),
            server=self.server,
            node=self.node,
        )

    def next_ping(self, now: float) -> float:
        """When the next WebSocket ping is due, each a little off the regular interval."""
        spread = self.timing.ping_jitter * (2 * self.jitter() - 1)
        return now + self.timing.ping_every * (1 + spread)

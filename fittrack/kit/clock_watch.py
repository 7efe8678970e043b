"""Whether this node's clock may decide: how far it is off the clocks of others, and whether it was set.

The close of a drawing is an instant: a node whose clock is behind would sell after it, one that is ahead
would close before it (DESIGN 3, Time). What others say is kept against the monotonic clock, so it still holds
after this node's clock was set, and while nobody answers.
"""

from collections.abc import Mapping
from typing import Final

import structlog

from fittrack.kit.clock import Clock
from fittrack.kit.problems import Busy

OFF_MAX_S: Final = 1.0
"""Beyond this a node decides nothing that depends on the time of day (DESIGN 3, Time)."""

AGREES_AGAIN_S: Final = 0.5
"""Who was off decides again from here on: a clock at the limit is not off and right in turns."""

ROUND_TRIP_MAX_S: Final = OFF_MAX_S
"""What was said belongs to some moment of the round trip: of a longer one it tells too little."""

SET_MIN_S: Final = 0.25
"""A clock that moves by this much against the monotonic one was set: a time server that corrects a clock
slowly lets both run faster or slower together."""

LOOK_EVERY_S: Final = 1.0
"""How soon a node that decides nothing notices that its clock was set; whoever decides notices at once."""

DATABASE: Final = "database"
REDIS: Final = "redis"
_NAMES: Final = {DATABASE: "the database", REDIS: "Redis"}

_READINGS_MAX: Final = 5
_APART_MAX_S: Final = 0.01
"""Both clocks are read one after the other: again, where a process was halted in between."""

_log = structlog.get_logger(__name__)


class ClockWatch:
    """What is known of this node's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lead = _lead(clock)
        """What this node's clock shows more than the monotonic one, in seconds."""
        self._leads: dict[str, float] = {}
        """The same by the clocks of others."""
        self._counts = REDIS
        """Whose clock counts: Redis's where the database has none of its own."""
        self._must_hear = False
        self.is_off = False
        """Whether nothing was to be decided by this clock when it was looked at last."""

    @property
    def offsets_s(self) -> Mapping[str, float]:
        """By whose clock this one is how many seconds ahead; below zero, behind."""
        return {by: self._lead - lead for by, lead in self._leads.items()}

    def require(self, by: str) -> None:
        """Whatever others say, the clock of `by` counts, and until it was heard nothing is decided."""
        self._counts, self._must_hear = by, True
        self._judge()

    def heard(self, by: str, said_s: float, asked_at: float, answered_at: float) -> None:
        """`by` said, between two instants of the monotonic clock, that it is `said_s` seconds after 1970."""
        if answered_at - asked_at <= ROUND_TRIP_MAX_S:
            self._leads[by] = said_s - (asked_at + answered_at) / 2
        self.look()

    def look(self) -> None:
        """See whether this clock was set meanwhile."""
        before, self._lead = self._lead, _lead(self._clock)
        if abs(by := self._lead - before) >= SET_MIN_S and self._leads:
            _log.warning("clock.set", by_s=round(by, 3))
        self._judge()

    def may_decide(self) -> bool:
        """Whether something may be decided by this clock, now: each sale asks, so it costs little."""
        since_look = self._clock.now().timestamp() - self._clock.monotonic() - self._lead
        if abs(since_look) >= SET_MIN_S:
            self.look()
        return not self.is_off

    def check(self) -> None:
        """Raise `Busy` unless `may_decide`."""
        if not self.may_decide():
            raise Busy(self._why())

    def _judge(self) -> None:
        was_off, offset_s = self.is_off, self.offsets_s.get(self._counts)
        if offset_s is None:
            self.is_off = self._must_hear
        else:
            self.is_off = abs(offset_s) > (AGREES_AGAIN_S if was_off else OFF_MAX_S)
        if self.is_off and not was_off:
            _log.error("clock.off", reason=self._why())
        elif was_off and not self.is_off:
            _log.info("clock.agrees_again")

    def _why(self) -> str:
        offset_s = self.offsets_s.get(self._counts)
        if offset_s is None:
            return f"This node has not heard yet what time it is at {_NAMES[self._counts]}"
        towards = "ahead of" if offset_s > 0 else "behind"
        return (
            f"This node's clock is {abs(offset_s):.1f} s {towards} {_NAMES[self._counts]}'s: "
            "it decides upon no drawing and no prize"
        )


def _lead(clock: Clock) -> float:
    """What `clock` shows more than its monotonic one."""
    for _ in range(_READINGS_MAX):
        before = clock.monotonic()
        now = clock.now().timestamp()
        after = clock.monotonic()
        if after - before <= _APART_MAX_S:
            break
    return now - (before + after) / 2

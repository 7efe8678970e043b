"""Whether the database lets us in: who was refused tries again after a pause, and rarely (decision 49).

Oracle's DEFAULT profile locks a user after ten failed attempts, for every node: one that still has a former
password must not make them.
"""

import time
from collections.abc import Callable
from typing import Final

import oracledb
import structlog

log = structlog.get_logger(__name__)

REFUSALS: Final = frozenset(
    {
        "ORA-01017",  # user or password is wrong
        "ORA-01045",  # the user may not connect
        "ORA-28000",  # the user is locked
        "ORA-28001",  # the password has expired
    }
)
"""What is as it is until somebody does something about it."""

FIRST_PAUSE_S: Final = 300.0
"""Seconds until the first further attempt. A node has two pools, the journal's and the one for reads, and the
driver makes two attempts where one is asked for: four at once, then one by each after a pause. So it is half
an hour until a node has made ten, in which somebody reads the log. Another password needs a restart."""

PAUSE_MAX_S: Final = 900.0
"""Each pause is twice as long as the one before, up to this: a node that is let in again
stays away no longer."""

TROUBLE_PAUSE_S: Final = 30.0
"""Seconds after an attempt that failed for what passes by itself, such as the network. It is not counted
against the user; but one that hangs keeps a thread and a socket, so it is not made for everybody who asks."""


class SignIn:
    """What came of signing in last; for one pool, which calls it in turn. `now`: monotonic seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failure: oracledb.Error | OSError | None = None
        self._pause_s = 0.0
        self._until = 0.0

    @property
    def failure(self) -> oracledb.Error | OSError | None:
        """Why nobody is let in; None: nobody was refused, or somebody was let in since."""
        failure = self._failure
        return failure and type(failure)(*failure.args)

    def note(self, error: oracledb.Error) -> None:
        """What failed was perhaps signing in. A refusal begins a pause, unless one lasts."""
        if self._now() >= self._until and _number_of(error) in REFUSALS:
            self._stay_away(error)

    def try_again(self, attempt: Callable[[], None]) -> None:
        """Make one `attempt`, if one failed and it is time. Raises what it raises, and that in the pause."""
        failure = self.failure
        if failure is None:
            return
        if self._now() < self._until:
            raise failure
        try:
            attempt()
        except (oracledb.Error, OSError) as error:
            self._stay_away(error)
            raise
        log.info("oracle.signed_in_again")
        self._failure, self._pause_s = None, 0.0

    def _stay_away(self, error: oracledb.Error | OSError) -> None:
        number, pause_s = _number_of(error), TROUBLE_PAUSE_S
        if number in REFUSALS:
            pause_s = self._pause_s = min(2 * self._pause_s, PAUSE_MAX_S) or FIRST_PAUSE_S
        self._until = self._now() + pause_s
        self._failure = error
        log.error("oracle.not_signed_in", error=number or str(error), next_attempt_s=pause_s)


def _number_of(error: Exception) -> str:
    return str(getattr(error.args[0], "full_code", "")) if error.args else ""

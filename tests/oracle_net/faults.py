"""What a test arranges to go wrong, once: `BEGIN test_server.arrange('commit', 'cut after'); END;`

It goes wrong for the next session of the same user that comes to that step, in whatever process it is.
"""

import re
import threading
from enum import Enum

_ARRANGED = re.compile(
    r"\s*BEGIN\s+test_server\.arrange\(\s*'([\w ]+)'\s*,\s*'([\w -]+)'\s*(?:,\s*(\d+)\s*)?\)\s*;\s*END;\s*",
    re.IGNORECASE,
)

DELAY_S = 0.5
"""Longer than any time for a call that a test sets."""


class Step(Enum):
    """Where something can go wrong."""

    SIGN_IN = "sign in"
    QUERY = "query"
    CHANGE = "change"
    DEFINE = "define"
    COMMIT = "commit"
    PING = "ping"


class Fault(Enum):
    """What goes wrong. Any other word is the number of the error that is answered: `1653`."""

    CUT = "cut"
    """The connection is lost; the step is not taken."""
    CUT_AFTER = "cut after"
    """The step is taken, and the connection lost before the answer."""
    STALL = "stall"
    """No answer until the client breaks the call or leaves."""
    DELAY = "delay"
    """The step is taken after `DELAY_S`, unless the client breaks the call or leaves before."""


class Faults:
    """What is arranged for one user."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arranged: list[tuple[Step, Fault | int, int]] = []

    def arrange(self, block: str) -> bool:
        """Take what a block of PL/SQL asks for; whether it asks for anything."""
        asked = _ARRANGED.fullmatch(block)
        if asked is None:
            return False
        fault: Fault | int = int(asked[2]) if asked[2].isdigit() else Fault(asked[2])
        with self._lock:
            self._arranged.append((Step(asked[1]), fault, int(asked[3] or 0)))
        return True

    def at(self, step: Step) -> Fault | int | None:
        """What goes wrong now, that a session comes to `step`; then it is over."""
        with self._lock:
            for at, (arranged, fault, spared) in enumerate(self._arranged):
                if arranged is step:
                    if spared:
                        self._arranged[at] = (step, fault, spared - 1)
                        return None
                    del self._arranged[at]
                    return fault
        return None

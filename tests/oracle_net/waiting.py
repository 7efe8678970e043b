"""Who waits for a lock, told to a test that wants to be sure: `BEGIN test_server.await_waiting; END;`"""

import re
import threading

PATIENCE_S = 30.0
_ASKED = re.compile(r"\s*BEGIN\s+test_server\.await_waiting\s*;\s*END;\s*", re.IGNORECASE)


class Waiting:
    """The sessions of one user that wait."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._sessions = 0

    def come(self) -> None:
        """One more."""
        self._add(1)

    def go(self) -> None:
        """One has its lock, or has given up."""
        self._add(-1)

    def awaited(self, block: str) -> bool:
        """Whether a block of PL/SQL asks to wait until a session waits; if so, one does now."""
        if _ASKED.fullmatch(block) is None:
            return False
        with self._changed:
            if not self._changed.wait_for(lambda: self._sessions, PATIENCE_S):
                raise TimeoutError("nobody waits for a lock")
        return True

    def _add(self, sessions: int) -> None:
        with self._changed:
            self._sessions += sessions
            self._changed.notify_all()

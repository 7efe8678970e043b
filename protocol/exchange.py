"""One request of a client and its one answer."""

from typing import Protocol
from uuid import UUID

from msgspec.structs import replace

from fittrack.kit.problems import Problem
from protocol.errors import err_of
from protocol.frames import Frame, FrameId
from protocol.outbound import Ok

DONE = Ok()


class Answering(Protocol):
    """The session an exchange belongs to."""

    def settle(self, exchange: "Exchange", answer: Frame) -> None:
        """Send the answer, if there is still somebody to send it to."""


class Exchange:
    """A request that waits for its answer: exactly one `ok` or `err`, at any later time.

    Whoever holds it answers it; a second answer is a mistake of the server and asserted against.
    `key` is the idempotency key of a command, `channel` the name in a `sub` or `unsub`.
    """

    __slots__ = ("_session", "channel", "id", "key", "refused")

    def __init__(
        self, session: Answering, id: FrameId, key: UUID | None = None, channel: str | None = None
    ) -> None:
        self._session: Answering | None = session
        self.id = id
        self.key = key
        self.channel = channel
        self.refused = False

    def ok(self, answer: Ok = DONE, *, replayed: bool = False) -> None:
        """It is done; `replayed` when it had been done before under the same key."""
        if replayed:
            answer = replace(answer, replayed=True)
        self._settle(Frame("ok", answer, self.id))

    def err(self, problem: Problem) -> None:
        """It is refused, or failed."""
        self.refused = True
        self._settle(Frame("err", err_of(problem), self.id))

    @property
    def settled(self) -> bool:
        """Whether it has its answer."""
        return self._session is None

    def _settle(self, answer: Frame) -> None:
        session, self._session = self._session, None
        assert session is not None, "a request gets exactly one answer"
        session.settle(self, answer)

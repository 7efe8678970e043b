"""What a concrete actor is made of: `Actor`, and the ways in which a turn may end."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, ClassVar, Protocol, TypeAlias, final

from actors.runtime.promise import Promise
from fittrack.kit.problems import Busy, Problem

EntityId: TypeAlias = Hashable


class Activation(Protocol):
    """The place in memory that an actor occupies."""

    actor: "Actor | None"
    """Whoever occupies it now."""

    @property
    def doubted_at(self) -> float: ...

    def doubt(self) -> None: ...

    def leave(self, actor: "Actor") -> None: ...

    def discard(self, actor: "Actor") -> None: ...


class Actor(ABC):
    """One entity, one message at a time. Subclasses may use `__slots__`.

    An actor is made when a message arrives for it, and leaves memory when it has been idle. Between
    turns it costs its own state and little more: it has no task, no queue and no timer.
    """

    __slots__ = ("activation",)
    activation: Activation
    """Set by the runtime before `activate`."""

    gathers: ClassVar[bool] = False
    """Whether it is a `Gathering`; asked before each turn, this is the quicker question."""

    async def activate(self) -> None:  # noqa: B027 - some have nothing to load
        """Load the state. Called once, before the first turn.

        A Problem raised here is the answer to every message that waited. Anything else answers them
        `busy` (nothing happened) and counts as a crash: the next attempt comes after a back-off.
        """

    @abstractmethod
    def receive(self, message: Any) -> object:
        """Take one turn; the next one begins when this one is over.

        What is returned says when that is, and what the reply is:
        a plain value is the reply, the turn is over; a coroutine is run, a `Promise` or a future is
        waited for: the turn is over when they are, with their outcome (which may be a `Held`);
        `Held(…)` ends the turn now, the reply comes later.

        A raised Problem is the reply and keeps the state. `StaleActivation` has the state reloaded.
        Any other exception discards it, answers `outcome-unknown` and counts as a crash.
        """

    async def passivate(self) -> None:  # noqa: B027 - most have nothing to say
        """Say farewell before leaving memory in good order. Never called for a discarded activation."""

    def busy_with(self) -> bool:
        """Whether something is under way that must not lose its memory now, such as units in flight."""
        return False

    def leave(self) -> None:
        """Leave memory in good order once no message waits: there is nothing to be kept for later ones.

        Called within a turn.
        """
        self.activation.leave(self)

    def discard(self) -> None:
        """Give this activation up: the next message is served by a new one.

        Called within a turn, it lets that turn finish. It does not count as a crash.
        """
        self.activation.discard(self)

    def doubt(self) -> None:
        """Give this activation up, since something that it had under way may still come to be: what its
        successor loads may lack it."""
        self.activation.doubt()
        self.activation.discard(self)

    @property
    def is_current(self) -> bool:
        """Whether it has not been given up."""
        return self.activation.actor is self

    @property
    def doubted_at(self) -> float:
        """When an activation of this entity was given up so, the last time (monotonic clock)."""
        return self.activation.doubted_at


class Gathering(Actor):
    """An actor that takes several messages in one turn."""

    __slots__ = ()
    gathers: ClassVar[bool] = True

    @abstractmethod
    def share_turn(self, message: Any, following: Iterable[Any]) -> int:
        """How many of the messages that follow `message` in the mailbox take their turn together with it."""

    @abstractmethod
    def receive_together(self, messages: Sequence[Any]) -> Sequence[object]:
        """Take one turn for several messages; returns what `receive` would, for each.

        Let all but the last be `Held`, or replies: the turn is over when the last one says so.
        """


@final
class Held:
    """The turn is over; its reply is the outcome of `source`, usually a commit (the output gate)."""

    __slots__ = ("source",)

    def __init__(self, source: "Promise | asyncio.Future[Any]") -> None:
        self.source = source


class StaleActivation(Exception):  # noqa: N818 - a state of affairs, not a fault
    """This activation's state is outdated: another one wrote after it was loaded.

    Raised in a turn, or the outcome of its promise, future or `Held`. The state is reloaded at once, and
    the messages that wait are served by the new activation. `answer` is the reply to the message
    concerned; the default says that nothing happened. Where that is not certain, pass OutcomeUnknown.
    `again`: nothing was done for the message, which the new activation is to take.
    """

    def __init__(self, answer: Problem | None = None, *, again: bool = False) -> None:
        self.again = again
        self.answer = answer or Busy("Somebody else changed it at the same time")
        super().__init__(str(self.answer))


class AskCycleError(RuntimeError):
    """An actor asked one that waits, directly or not, for its answer: they would wait for ever."""

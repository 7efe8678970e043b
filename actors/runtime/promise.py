"""A value that arrives later, for code that counts microseconds."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias, final

Outcome: TypeAlias = Any
"""What came of something: its value, or the exception it failed with."""

Listener: TypeAlias = Callable[[Outcome], object]


class _Pending:
    __slots__ = ()


_PENDING = _Pending()


@final
class Promise:
    """A single outcome with a single listener, who is called at once, on the stack of `settle`.

    A future costs a trip through the event loop and serves many; this serves one. An outcome that is
    an exception is a failure. `settle` has the signature of a reply callback, so that one actor's
    answer can be another's promise: `ref.send(message, promise.settle)`.
    """

    __slots__ = ("_listener", "_outcome")

    def __init__(self) -> None:
        self._listener: Listener | None = None
        self._outcome: Outcome = _PENDING

    @property
    def is_settled(self) -> bool:
        return self._outcome is not _PENDING

    def settle(self, outcome: Outcome) -> None:
        """Give it its value, or the exception that came instead. Once."""
        assert self._outcome is _PENDING, "a promise is settled once"
        self._outcome = outcome
        listener = self._listener
        if listener is not None:
            self._listener = None
            listener(outcome)

    def then(self, listener: Listener) -> None:
        """Call `listener(outcome)` when it is settled; at once if it is already."""
        assert self._listener is None, "a promise has one listener"
        if self._outcome is _PENDING:
            self._listener = listener
        else:
            listener(self._outcome)


def listen(source: "Promise | asyncio.Future[Any]", listener: Listener) -> None:
    """Call `listener(outcome)` when `source` has one."""
    if isinstance(source, Promise):
        source.then(listener)
    else:
        source.add_done_callback(lambda future: listener(outcome_of(future)))


def outcome_of(future: "asyncio.Future[Any]") -> Outcome:
    """What came of a finished future or task; having been cancelled is a failure like any other."""
    if future.cancelled():
        return asyncio.CancelledError()
    error = future.exception()
    return future.result() if error is None else error

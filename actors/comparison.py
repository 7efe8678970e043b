"""Comparing what an activation holds with the end of its log, while its turns go on."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context

import structlog

from actors.runtime import Listener, Outcome, Promise, StaleActivation

log = structlog.get_logger(__name__)


class Comparison:
    """One comparison of an activation is under way at a time. It serves all who came before it began; those
    who came since, the next one."""

    __slots__ = ("_task", "_waiting")

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._waiting: list[Listener] = []

    def then(self, listener: Listener, compare: Callable[[], Awaitable[None]]) -> None:
        """Call `listener(outcome)` soon: with None when memory may be shown, else with what `compare` raised.

        `compare` is the activation's, and kept only while it runs: an activation without cycles is freed at
        once.
        """
        self._waiting.append(listener)
        if self._task is None:
            # In a context of its own: it happens on behalf of many.
            self._task = asyncio.get_running_loop().create_task(self._serve(compare), context=Context())

    async def _serve(self, compare: Callable[[], Awaitable[None]]) -> None:
        while self._waiting:
            served, self._waiting = self._waiting, []
            outcome = await _outcome_of(compare)
            if isinstance(outcome, StaleActivation):
                # So it is for those who came since. The last first: each goes to the head of the mailbox.
                served = [*served, *self._waiting][::-1]
                self._waiting = []
            for listener in served:
                _tell(listener, outcome)
        self._task = None


async def _outcome_of(compare: Callable[[], Awaitable[None]]) -> Outcome:
    try:
        await compare()
    except Exception as error:
        return error
    return None


def _tell(listener: Listener, outcome: Outcome) -> None:
    try:
        listener(outcome)
    except Exception:  # the others must not wait for ever
        log.exception("a look was not answered")


def settle_by(show: Callable[[], object], reply: Promise, outcome: Outcome) -> None:
    """Reply what memory shows, unless the comparison said that it may not."""
    if outcome is None:
        try:
            outcome = show()
        except Exception as error:  # the reply, as it would be if a turn raised it
            outcome = error
    reply.settle(outcome)

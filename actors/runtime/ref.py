"""The address of an actor. Holding one keeps nothing in memory; sending brings the actor to life."""

import asyncio
from typing import Any

from actors.runtime.actor import EntityId
from actors.runtime.population import Population
from actors.runtime.post import Post
from actors.runtime.promise import Listener


class Ref:
    """How to reach one actor, from the event loop's thread."""

    __slots__ = ("_population", "_post", "id")

    def __init__(self, post: Post, population: Population, entity_id: EntityId) -> None:
        self._post = post
        self._population = population
        self.id = entity_id

    @property
    def kind(self) -> str:
        return self._population.kind.name

    def ask(
        self, message: object, *, timeout_s: float | None = None, cause: str | None = None
    ) -> "asyncio.Future[Any]":
        """Send `message` and wait for the reply: `answer = await ref.ask(…)`.

        `timeout_s` defaults to the kind's. Within a turn, the deadline of that turn's message holds as
        well, and its `cause` is handed on.

        Raises the actor's Problem; `Busy` when nothing happened (mailbox full, quarantine, shutdown, the
        deadline passed before the turn began); `OutcomeUnknown` when it may have (the deadline passed
        later, the actor crashed); AskCycleError, at once, when the actor waits for the present turn.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._post.send(self._population, self.id, message, future, timeout_s=timeout_s, cause=cause)
        return future

    def send(
        self, message: object, on_reply: Listener, *, timeout_s: float | None = None, cause: str | None = None
    ) -> None:
        """What `ask` is built upon: no future and no task, `on_reply(outcome)` is called with the reply.

        Exactly once, with the value or the Problem that `ask` would raise; never before `send` returns;
        on behalf of the turn that sent, so that what it sends inherits from that turn. It must not block.
        """
        self._post.send(self._population, self.id, message, on_reply, timeout_s=timeout_s, cause=cause)

    def tell(self, message: object, *, cause: str | None = None) -> None:
        """Send `message` without wanting a reply. Nobody waits: no deadline, and cycles are fine.

        Raises `Busy` when it is not accepted, since a silent loss is never right.
        """
        self._post.tell(self._population, self.id, message, cause)

    def __repr__(self) -> str:
        return f"Ref({self.kind}, {self.id})"

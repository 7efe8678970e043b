"""The connections of one account: those of this node, and how many it has at others.

An account may have so many connections, wherever they are, and nobody keeps a register of them. Whoever
signs in has its node ask the others, over the topic that every node with connections of the account listens
to anyway; each answers with the moments at which its own arrived. Then each closes those of its own that are
not among the newest of all. A node that is dead does not answer. While nothing goes between nodes, each
counts its own; what is too much then goes at the account's next sign-in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from fittrack.kit.ids import SessionId, UserId
from fittrack.pubsub.broker import Broker, Subscription
from fittrack.pubsub.messages import Message, PlayerNote, Presence, StreamEvent, player_topic
from protocol.close_codes import CloseCode

CONNECTIONS_PER_ACCOUNT_MAX: Final = 5
"""Connections of one account: phone, tablet, watch, browser and a spare one."""


class Connected(Protocol):
    """A connection, as its account sees it."""

    @property
    def session_id(self) -> SessionId | None:
        """The login session, once it is known."""

    @property
    def arrived_ms(self) -> int:
        """When somebody signed in on it, in milliseconds since 1970."""

    def end(self, code: CloseCode) -> None:
        """Close; the connection leaves the hub before this returns."""

    def publish(self, event: StreamEvent | PlayerNote) -> None:
        """Something of the account's streams was published."""

    def look_again(self) -> None:
        """The account's role, status or profile changed."""


QUESTIONS_MAX: Final = 4
"""Sign-ins of an account whose answers are told apart. More at once are rare, and the last one counts all."""

C = TypeVar("C", bound=Connected)


@dataclass(frozen=True, slots=True)
class HubContext:
    """What the accounts of a node have in common."""

    broker: Broker
    node: str
    per_account_max: int = CONNECTIONS_PER_ACCOUNT_MAX


class AccountConnections(Generic[C]):
    """Listens to the broker itself: events need no look-up."""

    __slots__ = ("_context", "_questions", "_user_id", "connections", "subscription")

    def __init__(self, context: HubContext, user_id: UserId) -> None:
        self._context = context
        self._user_id = user_id
        self._questions: dict[tuple[str, int], dict[str, Sequence[int]]] | None = None
        """By the latest sign-ins, here and elsewhere: what other nodes said. Of most accounts nothing."""
        self.connections: tuple[C, ...] = ()  # in order of arrival
        self.subscription: Subscription = context.broker.subscribe(player_topic(user_id), self.receive)

    def receive(self, message: Message) -> None:
        """What the broker calls."""
        if isinstance(message, (StreamEvent, PlayerNote)):
            for connection in self.connections:
                connection.publish(message)
        else:
            assert isinstance(message, Presence), "an account hears of itself alone"
            if message.node != self._context.node:
                self._hear(message)

    def compare(self) -> None:
        """Somebody signed in here: have the other nodes say what they have."""
        self._say(self._context.node, self.connections[-1].arrived_ms)

    def _say(self, asker: str, asked_ms: int) -> None:
        arrived = [connection.arrived_ms for connection in self.connections]
        message = Presence(self._user_id, asker, asked_ms, self._context.node, arrived)
        self._context.broker.publish(player_topic(self._user_id), message)

    def _hear(self, said: Presence) -> None:
        elsewhere = self._answers(said.asker, said.asked_ms)
        elsewhere[said.node] = said.arrived
        here = [connection.arrived_ms for connection in self.connections]
        count = surplus(self._context.node, here, elsewhere, self._context.per_account_max)
        for connection in self.connections[:count]:
            connection.end(CloseCode.REPLACED)
        if said.node == said.asker and self.connections:
            self._say(said.asker, said.asked_ms)

    def _answers(self, asker: str, asked_ms: int) -> dict[str, Sequence[int]]:
        if self._questions is None:
            self._questions = {}
        answers = self._questions.setdefault((asker, asked_ms), {})
        if len(self._questions) > QUESTIONS_MAX:
            del self._questions[next(iter(self._questions))]
        return answers


def surplus(node: str, here: Sequence[int], elsewhere: Mapping[str, Sequence[int]], at_most: int) -> int:
    """How many connections of `node` are too many, counted from its oldest: those that are not among the
    newest `at_most` of all. They are told by the moments of their arrival; every node comes to the same."""
    arrivals = [(at, there) for there, those in {**elsewhere, node: here}.items() for at in those]
    newest = sorted(arrivals)[-at_most:]
    return len(here) - sum(there == node for _, there in newest)

"""The connections of this node: all of them, and those of each account."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Generic, Protocol, TypeVar

from fittrack.kit.ids import SessionId, UserId
from fittrack.pubsub.broker import Broker, Subscription
from fittrack.pubsub.messages import (
    REVOCATIONS,
    STANDINGS,
    Message,
    PlayerNote,
    Revocation,
    StandingChanged,
    StreamEvent,
    player_topic,
)
from protocol.close_codes import CloseCode

CONNECTIONS_PER_ACCOUNT_MAX = 5
"""Connections of one account on one node: phone, tablet, watch, browser and a spare one."""

SWEEP_SLOTS = 20
"""Parts in which all connections are swept, one after the other: 1-2 ms each at 15,000."""


class Connected(Protocol):
    """A connection, as the hub sees it."""

    @property
    def session_id(self) -> SessionId | None:
        """The login session, once it is known."""

    def end(self, code: CloseCode) -> None:
        """Close; the connection leaves the hub before this returns."""

    def publish(self, event: StreamEvent | PlayerNote) -> None:
        """Something of the account's streams was published."""

    def look_again(self) -> None:
        """The account's role, status or profile changed."""


C = TypeVar("C", bound=Connected)


class _Account(Generic[C]):
    """The connections of one account. It listens to the broker itself: events need no look-up."""

    __slots__ = ("connections", "subscription")

    def __init__(self, broker: Broker, user_id: UserId) -> None:
        self.connections: tuple[C, ...] = ()  # in order of arrival
        self.subscription: Subscription = broker.subscribe(player_topic(user_id), self.receive)

    def receive(self, message: Message) -> None:
        """What the broker calls."""
        assert isinstance(message, (StreamEvent, PlayerNote)), "an account hears of itself alone"
        for connection in self.connections:
            connection.publish(message)


class Hub(Generic[C]):
    """Knows who is connected here. It listens to the broker for these accounts, and for what may end or
    change what they may do.
    """

    def __init__(self, broker: Broker, *, per_account_max: int = CONNECTIONS_PER_ACCOUNT_MAX) -> None:
        self._broker = broker
        self._per_account_max = per_account_max
        self._slots: tuple[set[C], ...] = tuple(set() for _ in range(SWEEP_SLOTS))
        self._accounts: dict[UserId, _Account[C]] = {}
        self._listens = (
            broker.subscribe(REVOCATIONS, self._revoke),
            broker.subscribe(STANDINGS, self._change),
        )

    def __len__(self) -> int:
        """Number of connections, those not signed in yet included."""
        return sum(map(len, self._slots))

    def __iter__(self) -> Iterator[C]:
        return iter(tuple(chain.from_iterable(self._slots)))

    def __contains__(self, connection: C) -> bool:
        """Whether `connection` is still here."""
        return any(connection in slot for slot in self._slots)

    @property
    def accounts(self) -> Collection[UserId]:
        """Who is connected here."""
        return self._accounts.keys()

    def slot(self, number: int) -> Sequence[C]:
        """One of `SWEEP_SLOTS` parts of all connections, as of now."""
        return tuple(self._slots[number])

    def connections_of(self, user_id: UserId) -> Sequence[C]:
        """The connections of one account, the oldest first."""
        account = self._accounts.get(user_id)
        return account.connections if account else ()

    def add(self, connection: C) -> None:
        """A connection is open; nobody signed in on it yet."""
        min(self._slots, key=len).add(connection)

    def sign_in(self, connection: C, user_id: UserId) -> None:
        """`connection` belongs to `user_id` from now on. The oldest one too many is closed 4504."""
        account = self._accounts.get(user_id)
        if account is not None and len(account.connections) >= self._per_account_max:
            account.connections[0].end(CloseCode.REPLACED)
            account = self._accounts.get(user_id)
        if account is None:
            account = self._accounts[user_id] = _Account(self._broker, user_id)
        account.connections = (*account.connections, connection)

    async def listening(self, user_id: UserId) -> None:
        """Return when nothing that is published for `user_id`, on any node, is missed any more."""
        await self._broker.listening(player_topic(user_id))

    def remove(self, connection: C, user_id: UserId | None) -> None:
        """`connection` is closing: it gets nothing any more. Removing twice is no error."""
        for slot in self._slots:
            slot.discard(connection)
        account = self._accounts.get(user_id) if user_id else None
        if account is None or user_id is None:
            return
        account.connections = tuple(other for other in account.connections if other is not connection)
        if not account.connections:
            del self._accounts[user_id]
            account.subscription.cancel()

    def stop(self) -> None:
        """Listen to revocations and changes no more."""
        for subscription in self._listens:
            subscription.cancel()

    def _revoke(self, message: Message) -> None:
        assert isinstance(message, Revocation), "nothing else is published there"
        for connection in self.connections_of(message.user_id):
            if message.session_id in (None, connection.session_id):
                connection.end(CloseCode.REVOKED)

    def _change(self, message: Message) -> None:
        assert isinstance(message, StandingChanged), "nothing else is published there"
        for connection in self.connections_of(message.user_id):
            connection.look_again()

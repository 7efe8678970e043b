"""The connections of this node: all of them, and those of each account."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Generic

from fittrack.kit.ids import UserId
from fittrack.pubsub.messages import (
    REVOCATIONS,
    STANDINGS,
    Message,
    Revocation,
    StandingChanged,
    player_topic,
)
from fittrack.server.account import AccountConnections, C, HubContext
from protocol.close_codes import CloseCode

SWEEP_SLOTS = 20
"""Parts in which all connections are swept, one after the other: 1-2 ms each at 15,000."""


class Hub(Generic[C]):
    """Knows who is connected here. It listens to the broker for these accounts, and for what may end or
    change what they may do.
    """

    def __init__(self, context: HubContext) -> None:
        self._context = context
        self._slots: tuple[set[C], ...] = tuple(set() for _ in range(SWEEP_SLOTS))
        self._accounts: dict[UserId, AccountConnections[C]] = {}
        self._listens = (
            context.broker.subscribe(REVOCATIONS, self._revoke),
            context.broker.subscribe(STANDINGS, self._change),
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
        """`connection` belongs to `user_id` from now on. The oldest one too many here is closed 4504."""
        account = self._accounts.get(user_id)
        if account is not None and len(account.connections) >= self._context.per_account_max:
            account.connections[0].end(CloseCode.REPLACED)
            account = self._accounts.get(user_id)
        if account is None:
            account = self._accounts[user_id] = AccountConnections(self._context, user_id)
        account.connections = (*account.connections, connection)

    async def listening(self, user_id: UserId) -> None:
        """Return when nothing that is published for `user_id`, on any node, is missed any more. From then on
        the nodes close the oldest ones too many that they have together."""
        await self._context.broker.listening(player_topic(user_id))
        account = self._accounts.get(user_id)
        if account is not None:
            account.compare()

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

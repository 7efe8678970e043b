"""Telling every node that a session ended, or that an account's standing changed, within a second.

The broker says it at once. It may lose a message, and what a unit of the user actor ends is known to its
node only: so each node looks into the database every second as well, from a little before its last look
on, since what a slow transaction wrote appears late.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fittrack.db.handles import Connection
from fittrack.db.reads import Reads
from fittrack.kit.clock import Clock
from fittrack.kit.ids import UserId
from fittrack.pubsub.broker import Broker, Subscription
from fittrack.pubsub.messages import REVOCATIONS, STANDINGS, Message, Revocation, StandingChanged
from fittrack.server.auth import Authenticator
from fittrack.sessions import queries
from fittrack.sessions.queries import EndedSession

POLL_EVERY_S: Final = 1.0
"""PROTOCOL, Session: what is revoked is closed within 1 s, on every node."""
OVERLAP: Final = timedelta(seconds=15)
"""Longer than any transaction lasts and clocks differ."""


class SessionWatch:
    """Publishes ends of sessions and changes of standings: those of this node at once, others' when found."""

    def __init__(self, reads: Reads, broker: Broker, clock: Clock) -> None:
        self._reads = reads
        self._broker = broker
        self._clock = clock
        self._looked_at = clock.now()
        self._told: OrderedDict[tuple[UUID, datetime], None] = OrderedDict()

    def ended(self, sessions: Iterable[EndedSession]) -> None:
        """These sessions ended, durably."""
        for session in sessions:
            if self._is_news(session.session_id, session.ended_at):
                self._broker.publish(REVOCATIONS, Revocation(session.user_id, session.session_id))

    def changed(self, user_id: UserId, at: datetime) -> None:
        """What the account's sessions may do changed, durably, at `at`: said even if as much was said of
        the same millisecond, since that was another change."""
        self._is_news(user_id, at)
        self._broker.publish(STANDINGS, StandingChanged(user_id))

    async def poll(self) -> None:
        """Publish here what happened elsewhere since then. Raises what `Reads` raises: call it again."""
        now = self._clock.now()
        ended, changed = await self._reads.run(_since, self._looked_at - OVERLAP)
        self._looked_at = now
        for session in ended:
            if self._is_news(session.session_id, session.ended_at):
                self._broker.publish_here(REVOCATIONS, Revocation(session.user_id, session.session_id))
        for user_id, at in changed:
            if self._is_news(user_id, at):
                self._broker.publish_here(STANDINGS, StandingChanged(user_id))
        self._forget_before(now - 2 * OVERLAP)

    def _is_news(self, subject: UUID, at: datetime) -> bool:
        told = (subject, at)
        if told in self._told:
            return False
        self._told[told] = None
        return True

    def _forget_before(self, instant: datetime) -> None:
        # In order of hearing, which is nearly that of happening: what came late stays a little longer.
        while self._told and next(iter(self._told))[1] < instant:
            self._told.popitem(last=False)


def inform(authenticator: Authenticator, broker: Broker) -> list[Subscription]:
    """Have the authenticator of this node follow what is published."""

    def revoke(message: Message) -> None:
        if isinstance(message, Revocation):
            authenticator.revoke(message.session_id or message.user_id)

    def forget(message: Message) -> None:
        if isinstance(message, StandingChanged):
            authenticator.forget(message.user_id)

    return [broker.subscribe(REVOCATIONS, revoke), broker.subscribe(STANDINGS, forget)]


def _since(conn: Connection, since: datetime) -> tuple[list[EndedSession], list[tuple[UserId, datetime]]]:
    return queries.ended_since(conn, since), queries.changed_since(conn, since)

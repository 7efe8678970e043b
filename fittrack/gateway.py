"""The product behind the WebSocket: which wire type is which command, how streams are read.

Implements `server.ports.Gateway`. Commands go to the player's actor without a task or a future each; the
answer comes back by callback.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, assert_never

import structlog
from msgspec import Struct

from actors.runtime import Listener, Outcome, Registry
from fittrack.activities.schemas import LoggedActivities
from fittrack.activities.wire import activities_logged, log_activities
from fittrack.channels import Channels
from fittrack.db.reads import Reads
from fittrack.drawings.commands import BuyTickets
from fittrack.inbox import queries as inbox_queries
from fittrack.inbox.commands import ReadInbox
from fittrack.kit import tracing
from fittrack.kit.clock import Clock
from fittrack.kit.correlation import new_trace_id
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import DrawingId, UserId
from fittrack.kit.intention import Answer, Command
from fittrack.kit.problems import Internal, OutcomeUnknown, Problem
from fittrack.kit.tracing import ending
from fittrack.players import queries as player_queries
from fittrack.points import queries as point_queries
from fittrack.points.live import PlayerView, ViewPlayer
from fittrack.pubsub.messages import ChannelEvent, Stream, StreamEvent
from fittrack.server.access import CHECKS, Access
from fittrack.server.asking import USER
from fittrack.server.auth import Authenticator
from fittrack.server.live_metrics import CommandMetrics
from fittrack.server.ports import Heads, OpenedPlayer, Snapshot
from fittrack.server.principal import Principal
from protocol import inbound
from protocol.channels import Channel
from protocol.exchange import Exchange
from protocol.outbound import Ok, PointsChanged

log = structlog.get_logger(__name__)

_check_player = CHECKS[Access.PLAYER]

COMMANDS_PER_SAMPLE: Final = 16
"""Two readings of the clock for each command would cost a percent; every sixteenth shows the distribution."""

Translate = Callable[[Struct], Ok]
"""From an actor's answer to the WebSocket's."""


class Gateway:
    """Hands on what connections ask for; knows nothing of sockets."""

    def __init__(
        self,
        registry: Registry,
        reads: Reads,
        authenticator: Authenticator,
        channels: Channels,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._reads = reads
        self._authenticator = authenticator
        self._channels = channels
        self._clock = clock
        self._sampled = 0
        self._tells = logging.getLogger(__name__).isEnabledFor(logging.DEBUG)
        self.metrics = CommandMetrics()

    # --- Who is there -------------------------------------------------------------------------------------

    async def authenticate(self, token: str, device_id: str | None) -> Principal:
        """Who `token` stands for; the session knows the device already."""
        del device_id
        return await self._authenticator.authenticate(token)

    async def renewed(self, principal: Principal) -> Principal:
        return await self._authenticator.renewed(principal)

    def revoked(self, principal: Principal) -> bool:
        return self._authenticator.revoked(principal)

    async def open_player(self, principal: Principal) -> OpenedPlayer:
        view = await self._view(principal.user_id)
        return OpenedPlayer(
            user=view.card,
            balance=view.balance,
            heads=Heads(ledger=view.ledger_seq, inbox=view.inbox_seq),
            unread=view.unread,
            streak=view.streak,
            today=view.today,
        )

    # --- Commands -----------------------------------------------------------------------------------------

    def execute(self, principal: Principal, exchange: Exchange, command: inbound.Command) -> None:
        """Send the command to the player's actor; the answer comes when it is durable."""
        self.metrics.commands[command.TYPE] += 1
        try:
            _check_player(principal)
            wish, translate = _command_of(command)
        except Problem as problem:
            exchange.err(problem)
            return
        cause = new_trace_id()
        span = None
        if tracing.recorder is not None:
            span = tracing.recorder.begin(command.TYPE, cause, kind="server")
            cause = span.cause
        if self._tells:
            log.debug("command.received", command=command.TYPE, cause=cause)
        answer: Listener = partial(_answer, exchange, translate, cause, command.TYPE)
        if span is not None:
            answer = ending(span, answer)
        self._sampled += 1
        if not self._sampled % COMMANDS_PER_SAMPLE:
            answer = partial(self._timed, self._clock.monotonic(), answer)
        player = self._registry.ref(USER, principal.user_id)
        player.send(intend(wish, exchange.key), answer, cause=cause)

    def _timed(self, began: float, answer: Listener, outcome: Outcome) -> None:
        self.metrics.seconds.observe(self._clock.monotonic() - began)
        answer(outcome)

    # --- Streams ------------------------------------------------------------------------------------------

    async def read_stream(
        self, user_id: UserId, stream: Stream, after_seq: int, limit: int
    ) -> Sequence[StreamEvent]:
        if stream == "inbox":
            kept = await self._reads.run(inbox_queries.after, user_id, after_seq, limit)
            return [StreamEvent(user_id, stream, each.seq, each.notification) for each in kept]
        transactions = await self._reads.run(point_queries.after, user_id, after_seq, limit)
        # What is replayed shows the present day and streak.
        view = await self._view(user_id, transactions[-1].seq if transactions else 0)
        return [
            StreamEvent(
                user_id,
                stream,
                transaction.seq,
                PointsChanged(
                    transaction=transaction,
                    balance=transaction.balance_after,
                    today=view.today,
                    streak=view.streak,
                ),
            )
            for transaction in transactions
        ]

    async def heads(self, user_ids: Sequence[UserId]) -> Mapping[UserId, Heads]:
        found = await self._reads.run(player_queries.heads, user_ids)
        return {user_id: Heads(ledger=ledger, inbox=inbox) for user_id, (ledger, inbox) in found.items()}

    # --- Channels -----------------------------------------------------------------------------------------

    async def audience(self, principal: Principal, channel: Channel) -> str:
        return await self._channels.audience(principal, channel)

    async def snapshot(self, principal: Principal, channel: Channel) -> Snapshot:
        return await self._channels.snapshot(principal, channel)

    async def lasting_since(self, since: datetime) -> Sequence[tuple[datetime, ChannelEvent]]:
        return await self._channels.lasting_since(since)

    async def missed(self, channel: str, after_seq: int) -> Sequence[ChannelEvent]:
        return await self._channels.missed(channel, after_seq)

    async def _view(self, user_id: UserId, ledger_seq: int = 0) -> PlayerView:
        view: PlayerView = await self._registry.ref(USER, user_id).ask(ViewPlayer(ledger_seq))
        return view


def _command_of(command: inbound.Command) -> tuple[Command, Translate]:
    """The table: wire type → command, and how its answer is told."""
    match command:
        case inbound.BuyTickets():
            return BuyTickets(DrawingId(command.drawing_id), command.quantity), _as_it_is
        case inbound.ActivityBatch():
            return log_activities(command), _logged
        case inbound.ReadInbox():
            return ReadInbox(command.up_to), _as_it_is
        case _:
            assert_never(command)


def _as_it_is(answer: Struct) -> Ok:
    assert isinstance(answer, Ok), "the actor's answer is the protocol's"
    return answer


def _logged(answer: Struct) -> Ok:
    assert isinstance(answer, LoggedActivities), "activities are answered so"
    return activities_logged(answer)


def _answer(exchange: Exchange, translate: Translate, cause: str, command: str, outcome: Outcome) -> None:
    if isinstance(outcome, Answer):
        exchange.ok(translate(outcome.body), replayed=outcome.replayed)
        return
    problem = outcome if isinstance(outcome, Problem) else Internal()
    if isinstance(problem, Internal | OutcomeUnknown):
        log.warning("command.failed", command=command, code=problem.code, cause=cause)
    exchange.err(problem)

"""The actor of one board: a period's instance and a tier. It holds the order in memory and decides nothing.

It is loaded from the ledger in one snapshot. From then on players tell it their absolute totals after their
commits. While somebody looks at it, it reads every ten seconds what was written lately, here or elsewhere, so
that what was not told is mended; the windows overlap, and reading or hearing twice changes nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

import structlog

from actors.alarm import Alarm
from actors.runtime import Actor
from actors.services import Services
from fittrack.kit.ids import UserId
from fittrack.kit.problems import Busy
from fittrack.leaderboards import queries, views
from fittrack.leaderboards.ladder import Contender, Ladder
from fittrack.leaderboards.messages import (
    BOARD,
    NEIGHBOURS,
    TOP,
    BoardView,
    LookAgain,
    MergeTotal,
    Rename,
    Succeed,
    TellTop,
    ViewBoard,
    ViewTop,
)
from fittrack.leaderboards.periods import BoardId, board_on
from fittrack.pubsub.messages import channel_topic, player_topic
from fittrack.server.ports import Snapshot
from protocol.channels import LeaderboardChannel
from protocol.outbound import Leaderboard, LeaderboardSnapshot, RankChanged

LOOK_EVERY_S: Final = 10.0
"""A third of the time within which what was not told must show (DESIGN, invariant 8)."""
OVERLAP: Final = timedelta(seconds=60)
"""Read again at each look: longer than a commit lasts and clocks differ."""
LOOKED_AT_FOR_S: Final = 60.0
"""How long after somebody asked it reads on its own; later, it reads when it is asked again."""
SHOWN_FOR_S: Final = 1.0
"""What was read is shown so long, even if somebody else may have written since (SPEC 4): a look costs up to a
quarter of a second of CPU, and those who wait for one share it."""
TELL_EVERY_S: Final = 1.0
"""A channel's subscribers are told at most so often (PROTOCOL)."""
READ_TOGETHER: Final = 500
"""Players in one query: Oracle takes 1,000 in an `IN`."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


class BoardActor(Actor):
    """One board."""

    __slots__ = (
        "_as_of",
        "_board",
        "_channel",
        "_ends_at",
        "_ladder",
        "_look",
        "_looked_at_until",
        "_read_at",
        "_services",
        "_shown",
        "_tell",
        "_told",
        "_told_at",
        "_told_ranks",
    )
    _read_at: datetime
    """What was committed until then is known."""
    _as_of: float
    """The same on the monotonic clock."""

    def __init__(self, entity_id: str, services: Services) -> None:
        self._services = services
        self._board = BoardId.parse(entity_id)
        self._channel = str(LeaderboardChannel(self._board.period, self._board.tier_code))
        self._ends_at = views.ends_at(self._board, services.calendar)
        self._ladder = Ladder()
        ref = services.registry.ref(BOARD, entity_id)
        self._look, self._tell = (Alarm(services.clock, ref, each) for each in (LookAgain(), TellTop()))
        self._looked_at_until = 0.0
        self._shown: Snapshot | None = None
        self._told: Leaderboard | None = None
        self._told_at = -TELL_EVERY_S
        self._told_ranks: dict[UserId, int | None] = {}

    async def activate(self) -> None:
        self._as_of, self._read_at = self._services.clock.monotonic(), self._services.clock.now()
        self._ladder = await self._services.reads.run(queries.load, self._board)
        self._changed_if(True)  # to those who listen, what a former activation did not tell is news

    async def passivate(self) -> None:
        self._look.cancel()
        self._tell.cancel()

    def receive(self, message: Any) -> object:
        match message:
            case MergeTotal(contender):
                self._merge(contender)
                return None
            case Rename(user_id, display_name):
                self._changed_if(self._ladder.rename(user_id, display_name))
                return None
            case ViewBoard():
                return self._show_fresh(partial(self._view, message))
            case ViewTop():
                return self._show_fresh(self._snapshot)
            case TellTop():
                self._tell_top()
                return None
            case LookAgain():
                return self._look_again()
            case Succeed():
                return self._show_fresh(self._tell_top)
            case _:
                raise AssertionError(f"no board understands {message!r}")

    # --- What players tell --------------------------------------------------------------------------------

    def _merge(self, contender: Contender) -> None:
        user_id = contender.user_id
        if not self._services.outlet.listens(player_topic(user_id)):
            self._changed_if(self._ladder.merge(contender))
            return
        before = self._ladder.rank_of(user_id)
        self._changed_if(self._ladder.merge(contender))
        rank = self._ladder.rank_of(user_id)
        # A board that was just loaded holds the points already: then what was told is what counts.
        if rank != before or rank != self._told_ranks.get(user_id):
            self._told_ranks[user_id] = rank
            changed = self._rank_changed(contender, rank)
            self._services.outlet.note(player_topic(user_id), user_id, changed, self._channel)
        self._keep_looking()

    def _rank_changed(self, contender: Contender, rank: int | None) -> RankChanged:
        return RankChanged(
            period=self._board.period,
            tier_code=self._board.tier_code,
            rank=rank,
            points_earned=self._ladder.points_of(contender.user_id),
            total_players=len(self._ladder),
        )

    def _changed_if(self, changed: bool) -> None:
        if changed:
            self._shown = None
            if self._is_listened_to and not self._tell.is_set:
                since_told = self._services.clock.monotonic() - self._told_at
                self._tell.set(max(TELL_EVERY_S - since_told, 0.0))

    # --- What people see ----------------------------------------------------------------------------------

    @property
    def _is_listened_to(self) -> bool:
        return self._services.outlet.listens(channel_topic(self._channel))

    def _view(self, message: ViewBoard) -> BoardView:
        rank = self._ladder.rank_of(message.user_id)
        return BoardView(
            total_players=len(self._ladder),
            ends_at=self._ends_at,
            rank=rank,
            points_earned=self._ladder.points_of(message.user_id),
            around_me=[] if rank is None else self._ladder.around(rank, NEIGHBOURS),
            rankings=self._ladder.page(message.offset, message.limit),
        )

    def _snapshot(self) -> Snapshot:
        """The top as subscribers get it: the same object until it changes, so that it is encoded once."""
        if self._shown is None:
            position = self._services.outlet.position()
            self._shown = Snapshot(position, LeaderboardSnapshot(board=self._top()))
        return self._shown

    def _top(self) -> Leaderboard:
        return views.leaderboard(self._board, self._ladder.page(0, TOP), len(self._ladder), self._ends_at)

    def _tell_top(self) -> None:
        if not self._is_listened_to:
            return
        self._keep_looking()
        top = self._top()
        if top != self._told:
            self._told, self._told_at = top, self._services.clock.monotonic()
            self._services.outlet.tell_channel(self._channel, top)

    # --- What others wrote --------------------------------------------------------------------------------

    def _show_fresh(self, show: Callable[[], T]) -> object:
        """Show, after a look at what was written if there was none for long; then look on for a while."""
        is_fresh = self._look.is_set or self._services.clock.now() - self._read_at < timedelta(
            seconds=LOOK_EVERY_S
        )
        self._keep_looking()
        return show() if is_fresh and self._may_show() else self._read_and(show)

    def _may_show(self) -> bool:
        services = self._services
        is_new = services.clock.monotonic() - self._as_of < SHOWN_FOR_S
        return is_new or services.may_show(self._as_of, services.registry.doubted_at)

    async def _read_and(self, show: Callable[[], T]) -> T:
        await self._read()
        return show()

    def _keep_looking(self) -> None:
        self._looked_at_until = self._services.clock.monotonic() + LOOKED_AT_FOR_S
        if not self._look.is_set:
            self._arm()

    def _arm(self) -> None:
        """Look again soon, and when the period ends."""
        seconds = LOOK_EVERY_S
        if self._ends_at is not None:
            left = (self._ends_at - self._services.clock.now()).total_seconds()
            seconds = min(seconds, max(left, 0.0))
        self._look.set(seconds)

    async def _look_again(self) -> None:
        services = self._services
        if self._ends_at is not None and services.clock.now() >= self._ends_at:
            self._make_way()
            return
        try:
            await self._read()
        except Busy:  # the database does not answer: the next look covers this one
            log.warning("board.not_read", board=str(self._board))
        if self._is_listened_to or services.clock.monotonic() < self._looked_at_until:
            self._arm()

    async def _read(self) -> None:
        """Merge what was written since the last look, and some time before it."""
        reads, now = self._services.reads, self._services.clock.now()
        as_of = self._services.clock.monotonic()
        heads, names = await reads.run(queries.changes_since, self._board, self._read_at - OVERLAP)
        news = [user_id for user_id, seq in heads.items() if seq > self._ladder.seq_of(user_id)]
        for first in range(0, len(news), READ_TOGETHER):
            part = news[first : first + READ_TOGETHER]
            for contender in await reads.run(queries.totals_of, self._board, part):
                self._changed_if(self._ladder.merge(contender))
        for user_id, name in names.items():
            self._changed_if(self._ladder.rename(user_id, name))
        self._as_of, self._read_at = as_of, now

    def _make_way(self) -> None:
        """The period is over: those who listen hear of the next one, this one leaves memory."""
        services = self._services
        today = services.calendar.day_of(services.clock.now())
        successor = board_on(self._board.period, self._board.tier_code, today)
        if self._is_listened_to:
            services.registry.ref(BOARD, str(successor)).tell(Succeed())
        self._tell.cancel()
        self.discard()

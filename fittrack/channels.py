"""What the channels show: the whole state of each, for who may see it (PROTOCOL, Channels)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import itemgetter

from msgspec import structs

from actors.runtime import Registry
from fittrack.db.reads import Reads
from fittrack.drawings import news, queries, views, winner_queries
from fittrack.drawings.countdown import COUNTING_DOWN
from fittrack.drawings.messages import View, ViewDrawing
from fittrack.drawings.model import DrawingStatus
from fittrack.drawings.news import News
from fittrack.drawings.rules import odds
from fittrack.drawings.stored import StoredDrawing
from fittrack.drawings.visibility import ORDINARY, Viewer, viewer_as
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock
from fittrack.kit.ids import DrawingId
from fittrack.kit.problems import Forbidden, NotFound, Problem
from fittrack.leaderboards import asking as boards
from fittrack.leaderboards.periods import board_on
from fittrack.ops.room import OpsRoom
from fittrack.profiles.tiers import TIERS
from fittrack.pubsub.messages import ChannelEvent
from fittrack.server.asking import DRAWING
from fittrack.server.ports import Snapshot
from fittrack.server.principal import Principal
from protocol import shapes
from protocol.channels import (
    Channel,
    DrawingChannel,
    DrawingsChannel,
    LeaderboardChannel,
    OpsChannel,
    parse_channel,
)
from protocol.outbound import DrawingResult, DrawingSnapshot, DrawingsSnapshot, LeaderboardSnapshot

DRAWINGS_SHOWN_MAX = 100
"""Drawings in the snapshot of `drawings`: those that are coming, and the latest that are over."""

QUIET_MS = 20_000
"""A drawing's channel that heard nothing for so long is told how things stand: the last tick may be lost, and
the next one is due a minute after it."""

EVERYTHING = Viewer(None, is_admin=True, is_premium=True)


class Channels:
    """Reads the state of channels. `position` numbers snapshots on the scale of the channels' events."""

    def __init__(
        self,
        registry: Registry,
        reads: Reads,
        clock: Clock,
        calendar: PlatformCalendar,
        *,
        position: Callable[[], int],
        ops_room: Callable[[], OpsRoom],
    ) -> None:
        self._registry = registry
        self._reads = reads
        self._clock = clock
        self._calendar = calendar
        self._position = position
        self._ops_room = ops_room

    async def audience(self, principal: Principal, channel: Channel) -> str:
        """Of `drawings` not everybody sees the same."""
        if not isinstance(channel, DrawingsChannel):
            return ORDINARY
        return (await self._viewer(principal)).audience

    async def snapshot(self, principal: Principal, channel: Channel) -> Snapshot:
        """The state of `channel`. Raises `Forbidden` or `NotFound` for what this account may not see."""
        match channel:
            case DrawingsChannel():
                return await self._drawings(await self._viewer(principal))
            case DrawingChannel(drawing_id):
                return await self._drawing(await self._viewer(principal), drawing_id)
            case OpsChannel():
                if not principal.is_admin:
                    raise Forbidden("This channel is for admins.")
                return Snapshot(self._position(), await self._ops_room().snapshot())
            case LeaderboardChannel():
                return await self._top(channel)

    async def missed(self, channel: str, after_seq: int) -> Sequence[ChannelEvent]:
        """What a subscriber lacks: of a board its top, if it is newer; of a drawing how it stands, if nothing
        was heard for a while."""
        match parse_channel(channel):
            case LeaderboardChannel() as board:
                top = await self._top(board)
                assert isinstance(top.payload, LeaderboardSnapshot), "a board's snapshot shows the board"
                return () if top.seq <= after_seq else (ChannelEvent(channel, top.seq, top.payload.board),)
            case DrawingChannel(drawing_id) if self._position() - after_seq >= QUIET_MS:
                return await self._tick(channel, drawing_id)
        return ()

    async def lasting_since(self, since: datetime) -> Sequence[tuple[datetime, ChannelEvent]]:
        """What channels were told, or should have been, of what happened to drawings from `since` on."""
        told: list[tuple[datetime, list[News]]] = []
        for stored in await self._reads.run(queries.changed_since, since):
            told += [(at, each) for at, each in await self._news_of(stored, since) if at >= since]
        told.sort(key=itemgetter(0))
        return [(at, event) for at, each in told for news in each for event in news.at(self._position())]

    async def _news_of(self, stored: StoredDrawing, since: datetime) -> list[tuple[datetime, list[News]]]:
        """The life of a drawing so far. What needs more than its row is read for what is recent alone."""
        drawing_id, found = stored.drawing.drawing_id, list[tuple[datetime, list[News]]]()
        if stored.scheduled_at is not None and stored.scheduled_at >= since:
            found.append((stored.scheduled_at, news.added(await self._as(DrawingStatus.SCHEDULED, stored))))
        if stored.opened_at is not None and stored.opened_at >= since:
            found.append((stored.opened_at, news.opened(await self._as(DrawingStatus.OPEN, stored))))
        if stored.closing is not None:
            found.append((stored.closing.closed_at, news.closed(stored)))
        if stored.completed_at is not None:
            drawn_again_at = await self._reads.run(queries.drawn_again_at, drawing_id)
            winners = await self._reads.run(winner_queries.winners_of, drawing_id)
            found.append((drawn_again_at or stored.completed_at, news.completed(stored, winners)))
        if stored.cancelled_at is not None:
            reason = await self._reads.run(queries.why_cancelled, drawing_id, stored.cancelled_at)
            found.append((stored.cancelled_at, news.cancelled(stored, reason)))
        return found

    async def _as(self, status: DrawingStatus, stored: StoredDrawing) -> shapes.Drawing:
        """The drawing with its present figures, in a state that may be over."""
        try:
            shape = await self._shape(stored)
        except Problem:  # its actor cannot be reached: then as it began
            shape = views.drawing_shape(stored.drawing, total_tickets=0, entrants=0)
        return structs.replace(shape, status=status.value)

    async def _tick(self, channel: str, drawing_id: DrawingId) -> Sequence[ChannelEvent]:
        position = self._position()
        view = await self._view(drawing_id, EVERYTHING)
        if view.drawing.status not in COUNTING_DOWN:
            return ()
        return (ChannelEvent(channel, position, views.tick(view, self._clock.now())),)

    async def _top(self, channel: LeaderboardChannel) -> Snapshot:
        if channel.tier_code not in TIERS:
            raise NotFound("There is no such tier.")
        today = self._calendar.day_of(self._clock.now())
        return await boards.top(self._registry, board_on(channel.period, channel.tier_code, today))

    async def _viewer(self, principal: Principal) -> Viewer:
        return await viewer_as(principal, self._reads, self._clock.now())

    async def _drawings(self, viewer: Viewer) -> Snapshot:
        position = self._position()
        found, _ = await self._reads.run(
            queries.find,
            statuses=[status for status in viewer.statuses if status is not DrawingStatus.DRAFT],
            drawing_type=None,
            user_types=viewer.user_types,
            offset=0,
            limit=DRAWINGS_SHOWN_MAX,
        )
        drawings = [await self._shape(stored) for stored in found]
        return Snapshot(position, DrawingsSnapshot(drawings=drawings))

    async def _shape(self, stored: StoredDrawing) -> shapes.Drawing:
        if stored.drawing.status not in views.FIGURES_LIVE:
            return views.stored_shape(stored)
        return views.live_shape(await self._view(stored.drawing.drawing_id, EVERYTHING))

    async def _drawing(self, viewer: Viewer, drawing_id: DrawingId) -> Snapshot:
        position = self._position()
        view = await self._view(drawing_id, viewer)
        payload = DrawingSnapshot(
            drawing=views.live_shape(view, my_tickets=view.my_tickets),
            tick=views.tick(view, self._clock.now()),
            odds=odds(view.my_tickets, view.total_tickets),
            closed=views.closed_event(view.stored),
            result=await self._result(view.stored),
        )
        return Snapshot(position, payload)

    async def _view(self, drawing_id: DrawingId, viewer: Viewer) -> View:
        view: View = await self._registry.ref(DRAWING, drawing_id).ask(ViewDrawing(viewer.user_id))
        viewer.check(view.drawing)
        return view

    async def _result(self, stored: StoredDrawing) -> DrawingResult | None:
        if stored.drawing.status is not DrawingStatus.COMPLETED:
            return None
        return views.result_event(
            stored, await self._reads.run(winner_queries.winners_of, stored.drawing.drawing_id)
        )

"""Somebody's activities, page by page: for themselves, and for administrators."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from fittrack.activities import queries
from fittrack.activities.model import ActivityType
from fittrack.activities.views import activity_out
from fittrack.kit.ids import ActivityId, UserId
from fittrack.server.asking import READS, cursors
from fittrack.server.pagination import cursor_page_of
from fittrack.server.parse import parse_query
from fittrack.server.render import render
from fittrack.server.schemas import CursorQuery

Moment = Annotated[datetime, Meta(tz=True)]


class ActivitiesQuery(CursorQuery, frozen=True, kw_only=True):
    """Parameters of `GET activities`; `from` is included, `to` is not."""

    type: ActivityType | None = None
    since: Moment | None = msgspec.field(default=None, name="from")
    until: Moment | None = msgspec.field(default=None, name="to")


async def list_activities_of(request: web.Request, user_id: UserId, name: str) -> web.Response:
    """The page that the request asks for; cursors are good for the list of that `name`."""
    query = parse_query(request, ActivitiesQuery)
    listing = cursors(request, name)
    before = None if query.cursor is None else listing.position(query.cursor, tuple[UUID])[0]
    found, total = await request.app[READS].run(
        queries.page,
        user_id,
        activity_type=query.type,
        since=query.since,
        until=query.until,
        before=None if before is None else ActivityId(before),
        offset=0 if query.cursor is not None else query.offset,
        limit=query.limit + 1,  # one more tells whether anything follows
    )
    shown = found[: query.limit]
    following = listing.after([shown[-1].activity_id]) if len(found) > query.limit else None
    return render(cursor_page_of([activity_out(activity) for activity in shown], query, total, following))

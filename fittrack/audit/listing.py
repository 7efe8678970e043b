"""A page of the audit log, whatever it is narrowed to."""

from datetime import datetime

from aiohttp import web

from fittrack.audit import queries
from fittrack.audit.queries import Sought
from fittrack.audit.schemas import Position, Record
from fittrack.server.asking import READS, cursors
from fittrack.server.pagination import cursor_page_of
from fittrack.server.render import render
from fittrack.server.schemas import CursorQuery


async def list_records_of(
    request: web.Request, query: CursorQuery, sought: Sought, name: str
) -> web.Response:
    """The records that are sought, the latest first; cursors belong to the list of this name."""
    listing = cursors(request, name)
    after = None if query.cursor is None else listing.position(query.cursor, Position)
    found, total = await request.app[READS].run(
        queries.page,
        sought,
        after=after,
        offset=0 if after is not None else query.offset,
        limit=query.limit,
    )
    following = listing.after(_position(found[-1])) if len(found) == query.limit else None
    return render(cursor_page_of(found, query, total, following))


def _position(record: Record) -> Position:
    return Position(datetime.fromisoformat(record.created_at), record.audit_id)

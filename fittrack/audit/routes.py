"""`/admin/audit`: what admins did, the latest first (SPEC 9 and 10)."""

from datetime import datetime
from typing import Final

from aiohttp import web

from fittrack.audit import queries
from fittrack.audit.queries import Sought
from fittrack.audit.schemas import AuditQuery, Position, Record
from fittrack.server.asking import READS, cursors
from fittrack.server.pagination import CursorPage, cursor_page_of
from fittrack.server.parse import parse_query
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route

TAG: Final = "Admin"


async def list_records(request: web.Request) -> web.Response:
    query = parse_query(request, AuditQuery)
    listing = cursors(request, "audit")
    after = None if query.cursor is None else listing.position(query.cursor, Position)
    sought = Sought(query.actor, query.action, query.subject_type, query.subject_id, query.since, query.until)
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


ROUTES: list[Route] = [
    Route(
        "GET",
        f"{API}/admin/audit",
        list_records,
        summary="The audit log, the latest record first",
        access=Access.ADMIN,
        tag=TAG,
        query=AuditQuery,
        answer=CursorPage[Record],
    )
]

"""`/admin/audit`: what admins did, the latest first (SPEC 9 and 10)."""

from typing import Final

from aiohttp import web

from fittrack.audit.listing import list_records_of
from fittrack.audit.queries import Sought
from fittrack.audit.schemas import AuditQuery, Record
from fittrack.server.pagination import CursorPage
from fittrack.server.parse import parse_query
from fittrack.server.routes import API, Access, Route, Scope

TAG: Final = "Admin"


async def list_records(request: web.Request) -> web.Response:
    query = parse_query(request, AuditQuery)
    sought = Sought(query.actor, query.action, query.subject_type, query.subject_id, query.since, query.until)
    return await list_records_of(request, query, sought, "audit")


ROUTES: list[Route] = [
    Route(
        "GET",
        f"{API}/admin/audit",
        list_records,
        summary="The audit log, the latest record first",
        access=Access.ADMIN,
        scope=Scope.AUDIT_READ,
        tag=TAG,
        query=AuditQuery,
        answer=CursorPage[Record],
    )
]

"""`/drawings/{id}/free-entries`: what came by post, no purchase necessary (SPEC 5 and 10)."""

from typing import Any, Final

from aiohttp import web

from fittrack.accounts.rules import email_key
from fittrack.drawings import entry_queries, schemas
from fittrack.drawings.commands import RecordFreeEntry
from fittrack.drawings.eligibility import NotEligible
from fittrack.drawings.free_entries import EvidenceUsed, FreeTicketsUsedUp, evidence_key
from fittrack.drawings.messages import ViewDrawing
from fittrack.drawings.rules import SalesClosed
from fittrack.kit.ids import DrawingId, UserId
from fittrack.kit.problems import FieldError, Validation
from fittrack.server.asking import READS, admin_command, drawing_ref, render_answer
from fittrack.server.pagination import Page, page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route, Scope
from fittrack.server.schemas import PageQuery
from protocol.shapes import instant

TAG: Final = "Drawings (admin)"


async def record(request: web.Request) -> web.Response:
    body = await parse(request, schemas.NewFreeEntry)
    wish = RecordFreeEntry(await _whose(request, body), body.quantity, evidence_key(body.evidence))
    return render_answer(await admin_command(request, path_uuid(request), wish), status=201)


async def _whose(request: web.Request, body: schemas.NewFreeEntry) -> UserId:
    """Whether there is such an account is for the drawing to say, unless it is sought by email."""
    if (body.user_id is None) == (body.email is None):
        raise Validation(errors=[FieldError("/user_id", "Either user_id or email.")])
    if body.user_id is not None:
        return UserId(body.user_id)
    found: UserId | None = await request.app[READS].run(
        entry_queries.user_with_email, email_key(body.email or "")
    )
    if found is None:
        raise Validation(errors=[FieldError("/email", "There is no such player.")])
    return found


async def list_entries(request: web.Request) -> web.Response:
    query, drawing_id = parse_query(request, PageQuery), DrawingId(path_uuid(request))
    await drawing_ref(request, drawing_id).ask(ViewDrawing())  # who asks for none is told so
    found, total = await request.app[READS].run(
        entry_queries.find_free_entries, drawing_id, offset=query.offset, limit=query.limit
    )
    return render(page_of([_entry(row) for row in found], query, total))


def _entry(row: Any) -> schemas.FreeEntry:
    return schemas.FreeEntry(
        transaction_id=row.unit_id,
        user_id=row.user_id,
        display_name=row.display_name,
        quantity=row.ticket_count,
        evidence=row.evidence_key,
        recorded_by=row.recorded_by,
        recorded_at=instant(row.created_at),
    )


_AT = f"{API}/drawings/{{id}}/free-entries"

ROUTES: list[Route] = [
    Route(
        "POST",
        _AT,
        record,
        summary="Record an entry without purchase",
        access=Access.ADMIN,
        scope=Scope.FREE_ENTRIES_WRITE,
        tag=TAG,
        body=schemas.NewFreeEntry,
        answer=schemas.FreeEntryRecorded,
        status=201,
        problems=(SalesClosed, NotEligible, FreeTicketsUsedUp, EvidenceUsed),
    ),
    Route(
        "GET",
        _AT,
        list_entries,
        summary="Entries without purchase, the latest first",
        access=Access.ADMIN,
        scope=Scope.FREE_ENTRIES_READ,
        tag=TAG,
        query=PageQuery,
        answer=Page[schemas.FreeEntry],
    ),
]

"""Lists of entries, as players see theirs and admins anybody's: `GET /tickets` and its neighbours."""

from collections.abc import Sequence
from uuid import UUID

from aiohttp import web

from fittrack.drawings import entry_queries, schemas
from fittrack.drawings.stored import StoredEntry
from fittrack.kit.ids import DrawingId, UserId
from fittrack.server.asking import READS
from fittrack.server.pagination import page_of
from fittrack.server.render import render
from fittrack.server.schemas import PageQuery
from protocol.shapes import instant


class EntriesQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of `GET admin/users/{id}/tickets`."""

    drawing_id: UUID | None = None


class TicketsQuery(EntriesQuery, frozen=True, kw_only=True):
    """Parameters of `GET tickets`. `user_id` is for admins."""

    user_id: UUID | None = None


async def list_entries(request: web.Request, user_id: UserId | None, query: EntriesQuery) -> web.Response:
    """The page of entries that `query` asks for, the latest first: a player's, or without one everybody's."""
    found, total = await request.app[READS].run(
        entry_queries.find_entries,
        user_id=user_id,
        drawing_id=None if query.drawing_id is None else DrawingId(query.drawing_id),
        offset=query.offset,
        limit=query.limit,
    )
    return render(page_of(await purchases(request, found), query, total))


async def purchases(
    request: web.Request, found: Sequence[tuple[DrawingId, StoredEntry]]
) -> list[schemas.TicketPurchase]:
    """Entries with their numbers, where these are known."""
    drawing_ids, receipts = {of for of, _ in found}, [entry.receipt for _, entry in found]
    numbers = await request.app[READS].run(entry_queries.first_tickets, drawing_ids, receipts)
    return [_purchase(of, entry, numbers.get(entry.receipt)) for of, entry in found]


def _purchase(drawing_id: DrawingId, entry: StoredEntry, first: int | None) -> schemas.TicketPurchase:
    return schemas.TicketPurchase(
        transaction_id=entry.receipt,
        drawing_id=drawing_id,
        user_id=entry.user_id,
        quantity=entry.ticket_count,
        source=entry.kind,
        purchased_at=instant(entry.created_at),
        rules_version=entry.rules_version,
        first_ticket=first,
    )

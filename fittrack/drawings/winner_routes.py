"""`/drawings/{id}/winners.csv`: who won what, for those who send prizes (SPEC 10)."""

from typing import Any, Final

from aiohttp import web

from fittrack.drawings import winner_queries
from fittrack.drawings.messages import View, ViewDrawing
from fittrack.drawings.rules import NotCompleted, check_completed
from fittrack.kit.money import dollars_of, usd
from fittrack.server.asking import READS, drawing_ref
from fittrack.server.csv import CSV, render_csv
from fittrack.server.parse import path_uuid
from fittrack.server.routes import API, Access, Route
from protocol.shapes import instant

HEADER: Final = (
    "draw_order",
    "prize_rank",
    "prize",
    "value_usd",
    "fulfillment_type",
    "display_name",
    "email",
    "user_id",
    "winning_ticket_number",
    "tickets_held",
    "fulfillment_id",
    "fulfillment_status",
    "drawn_at",
)


async def get_winners(request: web.Request) -> web.Response:
    """A former player has neither name nor email any more."""
    view: View = await drawing_ref(request, path_uuid(request)).ask(ViewDrawing())
    check_completed(view.drawing)
    drawing_id = view.drawing.drawing_id
    found = await request.app[READS].run(winner_queries.winners_to_look_after, drawing_id)
    return render_csv(f"winners-{drawing_id}.csv", HEADER, map(_line, found))


def _line(row: Any) -> tuple[object, ...]:
    return (
        row.draw_order,
        row.prize_rank,
        row.prize_name,
        usd(dollars_of(row.value_cents)),
        row.fulfillment_type,
        row.display_name or winner_queries.ANONYMOUS,
        row.email,
        str(row.user_id),
        row.winning_ticket_number,
        row.tickets_held,
        None if row.fulfillment_id is None else str(row.fulfillment_id),
        row.fulfillment_status,
        instant(row.created_at),
    )


ROUTES: list[Route] = [
    Route(
        "GET",
        f"{API}/drawings/{{id}}/winners.csv",
        get_winners,
        summary="Winners with what is needed to send them their prizes, for a spreadsheet",
        access=Access.ADMIN,
        tag="Drawings (admin)",
        answer=str,
        media_types=(CSV,),
        problems=(NotCompleted,),
    ),
]

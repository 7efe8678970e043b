"""Drawings as everybody sees them: from the model to the shapes of the contract (SPEC 10)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import UNSET, UnsetType

from fittrack.drawings.messages import View
from fittrack.drawings.model import Drawing, DrawingStatus, Prize
from fittrack.drawings.schemas import ForfeitedPrize, MyResult, Results
from fittrack.drawings.stored import StoredDrawing, StoredWinner
from fittrack.kit.ids import DrawingId, UserId
from fittrack.kit.money import usd
from protocol import shapes
from protocol.outbound import DrawingClosed, DrawingResult, DrawingTick
from protocol.shapes import instant

FIGURES_LIVE = frozenset({DrawingStatus.OPEN, DrawingStatus.CANCELLED})
"""States whose figures only the actor has: what was sold is frozen nowhere else."""


def drawing_shape(
    drawing: Drawing, *, total_tickets: int, entrants: int, my_tickets: int | UnsetType = UNSET
) -> shapes.Drawing:
    """The whole drawing. `my_tickets` is left out of what everybody is sent."""
    return shapes.Drawing(
        drawing_id=drawing.drawing_id,
        drawing_type=drawing.drawing_type.value,
        name=drawing.name,
        description=drawing.description or "",
        ticket_cost_points=drawing.ticket_cost_points,
        sales_open=None if drawing.sales_open is None else instant(drawing.sales_open),
        ticket_sales_close=instant(drawing.ticket_sales_close),
        drawing_time=instant(drawing.drawing_time),
        eligibility=shapes.Eligibility(
            user_type=drawing.eligibility.user_type.value,
            min_account_age_days=drawing.eligibility.min_account_age_days,
        ),
        status=drawing.status.value,
        total_tickets=total_tickets,
        entrants=entrants,
        auto_execute=drawing.auto_execute,
        free_tickets_per_person=drawing.free_tickets_per_person,
        prizes=[prize_shape(prize) for prize in drawing.prizes],
        commit=None if drawing.commit is None else drawing.commit.hex(),
        rules_version=drawing.rules_version,
        my_tickets=my_tickets,
    )


def live_shape(view: View, *, my_tickets: int | UnsetType = UNSET) -> shapes.Drawing:
    """The drawing as its actor shows it."""
    return drawing_shape(
        view.drawing, total_tickets=view.total_tickets, entrants=view.entrants, my_tickets=my_tickets
    )


def stored_shape(stored: StoredDrawing, *, my_tickets: int | UnsetType = UNSET) -> shapes.Drawing:
    """A drawing in any state but `FIGURES_LIVE`, with the figures that its close froze, if there was one."""
    closing = stored.closing
    tickets, entrants = (0, 0) if closing is None else (closing.total_tickets, closing.entrants)
    return drawing_shape(stored.drawing, total_tickets=tickets, entrants=entrants, my_tickets=my_tickets)


def prize_shape(prize: Prize) -> shapes.Prize:
    """One prize; its value is a decimal string with two places."""
    return shapes.Prize(
        prize_id=prize.prize_id,
        rank=prize.rank,
        name=prize.name,
        description=prize.description or "",
        value_usd=usd(prize.value_usd),
        quantity=prize.quantity,
        fulfillment_type=prize.fulfillment_type.value,
        sponsor=prize.sponsor,
        image_url=prize.image_url,
    )


def tick(view: View, now: datetime) -> DrawingTick:
    """The countdown as it stands at `now`."""
    drawing = view.drawing
    return DrawingTick(
        status=drawing.status.value,
        closes_at=instant(drawing.ticket_sales_close),
        draws_at=instant(drawing.drawing_time),
        now=instant(now),
        tickets=view.total_tickets,
        entrants=view.entrants,
    )


def closed_event(stored: StoredDrawing) -> DrawingClosed | None:
    """What the close published, once it has."""
    closing = stored.closing
    if closing is None:
        return None
    return DrawingClosed(
        drawing_id=stored.drawing.drawing_id,
        closed_at=instant(closing.closed_at),
        root=closing.root.hex(),
        tickets=closing.total_tickets,
        entrants=closing.entrants,
        draws_at=instant(stored.drawing.drawing_time),
        seed=None if closing.seed is None else closing.seed.hex(),
    )


def holders_of_prizes(drawn: Iterable[StoredWinner]) -> list[StoredWinner]:
    """Who has each prize now, in the order of the slots: of those drawn for one, the last."""
    latest = {winner.slot: winner for winner in drawn}
    return [latest[slot] for slot in sorted(latest)]


def _forfeited(winner: StoredWinner) -> Iterator[ForfeitedPrize]:
    if winner.forfeited is not None:
        yield ForfeitedPrize(
            rank=winner.prize_rank,
            prize_id=winner.prize_id,
            prize_name=winner.prize_name,
            tag=winner.tag.hex(),
            winning_ticket_number=winner.winning_ticket_number,
            reason=winner.forfeited.reason,
            forfeited_at=instant(winner.forfeited.at),
        )


def winner_shape(winner: StoredWinner) -> shapes.Winner:
    return shapes.Winner(
        rank=winner.prize_rank,
        prize_id=winner.prize_id,
        prize_name=winner.prize_name,
        display_name=winner.display_name,
        tickets_held=winner.tickets_held,
        winning_ticket_number=winner.winning_ticket_number,
    )


def result_event(stored: StoredDrawing, chosen: Iterable[StoredWinner]) -> DrawingResult:
    """What a completed drawing tells its channel."""
    closing, completed_at = stored.closing, stored.completed_at
    assert closing is not None and completed_at is not None, "a completed drawing was closed before"
    drawing_id = stored.drawing.drawing_id
    return DrawingResult(
        drawing_id=drawing_id,
        completed_at=instant(completed_at),
        tickets=closing.total_tickets,
        entrants=closing.entrants,
        winners=[winner_shape(winner) for winner in holders_of_prizes(chosen)],
        proof_url=proof_url(drawing_id),
    )


def results(
    stored: StoredDrawing,
    chosen: list[StoredWinner],
    *,
    user_id: UserId | None = None,
    tickets_held: int = 0,
) -> Results:
    """`GET drawings/{id}/results`, with `my` for whoever is signed in."""
    closing, completed_at = stored.closing, stored.completed_at
    assert closing is not None and completed_at is not None, "a completed drawing was closed before"
    my: MyResult | UnsetType = UNSET
    if user_id is not None:
        won = any(winner.user_id == user_id and winner.forfeited is None for winner in chosen)
        my = MyResult(tickets_held, won)
    return Results(
        drawing_id=stored.drawing.drawing_id,
        completed_at=instant(completed_at),
        total_tickets=closing.total_tickets,
        entrants=closing.entrants,
        winners=[winner_shape(winner) for winner in holders_of_prizes(chosen)],
        forfeited=[prize for winner in chosen for prize in _forfeited(winner)],
        my=my,
    )


def proof_url(drawing_id: DrawingId) -> str:
    """Where the proof of a drawing is published."""
    return f"/api/v1/drawings/{drawing_id}/proof"

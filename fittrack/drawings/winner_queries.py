"""Reading who won, who took over what was forfeited, and who was passed over."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from fittrack.db.chunks import in_chunks
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.drawings import alternates, fulfillments, passed_over, prizes, winners
from fittrack.db.tables.logs import drawing_log
from fittrack.drawings.stored import Forfeited, StoredWinner, TakenOver
from fittrack.fairness.record import PassedOver
from fittrack.kit.ids import DrawingId, PrizeId, UserId
from fittrack.kit.standing import AccountStatus

ANONYMOUS = "A former player"
"""How somebody is announced whose personal data was erased."""

FORMER_WINNER = "A former winner"
"""How somebody is announced who forfeited the prize, until somebody else has it."""


def standings(conn: Connection, drawing_id: DrawingId) -> list[tuple[UserId, AccountStatus, bool]]:
    """Holders who might be passed over: id, status, whether under review."""
    held = (
        select(drawing_log.c.user_id)
        .where(drawing_log.c.drawing_id == drawing_id, drawing_log.c.ticket_count.is_not(None))
        .distinct()
    )
    rows = conn.execute(
        select(users.c.user_id, users.c.status, users.c.under_review).where(
            users.c.user_id.in_(held), (users.c.status != "active") | (users.c.under_review == 1)
        )
    )
    return [
        (UserId(user_id), AccountStatus(status), bool(under_review)) for user_id, status, under_review in rows
    ]


def passed_over_of(conn: Connection, drawing_id: DrawingId) -> tuple[PassedOver, ...]:
    """Who was passed over, frozen at the close."""
    rows = conn.execute(
        select(passed_over.c.tag, passed_over.c.reason)
        .where(passed_over.c.drawing_id == drawing_id)
        .order_by(passed_over.c.tag)
    )
    return tuple(PassedOver(tag, reason) for tag, reason in rows)


def winners_of(conn: Connection, drawing_id: DrawingId) -> list[StoredWinner]:
    """Winners in the order in which they were drawn, those included who took over what others forfeited."""
    taken_over = and_(
        alternates.c.drawing_id == winners.c.drawing_id, alternates.c.draw_order == winners.c.draw_order
    )
    on_its_way = and_(
        fulfillments.c.drawing_id == winners.c.drawing_id, fulfillments.c.draw_order == winners.c.draw_order
    )
    rows = conn.execute(
        select(
            winners,
            prizes.c.name.label("prize_name"),
            profiles.c.display_name,
            alternates.c.after_order,
            alternates.c.slot_number,
            alternates.c.reason,
            fulfillments.c.forfeit_reason,
            fulfillments.c.forfeited_at,
        )
        .join(prizes, prizes.c.prize_id == winners.c.prize_id)
        .outerjoin(profiles, profiles.c.user_id == winners.c.user_id)
        .outerjoin(alternates, taken_over)
        .outerjoin(fulfillments, on_its_way)
        .where(winners.c.drawing_id == drawing_id)
        .order_by(winners.c.draw_order)
    )
    return [_winner(row) for row in rows]


def _winner(row: Row[Any]) -> StoredWinner:
    is_alternate, has_forfeited = row.after_order is not None, row.forfeited_at is not None
    name = row.display_name or ANONYMOUS
    return StoredWinner(
        drawing_id=DrawingId(row.drawing_id),
        draw_order=row.draw_order,
        prize_id=PrizeId(row.prize_id),
        prize_rank=row.prize_rank,
        prize_name=row.prize_name,
        user_id=UserId(row.user_id),
        display_name=FORMER_WINNER if has_forfeited and row.display_name else name,
        tag=row.tag,
        winning_ticket_number=row.winning_ticket_number,
        word=row.word,
        tickets_held=row.tickets_held,
        slot=row.slot_number if is_alternate else row.draw_order,
        taken_over=TakenOver(row.after_order, row.reason, row.created_at) if is_alternate else None,
        forfeited=Forfeited(row.forfeit_reason, row.forfeited_at) if has_forfeited else None,
    )


def winners_to_look_after(conn: Connection, drawing_id: DrawingId) -> list[Row[Any]]:
    """Winners with what an admin needs to send them their prizes, in the order in which they were drawn."""
    sent = (fulfillments.c.drawing_id == winners.c.drawing_id) & (
        fulfillments.c.draw_order == winners.c.draw_order
    )
    rows = conn.execute(
        select(
            winners,
            prizes.c.name.label("prize_name"),
            prizes.c.value_cents,
            prizes.c.fulfillment_type,
            profiles.c.display_name,
            users.c.email,
            fulfillments.c.fulfillment_id,
            fulfillments.c.status.label("fulfillment_status"),
        )
        .join(prizes, prizes.c.prize_id == winners.c.prize_id)
        .join(users, users.c.user_id == winners.c.user_id)
        .outerjoin(profiles, profiles.c.user_id == winners.c.user_id)
        .outerjoin(fulfillments, sent)
        .where(winners.c.drawing_id == drawing_id)
        .order_by(winners.c.draw_order)
    )
    return list(rows)


def display_names(conn: Connection, user_ids: Sequence[UserId]) -> dict[UserId, str]:
    """Names of the given players, in chunks that every database accepts."""
    names: dict[UserId, str] = {}
    for chunk in in_chunks(user_ids):
        rows = conn.execute(
            select(profiles.c.user_id, profiles.c.display_name).where(profiles.c.user_id.in_(chunk))
        )
        names.update((UserId(user_id), name) for user_id, name in rows)
    return names

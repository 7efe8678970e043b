"""What the units of a drawing's log write beside the log row. Reading is in `queries`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Delete, Insert, Table, Update, insert, update
from sqlalchemy import delete as sql_delete

from fittrack.db.journal import Row, Unit
from fittrack.db.tables.drawings import alternates, drawings, fulfillments, passed_over, prizes, winners
from fittrack.db.tables.logs import effects
from fittrack.db.tables.prizes import free_entries, official_rules
from fittrack.drawings.commands import RecordFreeEntry
from fittrack.drawings.effects import REFUND, REFUND_NOTICE, WINNER_NOTICE, winner_payload
from fittrack.drawings.entry_queries import Refunds
from fittrack.drawings.model import Drawing, Prize
from fittrack.drawings.stored import Closing, SealedCommitment, StoredWinner, TakenBeacon, Winner
from fittrack.drawings.timetable import next_due_at
from fittrack.fairness.record import PassedOver
from fittrack.kit.ids import DrawingId, PrizeId
from fittrack.kit.money import cents_of
from fittrack.kit.origin import Origin


def insert_drawing(drawing: Drawing, now: datetime, **also: object) -> Insert:
    """A new drawing; `also` are further columns."""
    return insert(drawings).values(drawing_id=drawing.drawing_id, created_at=now, **_columns(drawing), **also)


def update_drawing(drawing: Drawing, **also: object) -> Update:
    """The drawing as it is now; `also` are further columns, such as the instant of a transition."""
    return (
        update(drawings)
        .where(drawings.c.drawing_id == drawing.drawing_id)
        .values(**_columns(drawing), **also)
    )


def _columns(drawing: Drawing) -> dict[str, Any]:
    return {
        "drawing_type": drawing.drawing_type,
        "name": drawing.name,
        "description": drawing.description,
        "ticket_cost_points": drawing.ticket_cost_points,
        "sales_open": drawing.sales_open,
        "ticket_sales_close": drawing.ticket_sales_close,
        "drawing_time": drawing.drawing_time,
        "user_type": drawing.eligibility.user_type,
        "min_account_age_days": drawing.eligibility.min_account_age_days,
        "auto_execute": drawing.auto_execute,
        "free_tickets_per_person": drawing.free_tickets_per_person,
        "status": drawing.status,
        "rules_version": drawing.rules_version,
        "next_due_at": next_due_at(drawing),
    }


def commitment_columns(commitment: SealedCommitment) -> dict[str, object]:
    """Columns of what was committed to."""
    return {
        "sealed_seed": commitment.sealed_seed,
        "sealed_drawing_key": commitment.sealed_drawing_key,
        "seed_commit": commitment.seed_commit,
        "rules": commitment.rules,
    }


def closing_columns(closing: Closing) -> dict[str, object]:
    """Columns of the closing row."""
    return {
        "closed_at": closing.closed_at,
        "total_tickets": closing.total_tickets,
        "entrants": closing.entrants,
        "root": closing.root,
        "seed": closing.seed,
    }


def draw_columns(seed: bytes, beacon: TakenBeacon | None) -> dict[str, object]:
    """Columns of what decided the draw; where no beacon did, the seed opens here."""
    return {"seed": seed, "beacon": None if beacon is None else msgspec.json.encode(beacon)}


def delete_drawing(drawing_id: DrawingId) -> tuple[Delete, Delete]:
    """A draft leaves the lists; its log stays."""
    return (
        sql_delete(prizes).where(prizes.c.drawing_id == drawing_id),
        sql_delete(drawings).where(drawings.c.drawing_id == drawing_id),
    )


def insert_prize(drawing_id: DrawingId, prize: Prize, now: datetime) -> Insert:
    return insert(prizes).values(
        prize_id=prize.prize_id, drawing_id=drawing_id, created_at=now, **_prize_columns(prize, now)
    )


def update_prize(prize: Prize, now: datetime) -> Update:
    return update(prizes).where(prizes.c.prize_id == prize.prize_id).values(**_prize_columns(prize, now))


def delete_prize(prize_id: PrizeId) -> Delete:
    return sql_delete(prizes).where(prizes.c.prize_id == prize_id)


def _prize_columns(prize: Prize, now: datetime) -> Mapping[str, Any]:
    return {
        "rank": prize.rank,
        "name": prize.name,
        "description": prize.description,
        "value_cents": cents_of(prize.value_usd),
        "quantity": prize.quantity,
        "fulfillment_type": prize.fulfillment_type,
        "sponsor_id": prize.sponsor_id,
        "image_url": prize.image_url,
        "updated_at": now,
    }


def owe_refunds(to: Refunds, payload: bytes, now: datetime) -> list[tuple[Table, Row]]:
    """Rows of a refund for each of these entries, whoever holds it and whatever became of the account, and of
    a notice to each of those who have none yet.
    """
    refunds = [(effects, (REFUND, each.receipt, each.user_id, payload, now)) for each in to.bought]
    notices = [
        (effects, (REFUND_NOTICE, subject, holder, payload, now)) for subject, holder in to.untold.items()
    ]
    return [*refunds, *notices]


def refunds_owed(drawing_id: DrawingId, rev: int | None) -> Update:
    """Purchases up to the place `rev` are owed back; the sweep owes the next ones. None: all are."""
    return update(drawings).where(drawings.c.drawing_id == drawing_id).values(refunds_owed_rev=rev)


def publish_rules(drawing: Drawing, text: str, author: UUID | None, now: datetime) -> Insert:
    """A version of the official rules, which stays as it is. `author` is an admin; None: the schedule."""
    return insert(official_rules).values(
        drawing_id=drawing.drawing_id,
        rules_version=drawing.rules_version,
        rules_text=text.encode(),
        text_hash=sha256(text.encode()).digest(),
        created_by=author,
        created_at=now,
    )


def free_entry(unit: Unit, drawing_id: DrawingId, wish: RecordFreeEntry, origin: Origin) -> tuple[Table, Row]:
    """The row whose primary key lets a piece of evidence make one entry only."""
    assert origin.actor_id is not None, "an admin records it, and answers for it"
    return free_entries, (
        wish.evidence,
        drawing_id,
        unit.unit_id,
        wish.user_id,
        wish.quantity,
        origin.actor_id,
        unit.created_at,
    )


def freeze_passed_over(drawing_id: DrawingId, found: Iterable[PassedOver]) -> list[tuple[Table, Row]]:
    """Rows of those who cannot win."""
    return [(passed_over, (drawing_id, holder.tag, str(holder.reason))) for holder in found]


def award_prize(drawing: Drawing, winner: Winner, now: datetime) -> list[tuple[Table, Row]]:
    """Rows of a winner, of the fulfilment that follows, and of the notice that they are owed."""
    won = (
        winner.drawing_id,
        winner.draw_order,
        winner.prize_id,
        winner.prize_rank,
        winner.user_id,
        winner.tag,
        winner.winning_ticket_number,
        winner.word,
        winner.tickets_held,
        now,
    )
    return [(winners, won), owe_prize(winner, now), owe_winner_notice(drawing, winner, now)]


def owe_prize(winner: Winner, now: datetime) -> tuple[Table, Row]:
    """The row of a winner's fulfilment."""
    prize = {
        "fulfillment_id": winner.fulfillment_id,
        "drawing_id": winner.drawing_id,
        "prize_id": winner.prize_id,
        "draw_order": winner.draw_order,
        "user_id": winner.user_id,
        "status": "pending",
        "created_at": now,
        "updated_at": now,
    }
    return fulfillments, tuple(prize.get(column.name) for column in fulfillments.columns)


def owe_winner_notice(drawing: Drawing, winner: Winner, now: datetime) -> tuple[Table, Row]:
    """The row of the notice that a winner is owed."""
    payload = winner_payload(drawing, winner)
    return effects, (WINNER_NOTICE, winner.fulfillment_id, winner.user_id, payload, now)


def take_over(winner: Winner, former: StoredWinner, now: datetime) -> tuple[Table, Row]:
    """The row that makes a winner an alternate. Whoever follows `former` is unique."""
    assert former.forfeited is not None, "only what was forfeited is taken over"
    reason = former.forfeited.reason
    return alternates, (winner.drawing_id, winner.draw_order, former.draw_order, former.slot, reason, now)

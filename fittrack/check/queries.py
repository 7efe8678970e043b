"""What the checks read of everybody at once: in the order of primary keys, from a cursor as it is needed."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Row, Select, Table, and_, case, func, literal, select

from fittrack.check.book import LedgerRow
from fittrack.check.chains import LogRow
from fittrack.check.draws import Followed
from fittrack.check.free import Excess, FreeEntryRow, Held
from fittrack.check.life import LifeRow, Projection
from fittrack.check.player_queries import TO_BE_OWED, IdRange
from fittrack.check.prizes import PrizeRow, PrizeStep
from fittrack.check.rules_texts import RulesRow
from fittrack.check.trackers import PlayersTrackers
from fittrack.check.webhooks import DeliveryRow
from fittrack.db.tables.accounts import users
from fittrack.db.tables.drawings import drawings, fulfillments, prizes
from fittrack.db.tables.logs import drawing_log, effect_receipts, effects, inbox, ledger
from fittrack.db.tables.messages import webhook_attempts, webhook_deliveries, webhook_events
from fittrack.db.tables.partners import tracker_connections
from fittrack.db.tables.prizes import free_entries as evidences
from fittrack.db.tables.prizes import fulfillment_transitions, official_rules
from fittrack.drawings.effects import REFUND, WINNER_NOTICE
from fittrack.drawings.entry_queries import FREE_ENTRY, PURCHASE
from fittrack.drawings.model import DrawingStatus
from fittrack.kit.ids import DrawingId
from fittrack.privacy.retention.queries import ACTIVITIES, erased_before

ROWS_PER_FETCH = 5_000
"""Rows taken from a cursor at a time."""
TEXTS_PER_FETCH = 100
"""Official rules taken at a time: some ten thousand characters each."""

T = TypeVar("T")

_IS_FREE = drawing_log.c.kind == FREE_ENTRY


def logs(conn: Connection, log: Table, owners: IdRange) -> Iterator[tuple[UUID, Iterator[LogRow]]]:
    """Each owner of a log with its units, in order."""
    owner = next(iter(log.primary_key.columns))
    columns = (
        owner,
        log.c.rev,
        log.c.unit_id,
        log.c.prev_unit,
        log.c.idem_key,
        case((and_(log.c.answer.is_not(None), log.c.request_hash.is_not(None)), 1), else_=0).label(
            "answered"
        ),
        log.c.created_at,
    )
    statement = select(*columns).where(owners.covers(owner)).order_by(owner, log.c.rev)
    return _grouped(conn, statement, _unit)


def _unit(row: Row[Any]) -> LogRow:
    return LogRow(row.rev, row.unit_id, row.prev_unit, row.idem_key, row.answered == 1, row.created_at)


def ledgers(conn: Connection, players: IdRange) -> Iterator[tuple[UUID, Iterator[LedgerRow]]]:
    """Each player's ledger, in order."""
    columns = (
        ledger.c.user_id,
        ledger.c.seq,
        ledger.c.transaction_type,
        ledger.c.amount,
        ledger.c.balance_after,
    )
    these = players.covers(ledger.c.user_id)
    statement = select(*columns).where(these).order_by(ledger.c.user_id, ledger.c.seq)
    return _grouped(conn, statement, lambda row: LedgerRow._make(row[1:]))


def inboxes(conn: Connection, players: IdRange) -> Iterator[tuple[UUID, Iterator[int]]]:
    """Each player's positions in the inbox, in order."""
    these = players.covers(inbox.c.user_id)
    statement = select(inbox.c.user_id, inbox.c.seq).where(these).order_by(inbox.c.user_id, inbox.c.seq)
    return _grouped(conn, statement, lambda row: int(row.seq))


def lives(conn: Connection, which: IdRange) -> Iterator[tuple[UUID, Iterator[LifeRow]]]:
    """Each drawing's units, in order."""
    unit = drawing_log.c
    columns = (unit.drawing_id, unit.rev, unit.kind, unit.ticket_count)
    statement = select(*columns).where(which.covers(unit.drawing_id)).order_by(unit.drawing_id, unit.rev)
    return _grouped(conn, statement, lambda row: LifeRow(row.rev, row.kind, row.ticket_count))


def projections(conn: Connection, which: IdRange) -> dict[UUID, Projection]:
    """What the rows of drawings say of their lives."""
    columns = (drawings.c.drawing_id, drawings.c.status, drawings.c.total_tickets)
    rows = conn.execute(select(*columns).where(which.covers(drawings.c.drawing_id)))
    return {row.drawing_id: Projection(DrawingStatus(row.status), row.total_tickets) for row in rows}


def frozen_drawings(conn: Connection) -> list[DrawingId]:
    """Drawings that were closed, whatever became of them."""
    rows = conn.execute(
        select(drawings.c.drawing_id).where(drawings.c.root.is_not(None)).order_by(drawings.c.drawing_id)
    )
    return [DrawingId(row.drawing_id) for row in rows]


def free_entries(conn: Connection, which: IdRange) -> Iterator[FreeEntryRow]:
    """Free entries of drawings: of the log with their evidence, and evidence of no such entry."""
    entry, evidence = drawing_log.c, evidences.c
    same = (entry.drawing_id == evidence.drawing_id) & (entry.unit_id == evidence.unit_id)
    columns = (
        func.coalesce(entry.drawing_id, evidence.drawing_id),
        func.coalesce(entry.unit_id, evidence.unit_id),
        entry.user_id,
        entry.ticket_count,
        evidence.user_id,
        evidence.ticket_count,
    )
    entered = select(*columns).select_from(drawing_log.outerjoin(evidences, same))
    recorded = select(*columns).select_from(evidences.outerjoin(drawing_log, same & _IS_FREE))
    streaming = conn.execution_options(yield_per=ROWS_PER_FETCH)
    of_log = entered.where(which.covers(entry.drawing_id), _IS_FREE)
    of_none = recorded.where(which.covers(evidence.drawing_id), entry.unit_id.is_(None))
    for statement in (of_log, of_none):
        for drawing_id, unit_id, holder, tickets, person, count in streaming.execute(statement):
            yield FreeEntryRow(drawing_id, unit_id, _held(holder, tickets), _held(person, count))


def _held(user_id: UUID | None, tickets: int | None) -> Held | None:
    return None if user_id is None or tickets is None else Held(user_id, tickets)


def free_tickets_beyond(conn: Connection) -> list[Excess]:
    """Who has more free tickets in a drawing than it allows."""
    tickets = func.sum(evidences.c.ticket_count)
    limit = func.coalesce(drawings.c.free_tickets_per_person, 0)
    rows = conn.execute(
        select(evidences.c.drawing_id, evidences.c.user_id, tickets, limit)
        .join(drawings, drawings.c.drawing_id == evidences.c.drawing_id)
        .group_by(evidences.c.drawing_id, evidences.c.user_id, limit)
        .having(tickets > limit)
    )
    return [Excess(drawing_id, user_id, int(had), allowed) for drawing_id, user_id, had, allowed in rows]


def rules_texts(conn: Connection) -> Iterator[RulesRow]:
    """Every version of every drawing's official rules."""
    rules = official_rules.c
    rows = conn.execution_options(yield_per=TEXTS_PER_FETCH).execute(
        select(
            rules.drawing_id, rules.rules_version, rules.rules_text, rules.text_hash, drawings.c.rules_version
        )
        .outerjoin(drawings, drawings.c.drawing_id == rules.drawing_id)
        .order_by(rules.drawing_id, rules.rules_version)
    )
    for row in rows:
        yield RulesRow(*row)


def activities_erased_before(conn: Connection) -> date:
    """The first day whose activities are all kept; those of earlier ones may be erased for their age."""
    return erased_before(conn, ACTIVITIES) or date.min


def refunds_waiting(conn: Connection) -> int:
    """Refunds that are owed, or to be owed, and not applied yet."""
    owed = select(func.count()).select_from(effects).where(effects.c.kind == REFUND)
    to_be_owed = (
        select(func.count())
        .select_from(drawings.join(drawing_log, drawing_log.c.drawing_id == drawings.c.drawing_id))
        .where(drawings.c.refunds_owed_rev.is_not(None), TO_BE_OWED, drawing_log.c.kind == PURCHASE)
    )
    return int(conn.execute(owed).scalar_one()) + int(conn.execute(to_be_owed).scalar_one())


def followed(conn: Connection, drawing_id: DrawingId) -> list[Followed]:
    """The fulfilments of a drawing in the order of the draw, with the number of notices to each winner."""
    owed, applied = effects.alias("owed"), effect_receipts.alias("applied")
    is_notice = (owed.c.kind == WINNER_NOTICE) & (owed.c.subject_id == fulfillments.c.fulfillment_id)
    was_told = (applied.c.kind == WINNER_NOTICE) & (applied.c.subject_id == fulfillments.c.fulfillment_id)
    rows = conn.execute(
        select(
            fulfillments.c.draw_order,
            fulfillments.c.prize_id,
            fulfillments.c.user_id,
            owed.c.user_id.label("owed_to"),
            applied.c.user_id.label("applied_to"),
        )
        .outerjoin(owed, is_notice & (owed.c.user_id == fulfillments.c.user_id))
        .outerjoin(applied, was_told & (applied.c.user_id == fulfillments.c.user_id))
        .where(fulfillments.c.drawing_id == drawing_id)
        .order_by(fulfillments.c.draw_order)
    )
    return [
        Followed(
            row.draw_order,
            row.prize_id,
            row.user_id,
            (row.owed_to is not None) + (row.applied_to is not None),
        )
        for row in rows
    ]


def prizes_on_their_way(conn: Connection, drawing_id: DrawingId) -> list[PrizeRow]:
    """The fulfilments of a drawing in the order of the draw, each with its steps."""
    step, prize = fulfillment_transitions.c, fulfillments.c
    steps: dict[UUID, list[PrizeStep]] = {}
    for row in conn.execute(
        select(step.fulfillment_id, step.step_number, step.from_status, step.to_status)
        .join(fulfillments, prize.fulfillment_id == step.fulfillment_id)
        .where(prize.drawing_id == drawing_id)
        .order_by(step.fulfillment_id, step.step_number)
    ):
        steps.setdefault(row.fulfillment_id, []).append(PrizeStep._make(row[1:]))
    rows = conn.execute(
        select(
            prize.draw_order,
            prize.status,
            prizes.c.fulfillment_type,
            prize.forfeit_reason,
            prize.forfeited_at,
            prize.delivered_at,
            prize.next_due_at,
            prize.fulfillment_id,
        )
        .join(prizes, prizes.c.prize_id == prize.prize_id)
        .where(prize.drawing_id == drawing_id)
        .order_by(prize.draw_order)
    )
    return [PrizeRow(*row[:-1], steps.get(row.fulfillment_id, [])) for row in rows]


def _grouped(
    conn: Connection, statement: Select[Any], read: Callable[[Row[Any]], T]
) -> Iterator[tuple[UUID, Iterator[T]]]:
    rows = conn.execution_options(yield_per=ROWS_PER_FETCH).execute(statement)
    for owner, group in groupby(rows, key=lambda row: row[0]):
        yield owner, map(read, group)


def trackers(conn: Connection) -> Iterator[PlayersTrackers]:
    """What each player has of trackers."""
    columns = tracker_connections.c
    fetched = and_(columns.next_due_at.is_not(None), columns.sealed_refresh_token.is_(None))
    rows = conn.execution_options(yield_per=ROWS_PER_FETCH).execute(
        select(
            columns.user_id,
            func.count(),
            func.sum(case((columns.is_primary == 1, 1), else_=0)),
            func.sum(case((fetched, 1), else_=0)),
            func.max(users.c.status),
        )
        .join(users, users.c.user_id == columns.user_id)
        .group_by(columns.user_id)
    )
    for user_id, connections, primary, lacking, status in rows:
        yield PlayersTrackers(user_id, connections, int(primary), int(lacking), status)


def webhooks(conn: Connection) -> Iterator[DeliveryRow]:
    """What each endpoint was or is to be sent."""
    d, a = webhook_deliveries.c, webhook_attempts.c
    states = sum(
        (case((column.is_not(None), 1), else_=0) for column in (d.next_due_at, d.delivered_at, d.failed_at)),
        start=literal(0),
    )
    recorded = (
        select(a.endpoint_id, a.message_id, func.count().label("recorded"), func.max(a.attempt).label("last"))
        .group_by(a.endpoint_id, a.message_id)
        .subquery()
    )
    mine = and_(recorded.c.endpoint_id == d.endpoint_id, recorded.c.message_id == d.message_id)
    rows = conn.execution_options(yield_per=ROWS_PER_FETCH).execute(
        select(
            d.endpoint_id,
            d.message_id,
            states,
            case((webhook_events.c.message_id.is_not(None), 1), else_=0),
            d.attempts,
            func.coalesce(recorded.c.recorded, 0),
            func.coalesce(recorded.c.last, 0),
        )
        .outerjoin(webhook_events, webhook_events.c.message_id == d.message_id)
        .outerjoin(recorded, mine)
    )
    for endpoint_id, message_id, count, there, attempts, noted, last in rows:
        yield DeliveryRow(endpoint_id, message_id, int(count), there == 1, attempts, noted, last)

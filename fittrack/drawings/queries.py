"""Reading drawings: rows in, typed values out. What units write is in `statements`."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.drawings import (
    alternates,
    drawings,
    fulfillments,
    passed_over,
    prizes,
    sponsors,
    winners,
)
from fittrack.db.tables.logs import drawing_log
from fittrack.db.tables.operations import audit_log
from fittrack.db.tables.prizes import free_entries, official_rules
from fittrack.drawings.model import (
    AccountStatus,
    Drawing,
    DrawingStatus,
    DrawingType,
    Eligibility,
    FulfillmentType,
    Prize,
    UserType,
)
from fittrack.drawings.records import ACTIONS
from fittrack.drawings.schemas import PrizeSort, PrizesQuery
from fittrack.drawings.stored import (
    Closing,
    Forfeited,
    SealedCommitment,
    StoredDrawing,
    StoredEntry,
    StoredPrize,
    StoredWinner,
    TakenBeacon,
    TakenOver,
)
from fittrack.fairness.record import PassedOver
from fittrack.kit.ids import DrawingId, PrizeId, SponsorId, UserId

Id = TypeVar("Id", bound=UUID)

RECORDED_WITHIN = timedelta(seconds=10)
"""An action is recorded in the unit that does it, at a look at the clock of its own."""

PURCHASE = "purchase"
FREE_ENTRY = "free_entry"

ANONYMOUS = "A former player"
"""How somebody is announced whose personal data was erased."""

FORMER_WINNER = "A former winner"
"""How somebody is announced who forfeited the prize, until somebody else has it."""

IN_LIST_MAX = 900
"""Elements of an `IN` list: Oracle takes 1,000 at most."""


def _how_many(are: ColumnElement[bool]) -> ColumnElement[int]:
    """How many of a prize are such; what became of them is told by its fulfilments alone."""
    return (
        select(func.count())
        .where(
            fulfillments.c.drawing_id == prizes.c.drawing_id,  # found by the index of drawings
            fulfillments.c.prize_id == prizes.c.prize_id,
            are,
        )
        .correlate(prizes)
        .scalar_subquery()
    )


_INVENTORY = (
    _how_many(fulfillments.c.forfeited_at.is_(None)).label("awarded"),
    _how_many(fulfillments.c.status == "delivered").label("delivered"),
    _how_many(fulfillments.c.status == "returned").label("returned"),
)

_PRIZE_ORDERS: dict[PrizeSort, tuple[ColumnElement[Any], ...]] = {
    PrizeSort.LATEST: (drawings.c.drawing_time.desc(),),
    PrizeSort.EARLIEST: (drawings.c.drawing_time,),
    PrizeSort.NAME: (func.lower(prizes.c.name).asc(), drawings.c.drawing_time.desc()),
    PrizeSort.NAME_DOWN: (func.lower(prizes.c.name).desc(), drawings.c.drawing_time.desc()),
    PrizeSort.CHEAPEST: (prizes.c.value_cents, drawings.c.drawing_time.desc()),
    PrizeSort.DEAREST: (prizes.c.value_cents.desc(), drawings.c.drawing_time.desc()),
}

ENTRIES_PER_FETCH = 20_000
"""Rows taken from the cursor at a time: a million entries never stand in memory as rows."""


def load(conn: Connection, drawing_id: DrawingId) -> StoredDrawing | None:
    """One drawing with its prizes."""
    row = conn.execute(select(drawings).where(drawings.c.drawing_id == drawing_id)).one_or_none()
    return None if row is None else _stored(row, _prizes_of(conn, [drawing_id]).get(drawing_id, ()))


def find(
    conn: Connection,
    *,
    statuses: Sequence[DrawingStatus],
    drawing_type: DrawingType | None,
    user_types: Sequence[UserType],
    offset: int,
    limit: int,
) -> tuple[list[StoredDrawing], int]:
    """A page of drawings, the next to be drawn first and the past ones after them, and how many there are."""
    matching = _matching(statuses, drawing_type, user_types)
    total = conn.execute(select(func.count()).select_from(matching.subquery())).scalar_one()
    rows = conn.execute(
        matching.order_by(drawings.c.drawing_time.desc(), drawings.c.drawing_id).offset(offset).limit(limit)
    ).all()
    held = _prizes_of(conn, [row.drawing_id for row in rows])
    return [_stored(row, held.get(row.drawing_id, ())) for row in rows], total


def _matching(
    statuses: Sequence[DrawingStatus], drawing_type: DrawingType | None, user_types: Sequence[UserType]
) -> Select[Any]:
    matching = select(drawings).where(drawings.c.status.in_(statuses), drawings.c.user_type.in_(user_types))
    return matching if drawing_type is None else matching.where(drawings.c.drawing_type == drawing_type)


def due(conn: Connection, now: datetime, limit: int) -> list[DrawingId]:
    """Drawings upon which the clock must act by `now`, the longest overdue first."""
    rows = conn.execute(
        select(drawings.c.drawing_id)
        .where(drawings.c.next_due_at <= now)
        .order_by(drawings.c.next_due_at)
        .limit(limit)
    )
    return [DrawingId(row.drawing_id) for row in rows]


def changed_since(conn: Connection, since: datetime) -> list[StoredDrawing]:
    """Drawings of whose life the channels were told something from `since` on. Drawings are few."""
    drawn_again = select(alternates.c.drawing_id).where(alternates.c.created_at >= since)
    instants = (
        drawings.c.scheduled_at,
        drawings.c.opened_at,
        drawings.c.closed_at,
        drawings.c.completed_at,
        drawings.c.cancelled_at,
    )
    changed = or_(*(instant >= since for instant in instants), drawings.c.drawing_id.in_(drawn_again))
    rows = conn.execute(select(drawings).where(changed).order_by(drawings.c.drawing_id)).all()
    held: dict[DrawingId, tuple[Prize, ...]] = {}
    for chunk in in_chunks([DrawingId(row.drawing_id) for row in rows]):
        held |= _prizes_of(conn, chunk)
    return [_stored(row, held.get(row.drawing_id, ())) for row in rows]


def drawn_again_at(conn: Connection, drawing_id: DrawingId) -> datetime | None:
    """When a prize of it last went to somebody else."""
    latest = select(func.max(alternates.c.created_at)).where(alternates.c.drawing_id == drawing_id)
    found: datetime | None = conn.execute(latest).scalar_one()
    return found


def why_cancelled(conn: Connection, drawing_id: DrawingId, cancelled_at: datetime) -> str:
    """The reason that was given, as long as it is kept."""
    given = (
        select(audit_log.c.reason)
        .where(
            audit_log.c.created_at.between(cancelled_at, cancelled_at + RECORDED_WITHIN),
            audit_log.c.action == ACTIONS["cancelled"],
            audit_log.c.subject_id == str(drawing_id),
        )
        .order_by(audit_log.c.created_at)
    )
    return conn.execute(given).scalars().first() or ""


def counting_down(conn: Connection) -> list[DrawingId]:
    """Drawings whose channels tick."""
    statuses = (DrawingStatus.SCHEDULED, DrawingStatus.OPEN, DrawingStatus.CLOSED)
    rows = conn.execute(select(drawings.c.drawing_id).where(drawings.c.status.in_(statuses)))
    return [DrawingId(row.drawing_id) for row in rows]


def find_prizes(
    conn: Connection,
    query: PrizesQuery,
    *,
    statuses: Sequence[DrawingStatus],
    user_types: Sequence[UserType],
) -> tuple[list[StoredPrize], int]:
    """The page of prizes that `query` asks for, of the drawings that may be seen, and how many there are."""
    known = prizes.join(drawings, drawings.c.drawing_id == prizes.c.drawing_id)
    matching = _prizes_sought(query, statuses, user_types)
    total = conn.execute(select(func.count()).select_from(known).where(*matching)).scalar_one()
    rows = conn.execute(
        _with_sponsor()
        .join(drawings, drawings.c.drawing_id == prizes.c.drawing_id)
        .add_columns(drawings.c.status, *_INVENTORY)
        .where(*matching)
        .order_by(*_PRIZE_ORDERS[query.sort], prizes.c.rank, prizes.c.prize_id)
        .offset(query.offset)
        .limit(query.limit)
    )
    return [
        StoredPrize(
            DrawingId(row.drawing_id),
            DrawingStatus(row.status),
            _prize(row),
            row.awarded,
            row.delivered,
            row.returned,
        )
        for row in rows
    ], total


def _prizes_sought(
    query: PrizesQuery, statuses: Sequence[DrawingStatus], user_types: Sequence[UserType]
) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [
        drawings.c.status.in_(statuses),
        drawings.c.user_type.in_(user_types),
    ]
    wanted = (
        (prizes.c.drawing_id, query.drawing_id),
        (prizes.c.sponsor_id, query.sponsor_id),
        (prizes.c.fulfillment_type, query.fulfillment_type),
        (drawings.c.status, query.status),
    )
    clauses += [column == value for column, value in wanted if value is not None]
    if query.q is not None:
        clauses.append(func.lower(prizes.c.name).contains(query.q.lower(), autoescape=True))
    return clauses


def sponsor_name(conn: Connection, sponsor_id: SponsorId) -> str | None:
    """The name of an active sponsor."""
    return conn.execute(
        select(sponsors.c.name).where(sponsors.c.sponsor_id == sponsor_id, sponsors.c.active == 1)
    ).scalar_one_or_none()


def is_premium(conn: Connection, user_id: UserId, now: datetime) -> bool:
    """Whether the premium role of a player holds at `now`."""
    row = conn.execute(
        select(users.c.role, users.c.premium_expires_at).where(users.c.user_id == user_id)
    ).one()
    return row.role == "premium" and (row.premium_expires_at is None or now < row.premium_expires_at)


def first_tickets(
    conn: Connection, drawing_ids: Collection[DrawingId], receipts: Collection[UUID]
) -> dict[UUID, int]:
    """The first ticket number of entries of these drawings, as far as sales are closed (FAIRNESS 2)."""
    entry = drawing_log.c
    before_and_own = func.sum(entry.ticket_count).over(partition_by=entry.drawing_id, order_by=entry.rev)
    numbered = (
        select(entry.unit_id, (before_and_own - entry.ticket_count + 1).label("first_ticket"))
        .join(drawings, drawings.c.drawing_id == entry.drawing_id)
        .where(
            entry.drawing_id.in_(drawing_ids),
            entry.ticket_count.is_not(None),
            drawings.c.root.is_not(None),
        )
        .subquery()
    )
    rows = conn.execute(select(numbered).where(numbered.c.unit_id.in_(receipts)))
    return {row.unit_id: int(row.first_ticket) for row in rows}


def holdings(conn: Connection, drawing_id: DrawingId) -> dict[UUID, int]:
    """Tickets of each holder."""
    rows = conn.execute(
        select(drawing_log.c.user_id, func.sum(drawing_log.c.ticket_count))
        .where(drawing_log.c.drawing_id == drawing_id, drawing_log.c.ticket_count.is_not(None))
        .group_by(drawing_log.c.user_id)
    )
    return {user_id: int(tickets) for user_id, tickets in rows}


def entries(conn: Connection, drawing_id: DrawingId) -> Iterator[StoredEntry]:
    """All entries in the order of the drawing's log, which is the order of their ticket numbers."""
    rows = conn.execution_options(yield_per=ENTRIES_PER_FETCH).execute(
        select(
            drawing_log.c.unit_id,
            drawing_log.c.user_id,
            drawing_log.c.ticket_count,
            drawing_log.c.kind,
            drawing_log.c.created_at,
        )
        .where(drawing_log.c.drawing_id == drawing_id, drawing_log.c.ticket_count.is_not(None))
        .order_by(drawing_log.c.rev)
    )
    for unit_id, user_id, ticket_count, kind, created_at in rows:
        yield StoredEntry(unit_id, UserId(user_id), ticket_count, kind, created_at)


def tickets_of_entry(conn: Connection, drawing_id: DrawingId, receipt: UUID) -> int:
    """How many tickets an entry holds."""
    tickets: int = conn.execute(
        select(drawing_log.c.ticket_count).where(
            drawing_log.c.drawing_id == drawing_id, drawing_log.c.unit_id == receipt
        )
    ).scalar_one()
    return tickets


def tickets_bought(conn: Connection, drawing_id: DrawingId, user_id: UserId) -> int:
    """How many tickets a player paid for."""
    tickets: int = conn.execute(
        select(func.coalesce(func.sum(drawing_log.c.ticket_count), 0)).where(
            drawing_log.c.drawing_id == drawing_id,
            drawing_log.c.user_id == user_id,
            drawing_log.c.kind == PURCHASE,
        )
    ).scalar_one()
    return tickets


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


def in_chunks(ids: Sequence[Id]) -> Iterator[Sequence[Id]]:
    """`ids` in parts that fit an `IN` list."""
    for start in range(0, len(ids), IN_LIST_MAX):
        yield ids[start : start + IN_LIST_MAX]


def prize_drawing(conn: Connection, prize_id: PrizeId) -> DrawingId | None:
    """The drawing to which a prize belongs."""
    found = conn.execute(
        select(prizes.c.drawing_id).where(prizes.c.prize_id == prize_id)
    ).scalar_one_or_none()
    return None if found is None else DrawingId(found)


def tickets_of(conn: Connection, user_id: UserId, drawing_ids: Sequence[DrawingId]) -> dict[DrawingId, int]:
    """Tickets that a player holds in each of the given drawings (a page of them at most)."""
    rows = conn.execute(
        select(drawing_log.c.drawing_id, func.sum(drawing_log.c.ticket_count))
        .where(drawing_log.c.user_id == user_id, drawing_log.c.drawing_id.in_(drawing_ids))
        .group_by(drawing_log.c.drawing_id)
    )
    return {DrawingId(drawing_id): int(tickets) for drawing_id, tickets in rows}


def find_entries(
    conn: Connection, *, user_id: UserId | None, drawing_id: DrawingId | None, offset: int, limit: int
) -> tuple[list[tuple[DrawingId, StoredEntry]], int]:
    """A page of entries, the latest first, of a player, of a drawing or of both."""
    matching = (
        select(drawing_log, drawings.c.rules_version)
        .join(drawings, drawings.c.drawing_id == drawing_log.c.drawing_id)
        .where(drawing_log.c.ticket_count.is_not(None))
    )
    if user_id is not None:
        matching = matching.where(drawing_log.c.user_id == user_id)
    if drawing_id is not None:
        matching = matching.where(drawing_log.c.drawing_id == drawing_id)
    total = conn.execute(select(func.count()).select_from(matching.subquery())).scalar_one()
    rows = conn.execute(
        matching.order_by(drawing_log.c.created_at.desc(), drawing_log.c.unit_id.desc())
        .offset(offset)
        .limit(limit)
    )
    found = [
        (
            DrawingId(row.drawing_id),
            StoredEntry(
                row.unit_id,
                UserId(row.user_id),
                row.ticket_count,
                row.kind,
                row.created_at,
                row.rules_version,
            ),
        )
        for row in rows
    ]
    return found, total


def rules_text(conn: Connection, drawing_id: DrawingId, version: int) -> Row[Any] | None:
    """A version of a drawing's official rules."""
    rules = official_rules.c
    return conn.execute(
        select(official_rules).where(rules.drawing_id == drawing_id, rules.rules_version == version)
    ).one_or_none()


def free_tickets_of(conn: Connection, drawing_id: DrawingId, user_id: UserId) -> int:
    """Tickets that a person has in a drawing without purchase."""
    had = select(func.sum(free_entries.c.ticket_count)).where(
        free_entries.c.drawing_id == drawing_id, free_entries.c.user_id == user_id
    )
    return int(conn.execute(had).scalar_one() or 0)


def drawing_of_evidence(conn: Connection, evidence: str) -> DrawingId | None:
    """The drawing of the entry that a piece of evidence made."""
    found = conn.execute(
        select(free_entries.c.drawing_id).where(free_entries.c.evidence_key == evidence)
    ).scalar_one_or_none()
    return None if found is None else DrawingId(found)


def find_free_entries(
    conn: Connection, drawing_id: DrawingId, *, offset: int, limit: int
) -> tuple[list[Row[Any]], int]:
    """A page of a drawing's free entries, the latest first, and how many there are."""
    entry = free_entries.c
    total = conn.execute(
        select(func.count()).select_from(free_entries).where(entry.drawing_id == drawing_id)
    ).scalar_one()
    rows = conn.execute(
        select(free_entries, profiles.c.display_name)
        .outerjoin(profiles, profiles.c.user_id == entry.user_id)
        .where(entry.drawing_id == drawing_id)
        .order_by(entry.created_at.desc(), entry.unit_id.desc())
        .offset(offset)
        .limit(limit)
    )
    return list(rows), total


def user_with_email(conn: Connection, email_key: str) -> UserId | None:
    """Whose email this is, as emails are compared."""
    found = conn.execute(select(users.c.user_id).where(users.c.email_key == email_key)).scalar_one_or_none()
    return None if found is None else UserId(found)


def _prizes_of(conn: Connection, drawing_ids: Sequence[UUID]) -> dict[DrawingId, tuple[Prize, ...]]:
    found: dict[DrawingId, tuple[Prize, ...]] = {}
    rows = conn.execute(
        _with_sponsor()
        .where(prizes.c.drawing_id.in_(drawing_ids))
        .order_by(prizes.c.drawing_id, prizes.c.rank, prizes.c.prize_id)
    )
    for row in rows:
        drawing_id = DrawingId(row.drawing_id)
        found[drawing_id] = (*found.get(drawing_id, ()), _prize(row))
    return found


def _with_sponsor() -> Select[Any]:
    return select(prizes, sponsors.c.name.label("sponsor")).outerjoin(
        sponsors, sponsors.c.sponsor_id == prizes.c.sponsor_id
    )


def _prize(row: Row[Any]) -> Prize:
    return Prize(
        prize_id=PrizeId(row.prize_id),
        rank=row.rank,
        name=row.name,
        value_usd=Decimal(row.value_cents) / 100,
        quantity=row.quantity,
        fulfillment_type=FulfillmentType(row.fulfillment_type),
        description=row.description,
        sponsor_id=None if row.sponsor_id is None else SponsorId(row.sponsor_id),
        sponsor=row.sponsor,
        image_url=row.image_url,
    )


def _stored(row: Row[Any], held: tuple[Prize, ...]) -> StoredDrawing:
    return StoredDrawing(
        drawing=_drawing(row, held),
        created_at=row.created_at,
        commitment=_commitment(row),
        closing=_closing(row),
        beacon=None if row.beacon is None else msgspec.json.decode(row.beacon, type=TakenBeacon),
        scheduled_at=row.scheduled_at,
        opened_at=row.opened_at,
        completed_at=row.completed_at,
        cancelled_at=row.cancelled_at,
    )


def _drawing(row: Row[Any], held: tuple[Prize, ...]) -> Drawing:
    return Drawing(
        drawing_id=DrawingId(row.drawing_id),
        drawing_type=DrawingType(row.drawing_type),
        name=row.name,
        description=row.description,
        ticket_cost_points=row.ticket_cost_points,
        sales_open=row.sales_open,
        ticket_sales_close=row.ticket_sales_close,
        drawing_time=row.drawing_time,
        eligibility=Eligibility(
            user_type=UserType(row.user_type), min_account_age_days=row.min_account_age_days
        ),
        auto_execute=row.auto_execute,
        free_tickets_per_person=row.free_tickets_per_person or 0,
        status=DrawingStatus(row.status),
        prizes=held,
        commit=row.seed_commit,
        rules_version=row.rules_version,
    )


def _commitment(row: Row[Any]) -> SealedCommitment | None:
    if row.seed_commit is None:
        return None
    return SealedCommitment(
        sealed_seed=row.sealed_seed,
        sealed_drawing_key=row.sealed_drawing_key,
        seed_commit=row.seed_commit,
        rules=row.rules,
    )


def _closing(row: Row[Any]) -> Closing | None:
    if row.root is None:
        return None
    return Closing(
        closed_at=row.closed_at,
        total_tickets=row.total_tickets,
        entrants=row.entrants,
        root=row.root,
        seed=row.seed,
    )

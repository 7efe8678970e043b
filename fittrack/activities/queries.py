"""Activities and days: rows in, typed values out, and the rows that a player's units write."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Insert,
    Row,
    ScalarSelect,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from fittrack.activities.days import DayRecord
from fittrack.activities.model import Activity, ActivityType, Intensity
from fittrack.activities.outcome import DuplicateMark
from fittrack.activities.state import PlayerActivities, window_start
from fittrack.db.tables.activities import activities, user_days
from fittrack.db.tables.partners import tracker_connections
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.ids import ActivityId, UserId
from fittrack.points.booking import DayAccount
from fittrack.points.streak import StreakHistory

_METRICS = msgspec.json.Decoder(dict[str, float])

# Made once: making a statement takes as long as executing it, and an actor is loaded by several.
_RECENT = select(activities).where(
    activities.c.user_id == bindparam("user_id"), activities.c.day >= bindparam("first")
)
_DAYS: Select[Any] = select(
    user_days.c.day,
    user_days.c.award_points,
    user_days.c.streak_points,
    user_days.c.booked_points,
    user_days.c.forgiven_points,
    user_days.c.tier_code,
).where(user_days.c.user_id == bindparam("user_id"), user_days.c.day >= bindparam("first"))
_ACTIVE_DAYS_BEFORE = select(user_days.c.day).where(
    user_days.c.user_id == bindparam("user_id"), user_days.c.day < bindparam("first"), user_days.c.run > 0
)


def load_state(
    conn: Connection,
    user_id: UserId,
    *,
    now: datetime,
    calendar: PlatformCalendar,
    primary_source: str | None,
) -> PlayerActivities:
    """What a player's actor holds of the recent days, and the streak that lies before them."""
    first = window_start(now, calendar)
    window = {"user_id": user_id, "first": first}
    recent = conn.execute(_RECENT, window)
    active_days = conn.execute(_ACTIVE_DAYS_BEFORE, window).scalars()
    days = conn.execute(_DAYS, window)
    return PlayerActivities.load(
        map(read_activity, recent),
        now=now,
        calendar=calendar,
        primary_source=primary_source,
        history=StreakHistory.before(first, active_days),
        accounts={row.day: _day_account(row) for row in days},
    )


def primary_source_of(user_id: ColumnElement[Any]) -> ScalarSelect[Any]:
    """The provider of a player's primary connection."""
    return (
        select(func.max(tracker_connections.c.provider))
        .where(tracker_connections.c.user_id == user_id, tracker_connections.c.is_primary == 1)
        .scalar_subquery()
    )


def connected(conn: Connection, user_id: UserId) -> list[str]:
    """The providers that the player is connected to."""
    mine = tracker_connections.c.user_id == user_id
    return list(conn.execute(select(tracker_connections.c.provider).where(mine)).scalars())


def is_connected(conn: Connection, user_id: UserId, provider: str) -> bool:
    """Whether the player has a connection to that provider."""
    known = select(tracker_connections.c.connection_id).where(
        tracker_connections.c.user_id == user_id, tracker_connections.c.provider == provider
    )
    return conn.execute(known).first() is not None


def settled_names(
    conn: Connection, user_id: UserId, names: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Which of the names (source, external id) are stored already, however long ago."""
    known = set()
    for source, external_id in names:
        found = conn.execute(
            select(activities.c.activity_id).where(
                activities.c.user_id == user_id,
                activities.c.source == source,
                activities.c.external_id == external_id,
            )
        ).first()
        if found is not None:
            known.add((source, external_id))
    return known


def page(
    conn: Connection,
    user_id: UserId,
    *,
    activity_type: ActivityType | None,
    since: datetime | None,
    until: datetime | None,
    before: ActivityId | None,
    offset: int,
    limit: int,
) -> tuple[list[Activity], int]:
    """A page of activities, the latest received first, and how many match."""
    matching = _of(user_id)
    if activity_type is not None:
        matching = matching.where(activities.c.activity_type == activity_type)
    if since is not None:
        matching = matching.where(activities.c.start_time >= since)
    if until is not None:
        matching = matching.where(activities.c.start_time < until)
    total = conn.execute(select(func.count()).select_from(matching.subquery())).scalar_one()
    if before is not None:
        matching = matching.where(activities.c.activity_id < before)
    rows = conn.execute(matching.order_by(activities.c.activity_id.desc()).offset(offset).limit(limit))
    return [read_activity(row) for row in rows], total


class PeriodTotals(msgspec.Struct, frozen=True):
    """Sums over some days."""

    steps: int
    active_minutes: int
    workouts: int
    points_earned: int


def totals(conn: Connection, user_id: UserId, first: date, last: date) -> PeriodTotals:
    """What a player did and earned from `first` to `last`, both included. Points include streak bonuses."""
    row = conn.execute(
        select(
            func.sum(user_days.c.steps),
            func.sum(user_days.c.minutes),
            func.sum(user_days.c.workouts),
            func.sum(user_days.c.award_points + user_days.c.streak_points),
        ).where(user_days.c.user_id == user_id, user_days.c.day >= first, user_days.c.day <= last)
    ).one()
    return PeriodTotals(*(int(value or 0) for value in row))


# --- What units write -------------------------------------------------------------------------------------


def activity_rows(user_id: UserId, written: Iterable[Activity]) -> list[tuple[Table, tuple[Any, ...]]]:
    """Rows of accepted activities, new or in their latest revision."""
    return [
        (
            activities,
            (
                user_id,
                activity.activity_id,
                activity.activity_type,
                activity.day,
                activity.start_time,
                activity.end_time,
                activity.duration_minutes,
                activity.intensity,
                msgspec.json.encode(activity.metrics),
                activity.source,
                activity.external_id,
                activity.device_id,
                activity.duplicate_of,
                ",".join(activity.flags) or None,
                activity.revision,
                activity.received_at,
            ),
        )
        for activity in written
    ]


def as_statements(rows: Iterable[tuple[Table, tuple[Any, ...]]]) -> list[Insert]:
    """Rows as statements, for units in which something else must come first."""
    return [insert(table).values(dict(zip(table.c.keys(), row, strict=True))) for table, row in rows]


def day_rows(user_id: UserId, records: Iterable[DayRecord]) -> list[tuple[Table, tuple[Any, ...]]]:
    """Rows of touched days, as they are now."""
    return [
        (
            user_days,
            (
                user_id,
                record.day,
                record.account.tier_code,
                record.totals.steps,
                record.award.light_minutes,
                record.award.moderate_minutes,
                record.award.vigorous_minutes,
                record.award.minutes,
                record.totals.workouts,
                record.run,
                record.account.activity_points,
                record.account.streak_points,
                record.account.booked,
                record.account.forgiven,
            ),
        )
        for record in records
    ]


def mark_primary(user_id: UserId, provider: str | None, now: datetime) -> list[Update]:
    """Of a player's connections the one to `provider` is the primary one, or none is."""
    mine = tracker_connections.c.user_id == user_id
    is_it = tracker_connections.c.provider == provider
    unmark = update(tracker_connections).where(mine, tracker_connections.c.is_primary == 1)
    mark = update(tracker_connections).where(mine, is_it)
    marks = [] if provider is None else [mark.values(is_primary=True, updated_at=now)]
    return [unmark.values(is_primary=False, updated_at=now), *marks]


def withdraw(user_id: UserId, withdrawn: Iterable[ActivityId]) -> list[Delete]:
    """Activities that their source took back."""
    return [
        delete(activities).where(activities.c.user_id == user_id, activities.c.activity_id == activity_id)
        for activity_id in withdrawn
    ]


def mark_duplicates(user_id: UserId, duplicate_marks: Iterable[DuplicateMark]) -> list[Update]:
    """Activities that became a duplicate, or count again, because of others."""
    return [
        update(activities)
        .where(activities.c.user_id == user_id, activities.c.activity_id == mark.activity_id)
        .values(duplicate_of=mark.duplicate_of)
        for mark in duplicate_marks
    ]


def _of(user_id: UserId) -> Select[Any]:
    return select(activities).where(activities.c.user_id == user_id)


def read_activity(row: Row[Any]) -> Activity:
    """A row of `activities`, typed."""
    return Activity(
        activity_id=ActivityId(row.activity_id),
        activity_type=ActivityType(row.activity_type),
        start_time=row.start_time,
        end_time=row.end_time,
        duration_minutes=row.duration_minutes,
        intensity=Intensity(row.intensity),
        metrics=_METRICS.decode(row.metrics),
        source=row.source,
        external_id=row.external_id,
        device_id=row.device_id,
        day=row.day,
        received_at=row.received_at,
        revision=row.revision,
        duplicate_of=None if row.duplicate_of is None else ActivityId(row.duplicate_of),
        flags=tuple(row.flags.split(",")) if row.flags else (),
    )


def _day_account(row: Row[Any]) -> DayAccount:
    return DayAccount(
        row.award_points, row.streak_points, row.booked_points, row.forgiven_points, row.tier_code
    )

"""A player's activities: one batch is one unit, with a ledger entry for each touched day (SPEC 3)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import UNSET

from actors import user_boards, user_reviews
from actors.runtime import StaleActivation
from fittrack.activities import queries, rules
from fittrack.activities.commands import LogActivities, Push, SetPrimarySource
from fittrack.activities.model import ActivityInput, Unreadable, Withdrawal
from fittrack.activities.outcome import BatchOutcome
from fittrack.activities.processing import BatchItem, Name, PlayerFacts, apply_batch
from fittrack.activities.schemas import LoggedActivities, LoggedItem, PrimarySource
from fittrack.connections import statements as connections
from fittrack.db.handles import Executable
from fittrack.db.journal import Unit, UnitRefused
from fittrack.inbox import notices
from fittrack.inbox.notices import Notice
from fittrack.kit.ids import ActivityId, uuid7
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import Busy, Forbidden, NotFound
from fittrack.kit.standing import AccountStatus, Role
from fittrack.players import shapes
from fittrack.points import ledger
from fittrack.points.booking import Booking
from fittrack.points.ledger import Entry
from protocol.outbound import StreakChanged

if TYPE_CHECKING:
    from actors.user import UserActor

ACTIVITIES = "activities"
"""The kind of unit that logs activities; also what its ledger entries refer to."""


async def change(
    actor: "UserActor", intention: Intention, command: LogActivities | SetPrimarySource
) -> Answer:
    """Do what is intended with activities."""
    match command:
        case LogActivities():
            return await _log(actor, intention, command)
        case SetPrimarySource():
            return await _set_primary_source(actor, intention, command)


async def _log(actor: "UserActor", intention: Intention, command: LogActivities) -> Answer:
    """Take in the batch and book what it comes to."""
    _check_may_earn(actor)
    command = await _without_hearsay(actor, command)
    try:
        return await _log_once(actor, intention, command, ())
    except UnitRefused:
        # A name that is stored, but older than what is held in memory, was sent again with a new start.
        await _restore(actor)
        names = [name for item in command.items if (name := _name(item)) is not None]
        settled = await actor.services.reads.run(queries.settled_names, actor.user_id, names)
        return await _log_once(actor, intention, command, settled)


async def _restore(actor: "UserActor") -> None:
    """The activities in memory are ahead of what is stored: hold that again, or leave memory."""
    try:
        await actor.reload()
    except Busy as busy:
        raise StaleActivation(busy) from busy


async def _without_hearsay(actor: "UserActor", command: LogActivities) -> LogActivities:
    """Without what a client says of a tracker whose provider delivers: it would replace what was measured."""
    by_provider = actor.services.synced_sources
    if command.from_provider or not any(_source(item) in by_provider for item in command.items):
        return command
    if actor.synced_sources is None:
        mine = await actor.services.reads.run(queries.connected, actor.user_id)
        actor.synced_sources = frozenset[str]().union(*(by_provider.get(provider, ()) for provider in mine))
    refused = Unreadable(rules.Refusal.TOLD_BY_TRACKER)
    items = [refused if _source(item) in actor.synced_sources else item for item in command.items]
    return replace(command, items=items)


def _source(item: BatchItem) -> str | None:
    return None if isinstance(item, Unreadable) else item.source


def _check_may_earn(actor: "UserActor") -> None:
    account = actor.existing()
    if account.player.role is Role.ADMIN:
        raise Forbidden("Admins do not earn points.")
    if actor.with_profile().player.status is not AccountStatus.ACTIVE:
        raise Forbidden(f"The account is {account.player.status}.")


def _name(item: object) -> Name | None:
    match item:
        case ActivityInput():
            return item.source, rules.external_id_of(item)
        case Withdrawal(source=source, external_id=external_id):
            return source, external_id
        case _:
            return None


async def _set_primary_source(actor: "UserActor", intention: Intention, command: SetPrimarySource) -> Answer:
    """Let another tracker win overlaps."""
    _check_may_earn(actor)
    source, reads = command.source, actor.services.reads
    if source is not None and not await reads.run(queries.is_connected, actor.user_id, source):
        raise NotFound(f"There is no connection to {source}.")
    outcome = await rank_by(actor, source)
    answer = PrimarySource(source=source, points=outcome.points, balance=outcome.balance)
    unit = actor.unit("primary_source_changed", intention, answer)
    unit.statements = queries.mark_primary(actor.user_id, source, unit.created_at)
    await commit_ranking(actor, unit, outcome, source)
    return Answer(answer)


async def rank_by(actor: "UserActor", source: str | None) -> BatchOutcome:
    """What becomes of the last days when overlaps are decided for the tracker `source`.

    The state in memory is ahead from here on: `commit_ranking` must follow.
    """
    return await _apply(actor, [], primary_source=source)


async def commit_ranking(actor: "UserActor", unit: Unit, outcome: BatchOutcome, source: str | None) -> None:
    """Append `unit`, which makes `source` the primary tracker, with what `rank_by` said of it."""
    try:
        await _commit(actor, unit, outcome)
    except UnitRefused:
        await _restore(actor)
        raise
    actor.account = replace(actor.existing(), primary_source=source)


async def _log_once(
    actor: "UserActor", intention: Intention, command: LogActivities, settled: Collection[Name]
) -> Answer:
    primary_source = actor.existing().primary_source
    outcome = await _apply(actor, command.items, primary_source=primary_source, settled=settled)
    answer = _answer(outcome, command.push)
    unit = actor.unit(ACTIVITIES, intention, answer)
    if command.push is not None:
        unit.statements = [connections.pushed(actor.user_id, command.push, unit.created_at)]
    await _commit(actor, unit, outcome)
    return Answer(answer)


async def _apply(
    actor: "UserActor",
    items: Sequence[BatchItem],
    *,
    primary_source: str | None,
    settled: Collection[Name] = (),
) -> BatchOutcome:
    seen = await user_reviews.watch(actor)
    born = actor.existing().player.date_of_birth
    return apply_batch(
        actor.activities,
        items,
        now=actor.services.clock.now(),
        facts=PlayerFacts(born, seen.tier_code, primary_source, seen.stats, seen.reviewed),
        balance=actor.ledger.balance,
        new_id=lambda: ActivityId(uuid7()),
        settled_names=settled,
    )


async def _commit(actor: "UserActor", unit: Unit, outcome: BatchOutcome) -> None:
    """Write what came of a batch with `unit`, and tell of it."""
    entries = _fill(actor, unit, outcome)
    used = [activity.device_id for activity in (*outcome.added, *outcome.revised)]
    user_reviews.note_devices(actor, unit, used)
    looked_at = user_reviews.open_reviews(actor, unit, outcome.reviews)
    delivered = actor.notify(unit, [*_streak_notices(outcome), *looked_at])
    try:
        await actor.append(unit)
    except Busy as busy:
        # The activities in memory are ahead of what is stored.
        raise StaleActivation(busy) from busy
    user_reviews.opened(actor, outcome.reviews)
    actor.activities_changed()
    actor.booked(entries)
    actor.delivered(delivered)
    if not entries:
        _tell_progress(actor)
    await user_boards.earned(actor, entries, outcome.days)


def _answer(outcome: BatchOutcome, push: Push | None) -> LoggedActivities:
    return LoggedActivities(
        activities=[
            LoggedItem(
                status=item.status.value,
                points_earned=item.points,
                activity_id=item.activity_id,
                code=item.code,
                flags=list(item.flags),
            )
            for item in outcome.items
        ],
        points_earned=outcome.points,
        balance=outcome.balance,
        today=shapes.today(outcome.today),
        streak=shapes.streak(outcome.streak),
        anchor=UNSET if push is None or push.anchor is None else push.anchor,
    )


def _fill(actor: "UserActor", unit: Unit, outcome: BatchOutcome) -> list[Entry]:
    """Everything the batch changes, and the ledger entries it comes to."""
    user_id = actor.user_id
    head, entries = actor.ledger, []
    for booking in outcome.bookings:
        entry = _entry(head, actor, unit, booking)
        head = entry.head
        entries.append(entry)
    added = queries.activity_rows(user_id, outcome.added)
    withdrawn = queries.withdraw(user_id, outcome.withdrawn)
    statements: list[Executable] = [*unit.statements, *withdrawn]
    if withdrawn:  # a name that was withdrawn may have been sent again: it must be gone first
        statements += queries.as_statements(added)
        added = []
    statements += queries.mark_duplicates(user_id, outcome.duplicate_marks)
    unit.inserts = [*unit.inserts, *added, *(entry.row for entry in entries)]
    unit.upserts = [
        *unit.upserts,
        *queries.activity_rows(user_id, outcome.revised),
        *queries.day_rows(user_id, outcome.days),
    ]
    unit.statements = statements
    return entries


def _entry(head: ledger.LedgerHead, actor: "UserActor", unit: Unit, booking: Booking) -> Entry:
    return ledger.append(
        head,
        user_id=actor.user_id,
        transaction_id=uuid7(),
        transaction_type=booking.transaction_type.value,
        amount=booking.amount,
        reference_type=ACTIVITIES,
        reference_id=booking.day.isoformat(),
        description=booking.description,
        created_at=unit.created_at,
        day=booking.day,
        tier_code=booking.tier_code,
    )


def _streak_notices(outcome: BatchOutcome) -> list[Notice]:
    runs = {record.day: record.run for record in outcome.days}
    return [
        notices.streak_bonus(runs[booking.day], booking.streak_points)
        for booking in outcome.bookings
        if booking.streak_points > 0
    ]


def _tell_progress(actor: "UserActor") -> None:
    progress = actor.progress()
    event = StreakChanged(streak=progress.streak, today=progress.today)
    actor.services.outlet.note(actor.topic, actor.user_id, event)

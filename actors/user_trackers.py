"""A player's trackers: which are connected, and what is told of them (SPEC 7)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from actors import user_activities
from fittrack.connections import queries, schemas, statements
from fittrack.connections.commands import ConnectTracker, DisconnectTracker, News, TellOfTracker
from fittrack.connections.problems import TrackerTaken
from fittrack.connections.queries import StoredConnection
from fittrack.connections.rules import SyncStatus
from fittrack.connections.views import shown
from fittrack.db.journal import Unit, UnitRefused
from fittrack.inbox import notices
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import Forbidden, NotFound
from fittrack.kit.standing import Role

if TYPE_CHECKING:
    from actors.user import UserActor


async def change(actor: "UserActor", intention: Intention) -> Answer:
    """Do what is intended with the player's trackers."""
    match intention.command:
        case ConnectTracker() as command:
            return await _connect(actor, intention, command)
        case DisconnectTracker() as command:
            return await _disconnect(actor, intention, command)
        case TellOfTracker() as command:
            return await _tell(actor, intention, command)
        case command:
            raise AssertionError(f"no player understands {command!r}")


async def _connect(actor: "UserActor", intention: Intention, command: ConnectTracker) -> Answer:
    """Connect a tracker. The first one becomes the primary one, which changes nothing yet."""
    account = actor.with_profile()
    if account.player.role is Role.ADMIN:
        raise Forbidden("Admins do not earn points.")
    now = actor.services.clock.now()
    former = await actor.services.reads.run(queries.find, actor.user_id, command.names)
    same = former is not None and former.account_key == command.account_key
    if former is not None and same and _goes_on(former, command):
        return Answer(shown(former, command.service))
    primary = account.primary_source
    is_primary = primary is None or primary in command.names
    connection = StoredConnection(
        connection_id=command.connection_id,
        user_id=actor.user_id,
        provider=command.provider,
        is_primary=is_primary,
        sync_status=(SyncStatus.IDLE if command.next_due_at is None else SyncStatus.PENDING).value,
        sync_error=None,
        sync_cursor=None,
        last_sync_at=None,
        next_due_at=command.next_due_at,
        created_at=now,
    )
    answer = shown(connection, command.service)
    unit = actor.unit("tracker_connected", intention, answer)
    connect = statements.connect_again if same else statements.connect
    unit.statements = connect(actor.user_id, command, is_primary=is_primary, now=now)
    try:
        await _commit(actor, unit, command.provider if is_primary else primary)
    except UnitRefused as refused:  # somebody else's connection to the same account was first
        raise TrackerTaken from refused
    return Answer(answer)


def _goes_on(former: StoredConnection, command: ConnectTracker) -> bool:
    """What reports by itself is connected already: where it goes on is not forgotten."""
    return command.next_due_at is None and former.sync_status != SyncStatus.RECONNECT


async def _disconnect(actor: "UserActor", intention: Intention, command: DisconnectTracker) -> Answer:
    """End the connection. Activities stay; without it, other trackers rank as they come."""
    account = actor.with_profile()
    connection = await _find(actor, command.names)
    answer = schemas.Disconnected(provider=connection.provider)
    unit = actor.unit("tracker_disconnected", intention, answer)
    unit.statements = statements.disconnect(actor.user_id, connection.connection_id, unit.created_at)
    await _commit(actor, unit, None if connection.is_primary else account.primary_source)
    return Answer(answer)


async def _commit(actor: "UserActor", unit: Unit, source: str | None) -> None:
    """Append `unit`, after which `source` is the primary tracker, and book what that changes."""
    outcome = await user_activities.rank_by(actor, source)
    await user_activities.commit_ranking(actor, unit, outcome, source)
    actor.synced_sources = None  # others may be connected now


async def _tell(actor: "UserActor", intention: Intention, command: TellOfTracker) -> Answer:
    """Put news of a connection into the inbox."""
    actor.existing()
    answer = schemas.Told(provider=command.provider)
    connection = await actor.services.reads.run(queries.find, actor.user_id, [command.provider])
    if connection is None or connection.connection_id != command.connection_id:
        return Answer(answer)
    match command.news:
        case News.FIRST_SYNC:
            notice = notices.tracker_synced(command.title, command.activities)
        case News.CONSENT_GONE:
            notice = notices.tracker_lost(command.title)
    unit = actor.unit("tracker_news", intention, answer)
    delivered = actor.notify(unit, [notice])
    await actor.append(unit)
    actor.delivered(delivered)
    return Answer(answer)


async def _find(actor: "UserActor", names: Sequence[str]) -> StoredConnection:
    connection = await actor.services.reads.run(queries.find, actor.user_id, names)
    if connection is None:
        raise NotFound("This tracker is not connected.")
    return connection

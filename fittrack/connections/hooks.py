"""What follows from what providers send by themselves."""

from collections.abc import Sequence
from typing import assert_never

import structlog

from fittrack.connections import joining, queries, rules, sync_queries, taking
from fittrack.connections.commands import News
from fittrack.connections.problems import InvalidState, TrackerTaken
from fittrack.connections.queries import StoredConnection
from fittrack.connections.rules import SyncStatus
from fittrack.connections.services import ConnectionServices
from fittrack.integrations.trackers.provider import (
    Authorized,
    Changed,
    Deauthorized,
    HookEvent,
    Provider,
    Pushed,
    Tracked,
    Verified,
)
from fittrack.kit.problems import Forbidden, NotFound, Problem, ProfileIncomplete

log = structlog.get_logger(__name__)


async def take_in(services: ConnectionServices, provider: Provider, events: Sequence[HookEvent]) -> int:
    """Do what each event calls for; returns how many there were.

    Raises what can be retried, so that the provider sends it again; what concerns nobody here is passed over.
    """
    changed: list[bytes] = []
    for event in events:
        match event:
            case Verified():
                pass
            case Changed(account):
                changed.append(rules.account_key(provider.service, account))
            case Pushed():
                await _take_in_push(services, provider, event)
            case Authorized(account, reference):
                await _connect(services, provider, account, reference)
            case Deauthorized(account):
                await _lose_consent(services, provider, account)
            case _:
                assert_never(event)
    if changed:
        await services.journal.transact(sync_queries.ask_for_sync_of, changed, services.clock.now())
        services.sync_due()
    return len(events)


async def _connect(services: ConnectionServices, provider: Provider, account: str, reference: str) -> None:
    try:
        await joining.connect_aggregated(services, provider, account, reference)
    except (InvalidState, TrackerTaken, Forbidden, ProfileIncomplete, NotFound) as refusal:
        # Told again it would be refused again.
        log.warning("hook.not_connected", provider=provider.name, code=refusal.code)


async def _lose_consent(services: ConnectionServices, provider: Provider, account: str) -> None:
    connection = await _holder(services, provider, account)
    if connection is None:
        return
    sentence = f"{provider.title} no longer sends your activities"
    await taking.tell(services, connection, provider, News.CONSENT_GONE)
    await services.journal.transact(
        sync_queries.lose_consent, connection.connection_id, sentence, services.clock.now()
    )


async def _holder(services: ConnectionServices, provider: Provider, account: str) -> StoredConnection | None:
    """The connection of an account that still consents."""
    connection = await services.reads.run(
        queries.find_by_account, rules.account_key(provider.service, account)
    )
    if connection is None or connection.sync_status == SyncStatus.RECONNECT:
        log.info("hook.nobody", provider=provider.name)
        return None
    return connection


async def _take_in_push(services: ConnectionServices, provider: Provider, push: Pushed) -> None:
    connection = await _holder(services, provider, push.account)
    if connection is None:
        return
    if push.unreadable:
        log.warning("hook.unreadable_items", provider=provider.name, items=push.unreadable)
    items = [
        rules.activity_of(item) if isinstance(item, Tracked) else rules.withdrawal_of(item)
        for item in push.items
    ]
    try:
        await taking.take_in(services, connection, items)
    except Problem as problem:
        if problem.retryable:
            raise
        log.info("hook.not_taken", provider=provider.name, code=problem.code)
        return
    await services.journal.transact(sync_queries.note_push, connection.connection_id, services.clock.now())

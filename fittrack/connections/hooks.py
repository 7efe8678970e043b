"""What follows from what providers send by themselves."""

from collections.abc import Sequence
from typing import assert_never

import structlog

from fittrack.activities.commands import LogActivities
from fittrack.connections import joining, queries, rules
from fittrack.connections.problems import InvalidState, TrackerTaken
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
from fittrack.kit.intention import Intention
from fittrack.kit.problems import Forbidden, NotFound, Problem, ProfileIncomplete
from fittrack.server.asking import USER
from protocol.limits import ACTIVITIES_PER_COMMAND_MAX

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
                key = rules.account_key(provider.service, account)
                sentence = f"{provider.title} no longer sends your activities"
                await services.journal.transact(queries.lose_consent, key, sentence, services.clock.now())
            case _:
                assert_never(event)
    if changed:
        await services.journal.transact(queries.ask_for_sync_of, changed, services.clock.now())
        services.sync_due()
    return len(events)


async def _connect(services: ConnectionServices, provider: Provider, account: str, reference: str) -> None:
    try:
        await joining.connect_aggregated(services, provider, account, reference)
    except (InvalidState, TrackerTaken, Forbidden, ProfileIncomplete, NotFound) as refusal:
        # Told again it would be refused again.
        log.warning("hook.not_connected", provider=provider.name, code=refusal.code)


async def _take_in_push(services: ConnectionServices, provider: Provider, push: Pushed) -> None:
    key = rules.account_key(provider.service, push.account)
    known = await services.reads.run(queries.find_by_account, key)
    if known is None:
        log.info("hook.nobody", provider=provider.name)
        return
    items = [
        rules.activity_of(item) if isinstance(item, Tracked) else rules.withdrawal_of(item)
        for item in push.items
    ]
    player = services.registry.ref(USER, known.user_id)
    try:
        for start in range(0, len(items), ACTIVITIES_PER_COMMAND_MAX):
            await player.ask(Intention(LogActivities(items[start : start + ACTIVITIES_PER_COMMAND_MAX])))
    except Problem as problem:
        if problem.retryable:
            raise
        log.info("hook.not_taken", provider=provider.name, code=problem.code)
        return
    await services.journal.transact(queries.note_push, known.connection_id, services.clock.now())

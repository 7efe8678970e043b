"""Syncs connections that are due, and tells providers of those that ended (SPEC 7)."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from fittrack.connections import revocation_queries, sync_queries, tokens
from fittrack.connections.revocation_queries import Revocation
from fittrack.connections.services import ConnectionServices
from fittrack.connections.sync_queries import Claim, Wanted
from fittrack.connections.syncing import LEASE, Syncs
from fittrack.integrations.trackers.trouble import ConsentGone, TrackerTrouble
from fittrack.kit.ids import uuid7
from fittrack.kit.sealing import SealBroken

SWEEP_EVERY_S: Final = 5.0
"""How soon a connection that fell due is found; what is wanted at once pokes."""

AT_ONCE: Final = 32
"""Syncs of one service that run side by side on a node: with three requests of 50 ms each some 200 a second,
and 10,000 connections need 11. A service that hangs keeps these, and no other's."""

REVOKE_EVERY_S: Final = 30.0
REVOCATIONS_PER_ROUND: Final = 20
REVOCATION_LEASE: Final = timedelta(minutes=5)
REVOCATION_RETRY: Final = timedelta(minutes=5)
REVOCATION_GIVEN_UP: Final = timedelta(days=7)
"""After that tokens are forgotten unrevoked: unused, they end at the provider by themselves."""

log = structlog.get_logger(__name__)


class ServiceSyncs:
    """Syncs the connections of one service, some at a time."""

    def __init__(self, services: ConnectionServices, names: Sequence[str]) -> None:
        self._services = services
        self._names = names
        self._syncs = Syncs(services)
        self._running: set[asyncio.Task[None]] = set()

    async def sync_due(self) -> None:
        """Begin to sync everything that is due; returns when nothing more waits for room.

        A slow one does not hold up the rest: it goes on beside the next round.
        """
        while claims := await self._claim(AT_ONCE - len(self._running)):
            for claim in claims:
                task = asyncio.get_running_loop().create_task(self._syncs.sync(claim))
                self._running.add(task)
                task.add_done_callback(self._done)
            while len(self._running) >= AT_ONCE:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def settled(self) -> None:
        """Wait until nothing is being synced."""
        while self._running:
            await asyncio.wait(self._running)

    async def stop(self) -> None:
        """Break off what is being synced; another node, or the next start, goes on when claims run out."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _claim(self, room: int) -> list[Claim]:
        if room <= 0:
            return []
        now = self._services.clock.now()
        wanted = Wanted(self._names, uuid7(), now, now + LEASE, room)
        return await self._services.journal.transact(sync_queries.claim_due, wanted)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("tracker.sync_crashed", exc_info=error)


async def revoke_due(services: ConnectionServices) -> None:
    """Tell providers of connections that ended."""
    now = services.clock.now()
    due = await services.journal.transact(
        revocation_queries.claim_revocations, now, now + REVOCATION_LEASE, REVOCATIONS_PER_ROUND
    )
    for revocation in due:
        await _revoke(services, revocation)


async def _revoke(services: ConnectionServices, revocation: Revocation) -> None:
    now = services.clock.now()
    try:
        await _tell(services, revocation)
    except TrackerTrouble as trouble:
        if now < revocation.created_at + REVOCATION_GIVEN_UP:
            at = now + max(REVOCATION_RETRY, timedelta(seconds=trouble.after_s or 0))
            await services.journal.transact(
                revocation_queries.postpone_revocation, revocation.connection_id, at
            )
            return
        log.warning("tracker.not_revoked", provider=revocation.provider, reason=trouble.sentence)
    except SealBroken:
        log.exception("tracker.not_revoked", provider=revocation.provider)
    await services.journal.transact(revocation_queries.forget_revocation, revocation.connection_id)


async def _tell(services: ConnectionServices, revocation: Revocation) -> None:
    provider = services.catalogue.find(revocation.provider)
    if provider is None or provider.oauth is None:
        raise TrackerTrouble("The provider is not configured any more")
    connection_id = revocation.connection_id
    token = tokens.open_refresh(
        services.sealer, connection_id, revocation.sealed_refresh
    ) or tokens.open_access(services.sealer, connection_id, revocation.sealed_access)
    if token is None:
        return
    try:
        await provider.oauth.revoke(token)
    except ConsentGone:
        return  # it has ended already

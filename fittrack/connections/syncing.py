"""One sync of one connection: a good token, what is new, the player's actor, and how it ended (SPEC 7).

Whoever syncs holds the connection's claim: tokens are refreshed, and the outcome is written, only while it
holds. What the player's actor takes in is known by name and content, so a sync that is done twice changes
nothing.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from fittrack.activities.outcome import ItemStatus
from fittrack.activities.rules import Refusal
from fittrack.connections import rules, sync_queries, tokens
from fittrack.connections.commands import News
from fittrack.connections.rules import SyncStatus, Told
from fittrack.connections.services import ConnectionServices
from fittrack.connections.sync_queries import Claim, NewTokens, SyncEnd
from fittrack.connections.taking import take_in, tell
from fittrack.integrations.trackers.provider import Fetched, Provider, Quota, Window
from fittrack.integrations.trackers.trouble import ConsentGone, TokenRefused, TrackerTrouble
from fittrack.kit import jitter
from fittrack.kit.problems import Problem
from fittrack.kit.sealing import SealBroken

LEASE: Final = timedelta(minutes=3)
"""How long a claim holds: twice as long as a sync at most. After a crash another node goes on then."""

SENTENCE_LENGTH_MAX: Final = 300

_TOLD_AGAIN: Final = frozenset({Refusal.IN_FUTURE, Refusal.DAY_FULL, Refusal.LONGER_THAN_INTERVAL})
"""Refusals that may not last: a clock that is ahead, a day that makes room."""

log = structlog.get_logger(__name__)


class ClaimLost(Exception):  # noqa: N818 - says what happened
    """Somebody else syncs the connection, or it is gone: nothing more is ours to do."""


class Syncs:
    """Syncs connections that were claimed."""

    def __init__(self, services: ConnectionServices) -> None:
        self._services = services

    async def sync(self, claim: Claim) -> None:
        """Sync, and write how it ended. Raises nothing but cancellation."""
        services = self._services
        began = services.clock.monotonic()
        try:
            end = await self._outcome(claim)
        except ClaimLost:
            log.info("tracker.claim_lost", connection_id=str(claim.connection_id))
            return
        services.syncs.ended(claim.provider, end.status, services.clock.monotonic() - began)
        await self._write(claim, end)

    async def _outcome(self, claim: Claim) -> SyncEnd:
        provider = self._services.catalogue.find(claim.provider)
        try:
            async with asyncio.timeout(self._services.sync_within_s):
                return await self._sync(claim, provider)
        except ConsentGone as gone:
            if provider is not None:
                await tell(self._services, claim, provider, News.CONSENT_GONE)
            return SyncEnd(SyncStatus.RECONNECT, None, gone.sentence[:SENTENCE_LENGTH_MAX])
        except TrackerTrouble as trouble:
            end = self._later(claim, trouble.sentence, trouble.after_s)
            return end._replace(not_before=rules.not_before(self._services.clock.now(), trouble.after_s))
        except TimeoutError:
            return self._later(claim, "The provider is too slow at the moment")
        except SealBroken:
            log.exception("tracker.unreadable_tokens", connection_id=str(claim.connection_id))
            return self._later(claim, "Something is wrong on our side")
        except Problem as problem:
            after_s = None if problem.after_ms is None else problem.after_ms / 1000
            return self._later(claim, problem.detail, after_s)
        except ClaimLost:
            raise
        except Exception:  # one bad account never holds up the others
            log.exception("tracker.sync_failed", connection_id=str(claim.connection_id))
            return self._later(claim, "Something went wrong on our side")

    async def _sync(self, claim: Claim, provider: Provider | None) -> SyncEnd:
        if provider is None or provider.reader is None:
            raise TrackerTrouble("Syncing with this provider is switched off here")
        services = self._services
        cursor = rules.read_cursor(claim.sync_cursor)
        first, quota = claim.last_sync_at is None, services.quota(claim.connection_id)
        window = rules.window_of(cursor, services.clock.now(), services.calendar, first=first)
        fetched = await self._fetch(claim, provider, window, quota)
        new = rules.diff(cursor, fetched, window, services.calendar)
        stored, told = await self._log(claim, new.items)
        now = services.clock.now()
        next_due, not_before = rules.next_sync(now, jitter.draw()), rules.not_before(now, quota.pause_s)
        end = SyncEnd(
            SyncStatus.IDLE,
            max(next_due, not_before or next_due),
            not_before=not_before,
            error=None if fetched.whole else f"Some of what {provider.title} told could not be read",
            cursor=rules.stored(rules.without(new.cursor, told)),
        )
        if first:
            await tell(services, claim, provider, News.FIRST_SYNC, activities=stored)
        return end

    # --- Tokens -------------------------------------------------------------------------------------------

    async def _fetch(self, claim: Claim, provider: Provider, window: Window, quota: Quota) -> Fetched:
        """Everything in the window, with a token that is refreshed when it must be."""
        assert provider.reader is not None, "it was looked at"
        services = self._services
        access = tokens.open_access(services.sealer, claim.connection_id, claim.sealed_access)
        if access is None or rules.refresh_is_due(claim.token_expires_at, services.clock.now()):
            access = await self._refresh(claim, provider)
            return await self._read_or_lose(provider, access, window, quota)
        try:
            return await provider.reader.fetch(access, window, quota=quota)
        except TokenRefused:  # it ended before its time: clocks differ, or it was revoked
            access = await self._refresh(claim, provider)
            return await self._read_or_lose(provider, access, window, quota)

    async def _read_or_lose(self, provider: Provider, access: str, window: Window, quota: Quota) -> Fetched:
        assert provider.reader is not None, "it was looked at"
        try:
            return await provider.reader.fetch(access, window, quota=quota)
        except TokenRefused as refused:  # a fresh one
            raise ConsentGone(f"{provider.title} no longer lets us read your activities") from refused

    async def _refresh(self, claim: Claim, provider: Provider) -> str:
        """Newer tokens, kept before they are used: a rotated one works once."""
        services = self._services
        now = services.clock.now()
        if now + timedelta(seconds=services.sync_within_s / 2) >= claim.until:
            raise ClaimLost
        refresh = tokens.open_refresh(services.sealer, claim.connection_id, claim.sealed_refresh)
        if refresh is None or provider.oauth is None:
            raise ConsentGone(f"{provider.title} must be connected again")
        grant = await provider.oauth.refresh(refresh)
        sealed = tokens.seal(services.sealer, claim.connection_id, grant.access_token, grant.refresh_token)
        new = NewTokens(sealed.access, sealed.refresh, rules.token_ends(now, grant.expires_in_s))
        if not await services.journal.transact(sync_queries.keep_tokens, claim, new, now):
            raise ClaimLost
        return grant.access_token

    # --- The player ---------------------------------------------------------------------------------------

    async def _log(self, claim: Claim, items: Sequence[Told]) -> tuple[int, list[Told]]:
        """Have the player's actor take in what is new; how many it took, and what is to be told again."""
        taken = await take_in(self._services, claim, items)
        stored = sum(outcome.status == ItemStatus.ACCEPTED.value for _, outcome in taken)
        return stored, [item for item, outcome in taken if outcome.code in _TOLD_AGAIN]

    # --- The end ------------------------------------------------------------------------------------------

    def _later(self, claim: Claim, sentence: str, after_s: float | None = None) -> SyncEnd:
        at = rules.retry_at(self._services.clock.now(), claim.sync_failures, jitter.draw(), after_s)
        return SyncEnd(SyncStatus.DELAYED, at, sentence[:SENTENCE_LENGTH_MAX])

    async def _write(self, claim: Claim, end: SyncEnd) -> None:
        now = self._services.clock.now()
        try:
            await self._services.journal.transact(sync_queries.end_sync, claim, end, now)
        except Problem as problem:  # the claim runs out, and another sync finds nothing new
            log.warning("tracker.end_lost", connection_id=str(claim.connection_id), code=problem.code)
        log.info(
            "tracker.synced",
            provider=claim.provider,
            connection_id=str(claim.connection_id),
            status=end.status.value,
            error=end.error,
        )

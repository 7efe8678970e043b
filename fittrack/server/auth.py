"""From a bearer token to a principal: verified once, remembered until it ends or something changes.

Verifying a JWT costs about 50 µs and reading the standing a query, so a verified token is remembered
(bounded, least recently used goes first) and found again by one look-up. Role, status, profile and the check
of a second factor are never taken from the token: whoever changes them, or ends a session, calls `forget`
or `revoke`.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from fittrack.kit.clock import Clock
from fittrack.kit.ids import SessionId, UserId
from fittrack.kit.problems import Busy, Unauthenticated
from fittrack.kit.standing import AccountStatus
from fittrack.server.principal import Principal, Standing
from fittrack.server.tokens import AccessTokens, Claims

REMEMBERED_TOKENS_MAX: Final = 50_000
"""Verified tokens kept: every connected player and many more; about 1.5 KB each."""

_READS_MAX: Final = 3
"""Times a standing is read anew because it changed under the reading; nobody's changes that often."""

LoadStanding = Callable[[SessionId], Awaitable[Standing | None]]
"""Port: the holder of a live session, or none when it ended or the account may not sign in."""


class Authenticator:
    """Knows who the bearers of access tokens are."""

    def __init__(
        self,
        tokens: AccessTokens,
        load_standing: LoadStanding,
        clock: Clock,
        *,
        capacity: int = REMEMBERED_TOKENS_MAX,
    ) -> None:
        self._tokens = tokens
        self._load_standing = load_standing
        self._clock = clock
        self._capacity = capacity
        # With the end of the token on the monotonic clock, which is read in a twentieth of the time.
        self._remembered: OrderedDict[str, tuple[Principal, float]] = OrderedDict()
        self._tokens_of: dict[UUID, set[str]] = {}  # by session and by user
        self._epoch = 0
        # Changes and ends that tokens older than them may not have seen, oldest first: what has lived
        # as long as a token does concerns none any more.
        self._changed: OrderedDict[UUID, tuple[int, datetime]] = OrderedDict()
        self._ended: OrderedDict[UUID, tuple[int, datetime]] = OrderedDict()

    def recall(self, token: str) -> Principal | None:
        """The bearer of `token`, if it was verified before and still stands."""
        remembered = self._remembered.get(token)
        if remembered is None:
            return None
        principal, ends_at = remembered
        if self._clock.monotonic() >= ends_at:
            self._drop(token)
            return None
        self._remembered.move_to_end(token)
        return principal

    async def authenticate(self, token: str) -> Principal:
        """The bearer of `token`. Raises `Unauthenticated`, or `Busy` when nobody can tell at the moment."""
        principal = self.recall(token)
        if principal is None:
            principal = await self._verify(token)
            self._remember(token, principal)
        return principal

    def forget(self, subject: UserId | SessionId) -> None:
        """Read the standing anew: the role, status or profile of a user (or one session's) changed."""
        self._note(self._changed, subject)
        for token in tuple(self._tokens_of.get(subject, ())):
            self._drop(token)

    def revoke(self, subject: UserId | SessionId) -> None:
        """A session, or every session that a user has now, ended."""
        self.forget(subject)
        self._note(self._ended, subject)

    def revoked(self, principal: Principal) -> bool:
        """Whether the principal's session ended after it was authenticated."""
        return self._since(self._ended, principal, principal.epoch)

    async def renewed(self, principal: Principal) -> Principal:
        """The same session as its account stands now. Raises what `authenticate` raises."""
        claims = Claims(
            user_id=principal.user_id, session_id=principal.session_id, expires_at=principal.expires_at
        )
        return await self._stand(claims)

    async def _verify(self, token: str) -> Principal:
        return await self._stand(self._tokens.verify(token))

    async def _stand(self, claims: Claims) -> Principal:
        for _ in range(_READS_MAX):
            epoch = self._epoch
            principal = _principal(claims, await self._load_standing(claims.session_id), epoch)
            if not self._since(self._changed, principal, epoch):
                return principal
        raise Busy("The account is changing at the moment")

    def _remember(self, token: str, principal: Principal) -> None:
        left = (principal.expires_at - self._clock.now()).total_seconds()
        self._remembered[token] = (principal, self._clock.monotonic() + left)
        for subject in (principal.user_id, principal.session_id):
            self._tokens_of.setdefault(subject, set()).add(token)
        if len(self._remembered) > self._capacity:
            self._drop(next(iter(self._remembered)))

    def _drop(self, token: str) -> None:
        principal, _ = self._remembered.pop(token)
        for subject in (principal.user_id, principal.session_id):
            tokens = self._tokens_of[subject]
            tokens.discard(token)
            if not tokens:
                del self._tokens_of[subject]

    def _note(self, changes: OrderedDict[UUID, tuple[int, datetime]], subject: UUID) -> None:
        self._epoch += 1
        now = self._clock.now()
        changes[subject] = (self._epoch, now + self._tokens.lifetime)
        changes.move_to_end(subject)
        while changes and next(iter(changes.values()))[1] <= now:
            changes.popitem(last=False)

    @staticmethod
    def _since(changes: OrderedDict[UUID, tuple[int, datetime]], principal: Principal, epoch: int) -> bool:
        if not changes:
            return False
        nothing = (0, None)
        return (
            changes.get(principal.session_id, nothing)[0] > epoch
            or changes.get(principal.user_id, nothing)[0] > epoch
        )


def _principal(claims: Claims, standing: Standing | None, epoch: int) -> Principal:
    if standing is None or standing.user_id != claims.user_id:
        raise Unauthenticated("The session has ended")
    if standing.status not in {AccountStatus.PENDING, AccountStatus.ACTIVE}:
        raise Unauthenticated("The account cannot sign in")
    return Principal(
        user_id=standing.user_id,
        session_id=claims.session_id,
        role=standing.role,
        status=standing.status,
        profile_complete=standing.profile_complete,
        expires_at=claims.expires_at,
        mfa_checked_at=standing.mfa_checked_at,
        epoch=epoch,
    )

"""Requests to providers' APIs: bounded answers, honoured quotas, and every failure a `TrackerTrouble`."""

import math
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Final, TypeVar

import aiohttp
import msgspec

from fittrack.integrations.answers import AnswerTooLarge, read_at_most
from fittrack.integrations.trackers.provider import Quota
from fittrack.integrations.trackers.trouble import ConsentGone, Throttled, TokenRefused, TrackerTrouble
from fittrack.kit.clock import Clock
from fittrack.server.windows import Windows

T = TypeVar("T")

CONNECT_WITHIN_S: Final = 5.0
"""A provider that takes longer to reach is away."""

ANSWER_BYTES_MAX: Final = 2 * 1024 * 1024
"""A page of 25 exercises with their splits has some 200 KiB."""

RETRY_AFTER_MAX_S: Final = 24 * 3600.0
"""A longer pause than a day is a mistake of somebody's."""

WINDOWS: Final = "tracker"
"""The table of windows that counts our own requests."""

_INSUFFICIENT_SCOPE: Final = 'error="insufficient_scope"'
"""As RFC 6750, 3.1, says it."""

_LIMIT_REACHED: Final = "The provider's limit of requests is reached"
_REMAINING: Final = ("RateLimit-Remaining", "X-RateLimit-Remaining", "Fitbit-Rate-Limit-Remaining")
_RESET: Final = ("RateLimit-Reset", "X-RateLimit-Reset", "Fitbit-Rate-Limit-Reset")
_UNIX_TIMES_FROM: Final = 1_000_000_000
"""A reset this large is an instant, not a number of seconds."""


class AccountQuota:
    """What one account may still ask for, by our own count and by the provider's word (`provider.Quota`)."""

    def __init__(self, windows: Windows, clock: Clock, key: Hashable, per_minute: int) -> None:
        self._windows = windows
        self._clock = clock
        self._key = key
        self._per_minute = per_minute
        self.pause_s: float | None = None
        """See `Quota`."""

    async def spend(self) -> None:
        """See `Quota`."""
        if self.pause_s is not None:
            raise Throttled(_LIMIT_REACHED, after_s=self.pause_s)
        verdict = await self._windows.hit(WINDOWS, self._key, self._per_minute)
        if not verdict.allowed:
            raise Throttled(_LIMIT_REACHED, after_s=verdict.reset_s)

    def note(self, headers: Mapping[str, str]) -> None:
        """See `Quota`."""
        if _number(headers, _REMAINING) == 0:
            self.pause_s = _seconds(_number(headers, _RESET) or 60.0, self._clock.now())


class Denial(Enum):
    """What a provider means by 403."""

    CONSENT = auto()
    """The person's consent does not cover what we ask for, or is gone."""
    QUOTA = auto()
    """Too many requests."""
    OTHER = auto()
    """It is about us, not about the person: nothing that they could mend."""


def plain_denial(text: bytes) -> Denial:
    """For a provider that says nothing in its answer's body."""
    del text
    return Denial.OTHER


class Caller:
    """Asks one provider, through a session that belongs to whoever made it.

    Who does not answer within `within_s` is asked again later. `denial_of` reads the body of a 403.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        clock: Clock,
        title: str,
        *,
        within_s: float,
        denial_of: Callable[[bytes], Denial] = plain_denial,
    ) -> None:
        self._session = session
        self._clock = clock
        self._title = title
        self._timeout = aiohttp.ClientTimeout(total=within_s, connect=min(within_s, CONNECT_WITHIN_S))
        self._denial_of = denial_of

    async def ask(
        self, method: str, url: str, token: str, quota: Quota, body: object = None, **params: str
    ) -> bytes:
        """What is answered to who shows `token`; whoever asked knows its shape (`read`)."""
        await quota.spend()
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        data = None
        if body is not None:
            data, headers["Content-Type"] = msgspec.json.encode(body), "application/json"
        status, answered, text = await self.send(method, url, headers, data, params)
        quota.note(answered)
        if status != 200:
            raise self.trouble(status, answered, text)
        return text

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: bytes | None,
        params: Mapping[str, str] | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body, whatever the status."""
        try:
            async with self._session.request(
                method,
                url,
                headers=headers,
                data=data,
                params=params or None,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                return (
                    response.status,
                    response.headers,
                    await read_at_most(response.content, ANSWER_BYTES_MAX),
                )
        except (aiohttp.ClientError, TimeoutError, OSError, AnswerTooLarge) as error:
            raise TrackerTrouble(f"{self._title} does not answer") from error

    def read(self, text: bytes, shape: type[T]) -> T:
        """`text`, a JSON document, as a `shape`; numbers may be written as texts. Raises `TrackerTrouble`."""
        try:
            return msgspec.json.decode(text, type=shape, strict=False)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self.unintelligible() from error

    def unintelligible(self) -> TrackerTrouble:
        """For answers that are not what they should be."""
        return TrackerTrouble(f"{self._title} answered something that cannot be read")

    def trouble(self, status: int, headers: Mapping[str, str], text: bytes) -> TrackerTrouble:
        """What a status other than success means."""
        after_s = retry_after_s(headers, self._clock.now())
        match status:
            case 401:
                return TokenRefused(f"{self._title} asks to sign in again")
            case 403:
                return self._denied(headers, text, after_s)
            case 429:
                return Throttled(f"{self._title} asks us to wait", after_s=after_s)
            case _ if status >= 500:
                return TrackerTrouble(f"{self._title} has trouble of its own", after_s=after_s)
            case _:
                return TrackerTrouble(f"{self._title} refused the request ({status})")

    def _denied(self, headers: Mapping[str, str], text: bytes, after_s: float | None) -> TrackerTrouble:
        denial = self._denial_of(text)
        if denial is Denial.CONSENT or _INSUFFICIENT_SCOPE in headers.get("WWW-Authenticate", ""):
            return ConsentGone(f"{self._title} no longer lets us read your activities")
        if denial is Denial.QUOTA:
            return Throttled(f"{self._title} asks us to wait", after_s=after_s)
        return TrackerTrouble(f"{self._title} does not let our service in at the moment", after_s=after_s)


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that `Retry-After` asks for, written as seconds or as a date (RFC 9110, 10.2.3)."""
    said = headers.get("Retry-After", "").strip()
    if not said:
        return None
    if said.isascii() and said.isdigit():
        return min(float(said), RETRY_AFTER_MAX_S)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return min(max((moment - now).total_seconds(), 0.0), RETRY_AFTER_MAX_S)


def _number(headers: Mapping[str, str], names: tuple[str, ...]) -> float | None:
    for name in names:
        try:
            number = float(headers[name])
        except (KeyError, ValueError):
            continue
        if math.isfinite(number):
            return number
    return None


def _seconds(reset: float, now: datetime) -> float:
    seconds = reset - now.timestamp() if reset >= _UNIX_TIMES_FROM else reset
    return min(max(seconds, 1.0), RETRY_AFTER_MAX_S)

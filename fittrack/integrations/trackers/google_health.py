"""The Google Health API, version 4: what became of the Fitbit Web API and of Google Fit (SPEC 7).

`fitbit` and `google_fit` are names for one and the same connection to it.
"""

import hmac
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

import aiohttp
import msgspec
from msgspec import Struct

from fittrack.integrations.trackers import google_health_data as data
from fittrack.integrations.trackers.calling import Caller
from fittrack.integrations.trackers.google_errors import denial_of
from fittrack.integrations.trackers.google_health_data import FITBIT, GOOGLE_FIT, GOOGLE_HEALTH
from fittrack.integrations.trackers.oauth import Client, CodeFlow, Endpoints
from fittrack.integrations.trackers.provider import (
    Availability,
    Changed,
    Fetched,
    HookEvent,
    Provider,
    Quota,
    Tracked,
    Verified,
    Window,
)
from fittrack.integrations.trackers.trouble import HookRefused, HookUnreadable
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock

SCOPE: Final = "https://www.googleapis.com/auth/googlehealth.activity_and_fitness.readonly"

TITLES: Final = {FITBIT: "Fitbit", GOOGLE_FIT: "Google Fit", GOOGLE_HEALTH: "Google Health"}

FAMILIES: Final = {FITBIT: "users/me/dataSourceFamilies/google-wearables"}
"""Which data a roll-up adds up, by the connection's name: who connects a Fitbit counts what it measured, and
nothing that was typed in. Without an entry: everything."""

STEPS_DAYS_MAX: Final = 90
MINUTES_DAYS_MAX: Final = 14
"""Days that one roll-up may span, by its type."""

CIVIL_DAYS_APART: Final = timedelta(days=1)
"""How far the day of an exercise on the person's own clock may be from the platform's day of it."""

EXERCISES_PER_PAGE: Final = 25
PAGES_MAX: Final = 40
"""A thousand exercises of a week: who has more is not a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleHealthSettings:
    """Where it is, and how we are known there."""

    url: str
    endpoints: Endpoints
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: Sequence[str]
    hook_secret: str = field(repr=False)
    """What its messages carry as `Authorization`; empty: none are taken."""
    answer_within_s: float


def make(
    name: str,
    settings: GoogleHealthSettings,
    session: aiohttp.ClientSession,
    clock: Clock,
    calendar: PlatformCalendar,
) -> Provider:
    """The provider under one of its names."""
    caller = Caller(session, clock, TITLES[name], within_s=settings.answer_within_s, denial_of=denial_of)
    lacking = _lacking(settings)
    client = Client(
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scope=SCOPE,
        redirect_uris=settings.redirect_uris,
    )
    # Offline access gives a refresh token; only consent that is asked for again gives another one.
    flow = CodeFlow(caller, settings.endpoints, client, TITLES[name], access_type="offline", prompt="consent")
    return Provider(
        name=name,
        title=TITLES[name],
        service=GOOGLE_HEALTH,
        availability=Availability.DISABLED if lacking else Availability.ACTIVE,
        oauth=None if lacking else flow,
        reader=None if lacking else GoogleHealth(caller, settings.url, name, clock, calendar),
        hook=GoogleHealthHook(settings.hook_secret) if settings.hook_secret else None,
        why=f"{' and '.join(lacking)} missing" if lacking else "",
    )


def _lacking(settings: GoogleHealthSettings) -> list[str]:
    given = {
        "the client id": settings.client_id,
        "the client secret": settings.client_secret,
        "the redirect URI": settings.redirect_uris,
    }
    return [what for what, value in given.items() if not value]


class GoogleHealth:
    """Reads one person's steps, active minutes and exercises (see `provider.Reader`)."""

    def __init__(self, caller: Caller, url: str, name: str, clock: Clock, calendar: PlatformCalendar) -> None:
        self._caller = caller
        self._me = f"{url.rstrip('/')}/users/me"
        self._name = name
        self._clock = clock
        self._calendar = calendar

    async def identify(self, access_token: str, quota: Quota) -> str:
        """See `Reader`."""
        text = await self._caller.ask("GET", f"{self._me}/identity", access_token, quota)
        return self._caller.read(text, data.Identity).health_user_id

    async def fetch(self, access_token: str, window: Window, *, quota: Quota) -> Fetched:
        """See `Reader`."""
        items: list[Tracked] = []
        whole = True
        for kind, days_max in (("steps", STEPS_DAYS_MAX), ("active-minutes", MINUTES_DAYS_MAX)):
            for first, last in spans(window.first, window.last, days_max):
                async for points in self._roll_ups(kind, first, last, access_token, quota):
                    found = data.day_samples(points, self._name, self._clock.now(), self._calendar.start_of)
                    items += found.items
                    whole = whole and found.whole
        async for points in self._exercises(window, access_token, quota):
            found = data.workouts(points, self._name)
            items += found.items
            whole = whole and found.whole
        return Fetched(items, whole)

    async def _roll_ups(
        self, kind: str, first: date, last: date, token: str, quota: Quota
    ) -> AsyncIterator[list[bytes]]:
        body: dict[str, Any] = {
            "range": {"start": data.civil(first), "end": data.civil(last + timedelta(days=1))},
            "windowSizeDays": 1,
        }
        if self._name in FAMILIES:
            body["dataSourceFamily"] = FAMILIES[self._name]
        url = f"{self._me}/dataTypes/{kind}/dataPoints:dailyRollUp"
        for _ in range(PAGES_MAX):
            page = self._caller.read(await self._caller.ask("POST", url, token, quota, body), data.RollUps)
            yield [bytes(point) for point in page.rollup_data_points]
            if not page.next_page_token:
                return
            body["pageToken"] = page.next_page_token
        raise self._caller.unintelligible()

    async def _exercises(self, window: Window, token: str, quota: Quota) -> AsyncIterator[list[bytes]]:
        start = "exercise.interval.civil_start_time"
        first, end = window.first - CIVIL_DAYS_APART, window.last + timedelta(days=1) + CIVIL_DAYS_APART
        parameters = {
            "filter": f'{start} >= "{first}" AND {start} < "{end}"',
            "pageSize": str(EXERCISES_PER_PAGE),
        }
        url = f"{self._me}/dataTypes/exercise/dataPoints"
        for _ in range(PAGES_MAX):
            text = await self._caller.ask("GET", url, token, quota, **parameters)
            page = self._caller.read(text, data.DataPoints)
            yield [bytes(point) for point in page.data_points]
            if not page.next_page_token:
                return
            parameters["pageToken"] = page.next_page_token
        raise self._caller.unintelligible()


def spans(first: date, last: date, days_max: int) -> Iterator[tuple[date, date]]:
    """The days from `first` to `last` in parts of at most `days_max`; both ends included."""
    while first <= last:
        end = min(last, first + timedelta(days=days_max - 1))
        yield first, end
        first = end + timedelta(days=1)


class _Notification(Struct, rename="camel"):
    """What we read of a notification: whom it is about. Everything else is fetched."""

    health_user_id: str


class _Message(Struct):
    type: str | None = None
    data: _Notification | list[_Notification] | None = None


class GoogleHealthHook:
    """Reads its notifications. They carry our secret, and are never believed: what changed is fetched."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def handshake(self, challenge: str) -> bool:
        """See `Hook`. The Fitbit Web API asked so."""
        return _is_same(challenge, self._secret)

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Sequence[HookEvent]:
        """See `Hook`."""
        del now
        if not _is_same(headers.get("Authorization", ""), self._secret):
            raise HookRefused("It does not carry our secret")
        try:
            message = msgspec.json.decode(body, type=_Message)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise HookUnreadable("It is no notification") from error
        if message.type == "verification":
            return [Verified()]
        told = message.data if isinstance(message.data, list) else [message.data]
        return [Changed(each.health_user_id) for each in told if each is not None]


def _is_same(sent: str, secret: bytes) -> bool:
    """Whether that is the secret. A header may hold bytes that are no text."""
    return hmac.compare_digest(sent.encode(errors="surrogateescape"), secret)

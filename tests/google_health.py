"""A Google that signs people in and serves the Google Health API, version 4, to who shows a token.

It keeps its own clock and misbehaves when it is told to: tokens that end or are rotated, pages, quotas,
outages, nonsense, silence, consent that is taken back.
"""

import asyncio
import hashlib
import json
import re
from base64 import urlsafe_b64encode
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from aiohttp.test_utils import TestServer

CLIENT_ID, CLIENT_SECRET = "fittrack.apps.example", "a-client-secret"
REDIRECT_URI = "https://app.fittrack.example/connected"
HOOK_SECRET = "Bearer a-secret-of-the-subscriber"
SCOPE = "https://www.googleapis.com/auth/googlehealth.activity_and_fitness.readonly"

STEPS_DAYS_MAX, MINUTES_DAYS_MAX, EXERCISES_MAX = 90, 14, 25
TOKEN_LIFETIME = timedelta(hours=1)
Now = Callable[[], datetime]


@dataclass
class Fault:
    """What is answered instead, once."""

    status: int = 200
    body: str = "{}"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Body:
    """Somebody with a tracker: what it recorded."""

    account: str
    steps: dict[date, int] = field(default_factory=dict)
    minutes: dict[date, dict[str, int]] = field(default_factory=dict)
    exercises: dict[str, dict[str, Any]] = field(default_factory=dict)
    zone: tzinfo = UTC
    """Of the person's clock: exercises are asked for by its days."""

    def day_of(self, moment: datetime) -> date:
        """The day on the person's clock."""
        return moment.astimezone(self.zone).date()

    def walk(self, day: date, steps: int) -> None:
        """So many steps of the day, as far as it went."""
        self.steps[day] = steps

    def move(self, day: date, **levels: int) -> None:
        """Active minutes of the day by level."""
        self.minutes[day] = {level.upper(): minutes for level, minutes in levels.items()}

    def work_out(
        self,
        name: str,
        start: datetime,
        minutes: float,
        *,
        kind: str = "RUNNING",
        platform: str = "FITBIT",
        manual: bool = False,
        heart_rate: int | None = 150,
        **summary: Any,
    ) -> None:
        """An exercise; the same name again is an edit."""
        metrics: dict[str, Any] = {"caloriesKcal": 300, "steps": "4000", "distanceMillimeters": 5_000_000}
        if heart_rate is not None:
            metrics["averageHeartRateBeatsPerMinute"] = str(heart_rate)
        end = start + timedelta(minutes=minutes)
        self.exercises[name] = {
            "name": f"users/{self.account}/dataTypes/exercise/dataPoints/{name}",
            "dataSource": {
                "platform": platform,
                "recordingMethod": "MANUAL" if manual else "ACTIVELY_MEASURED",
            },
            "exercise": {
                "interval": {"startTime": _rfc3339(start), "endTime": _rfc3339(end)},
                "exerciseType": kind,
                "activeDuration": f"{minutes * 60:g}s",
                "metricsSummary": {**metrics, **summary},
                "displayName": kind.title(),
            },
        }


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass
class _Consent:
    account: str
    live: bool = True
    refresh: str = ""
    """The refresh token that works; a rotated one works no more."""


class FakeGoogle:
    """The whole of it. `people` are by account, `faults` are used up one by one by requests to the API."""

    def __init__(self, now: Now) -> None:
        self.now = now
        self.people: dict[str, Body] = {}
        self.requests: list[tuple[str, str]] = []
        """Account and path of each request to the API."""
        self.bodies: list[Any] = []
        self.refreshes = 0
        self.revoked: list[str] = []
        self.rotates = False
        self.exercises_per_page = EXERCISES_MAX
        self.roll_ups_per_page = 1_000
        self.faults: deque[Fault] = deque()
        self.token_faults: deque[Fault] = deque()
        self.faults_of: dict[str, Fault] = {}
        """By account, as long as they stand."""
        self.silent: set[str] = set()
        """Accounts whose requests are taken and never answered, as long as they are here."""
        self.answers = asyncio.Event()
        self.answers.set()
        """Unset, it takes a request and says nothing."""
        self.asked = asyncio.Event()
        self.latency_s = 0.0
        self.spent: dict[str, str] = {}
        """What the answers about exercises, the last ones, say of the quota."""
        self.quota = 300
        self.busiest = 0
        """The most requests that were under way at once."""
        self.busiest_account = 0
        """The most that were of one account."""
        self.url = ""
        self._under_way: Counter[str] = Counter()
        self._numbers = count(1)
        self._codes: dict[str, tuple[str, str, str]] = {}
        self._access: dict[str, tuple[_Consent, datetime]] = {}
        self._consents: list[_Consent] = []
        self._asked_at: dict[str, deque[datetime]] = defaultdict(deque)

    # --- What people do -----------------------------------------------------------------------------------

    def person(self, account: str) -> Body:
        return self.people.setdefault(account, Body(account))

    def consent(self, authorization_url: str, account: str) -> dict[str, str]:
        """Somebody signs in and agrees: what the redirect carries."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()}
        assert authorization_url.startswith(f"{self.url}/authorize?"), authorization_url
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256" and asked["access_type"] == "offline"
        assert asked["scope"] == SCOPE
        self.person(account)
        code = f"code-{next(self._numbers)}"
        self._codes[code] = (account, asked["code_challenge"], asked["redirect_uri"])
        return {"code": code, "state": asked["state"]}

    def take_back(self, account: str) -> None:
        """Somebody takes back consent in the settings of their account."""
        for consent in self._consents:
            consent.live = consent.live and consent.account != account

    def expire_access(self) -> None:
        """Every access token ends before its time."""
        self._access.clear()

    def asked_by(self, account: str) -> int:
        return sum(1 for who, _ in self.requests if who == account)

    # --- Signing in ---------------------------------------------------------------------------------------

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        await self._wait()
        if self.token_faults:
            return _answer_of(self.token_faults.popleft())
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return _refusal("invalid_client", 401)
        if form["grant_type"] == "authorization_code":
            return self._exchange(form)
        self.refreshes += 1
        consent = next(
            (each for each in self._consents if each.live and each.refresh == form["refresh_token"]), None
        )
        if consent is None:
            return _refusal("invalid_grant", 400)
        return self._grant(consent, first=self.rotates)

    def _exchange(self, form: dict[str, str]) -> web.Response:
        account, challenge, redirect_uri = self._codes.pop(form["code"], ("", "", ""))
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proved = urlsafe_b64encode(digest).decode().rstrip("=") == challenge
        if not account or not proved or form["redirect_uri"] != redirect_uri:
            return _refusal("invalid_grant", 400)
        consent = _Consent(account)
        self._consents.append(consent)
        return self._grant(consent, first=True)

    def _grant(self, consent: _Consent, *, first: bool) -> web.Response:
        access = f"access-{next(self._numbers)}"
        self._access[access] = (consent, self.now() + TOKEN_LIFETIME)
        said: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFETIME.total_seconds()),
            "scope": SCOPE,
        }
        if first:
            consent.refresh = said["refresh_token"] = f"refresh-{next(self._numbers)}"
        return web.json_response(said)

    async def revoke(self, request: web.Request) -> web.Response:
        token = str((await request.post())["token"])
        await self._wait()
        if self.token_faults:
            return _answer_of(self.token_faults.popleft())
        consents = [each for each in self._consents if each.live and each.refresh == token]
        if token in self._access:
            consents.append(self._access[token][0])
        if not consents:
            return _refusal("invalid_token", 400)
        for consent in consents:
            self.revoked.append(consent.account)
            self.take_back(consent.account)
        return web.json_response({})

    # --- The API ------------------------------------------------------------------------------------------

    async def api(self, request: web.Request) -> web.Response:
        account = self._whose(request)
        self._under_way[account or ""] += 1
        self.busiest = max(self.busiest, self._under_way.total())
        self.busiest_account = max(self.busiest_account, self._under_way[account or ""] if account else 0)
        try:
            return await self._api(request, account)
        finally:
            self._under_way[account or ""] -= 1

    async def _api(self, request: web.Request, account: str | None) -> web.Response:
        path = request.path.removeprefix("/v4/users/me/")
        self.requests.append((account or "", path))
        self.asked.set()
        await self._wait()
        if account in self.silent:
            await asyncio.Event().wait()
        if self.faults:
            return _answer_of(self.faults.popleft())
        if account is None:
            return _problem(401, "UNAUTHENTICATED")
        if account in self.faults_of:
            return _answer_of(self.faults_of[account])
        if (wait := self._over_quota(account)) is not None:
            return _problem(429, "RESOURCE_EXHAUSTED", {"Retry-After": str(wait)})
        body = self.people[account]
        if path == "identity":
            return web.json_response({"name": "users/me/identity", "healthUserId": account})
        if path == "dataTypes/exercise/dataPoints":
            answer = self._list(body, request)
            answer.headers.update(self.spent)
            return answer
        asked = await request.json()
        self.bodies.append(asked)
        match path:
            case "dataTypes/steps/dataPoints:dailyRollUp":
                points = [(day, {"steps": {"countSum": str(n)}}) for day, n in body.steps.items()]
                return self._roll_up(asked, points, STEPS_DAYS_MAX)
            case "dataTypes/active-minutes/dataPoints:dailyRollUp":
                points = [(day, _levels(levels)) for day, levels in body.minutes.items()]
                return self._roll_up(asked, points, MINUTES_DAYS_MAX)
            case _:
                return _problem(404, "NOT_FOUND")

    def _whose(self, request: web.Request) -> str | None:
        consent, ends = self._access.get(
            request.headers.get("Authorization", "").removeprefix("Bearer "), (None, None)
        )
        if consent is None or ends is None or not consent.live or self.now() >= ends:
            return None
        return consent.account

    def _over_quota(self, account: str) -> int | None:
        asked, now = self._asked_at[account], self.now()
        while asked and asked[0] <= now - timedelta(minutes=1):
            asked.popleft()
        if len(asked) >= self.quota:
            return int((asked[0] + timedelta(minutes=1) - now).total_seconds()) + 1
        asked.append(now)
        return None

    def _roll_up(self, asked: dict[str, Any], points: list[tuple[date, Any]], days_max: int) -> web.Response:
        first, end = (_day(asked["range"][name]) for name in ("start", "end"))
        if asked.get("windowSizeDays") != 1 or not 0 < (end - first).days <= days_max:
            return _problem(400, "INVALID_ARGUMENT")
        found = [
            {"civilStartTime": _civil(day), "civilEndTime": _civil(day + timedelta(days=1)), **value}
            for day, value in sorted(points, key=lambda point: point[0])
            if first <= day < end
        ]
        return _page("rollupDataPoints", found, self.roll_ups_per_page, asked.get("pageToken"))

    def _list(self, body: Body, request: web.Request) -> web.Response:
        days = re.findall(
            r'exercise\.interval\.civil_start_time (?:>=|<) "([\d-]+)"', request.query["filter"]
        )
        first, end = map(date.fromisoformat, days)
        size = min(int(request.query["pageSize"]), self.exercises_per_page)
        if int(request.query["pageSize"]) > EXERCISES_MAX:
            return _problem(400, "INVALID_ARGUMENT")
        found = [
            point
            for point in body.exercises.values()
            if first <= body.day_of(datetime.fromisoformat(point["exercise"]["interval"]["startTime"])) < end
        ]
        return _page("dataPoints", found, size, request.query.get("pageToken"))

    async def _wait(self) -> None:
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        await self.answers.wait()


def _levels(levels: dict[str, int]) -> dict[str, Any]:
    told = [{"activityLevel": level, "activeMinutesSum": str(n)} for level, n in levels.items()]
    return {"activeMinutes": {"activeMinutesRollupByActivityLevel": told}}


def _day(civil: dict[str, Any]) -> date:
    return date(civil["date"]["year"], civil["date"]["month"], civil["date"]["day"])


def _civil(day: date) -> dict[str, Any]:
    return {"date": {"year": day.year, "month": day.month, "day": day.day}, "time": {}}


def _page(name: str, found: list[Any], size: int, token: str | None) -> web.Response:
    start = int(token or 0)
    said: dict[str, Any] = {name: found[start : start + size]}
    if start + size < len(found):
        said["nextPageToken"] = str(start + size)
    return web.json_response(said)


def _problem(status: int, code: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"code": status, "status": code}}, status=status, headers=headers)


def _refusal(error: str, status: int) -> web.Response:
    return web.json_response({"error": error, "error_description": "…"}, status=status)


def _answer_of(fault: Fault) -> web.Response:
    return web.Response(
        status=fault.status, text=fault.body, headers=fault.headers, content_type="application/json"
    )


def known_as(google: FakeGoogle) -> dict[str, str]:
    """Settings of a server that connects people to it."""
    return {
        "GOOGLE_CLIENT_ID": CLIENT_ID,
        "GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
        "GOOGLE_REDIRECT_URIS": REDIRECT_URI,
        "GOOGLE_HEALTH_URL": f"{google.url}/v4",
        "GOOGLE_AUTHORIZE_URL": f"{google.url}/authorize",
        "GOOGLE_TOKEN_URL": f"{google.url}/token",
        "GOOGLE_REVOKE_URL": f"{google.url}/revoke",
        "GOOGLE_HOOK_SECRET": HOOK_SECRET,
    }


def application(google: FakeGoogle) -> web.Application:
    """Its doors."""
    app = web.Application()
    app.router.add_post("/token", google.token)
    app.router.add_post("/revoke", google.revoke)
    app.router.add_route("*", "/v4/{path:.*}", google.api)
    return app


@asynccontextmanager
async def a_google(now: Now) -> AsyncIterator[FakeGoogle]:
    """On the loopback, for one test."""
    google = FakeGoogle(now)
    async with TestServer(application(google)) as server:
        google.url = str(server.make_url("/")).rstrip("/")
        yield google
        google.answers.set()


def notification(account: str, kind: str = "steps") -> bytes:
    """What it sends when something changed."""
    return json.dumps(
        {"data": {"version": "1", "healthUserId": account, "operation": "UPSERT", "dataType": kind}}
    ).encode()

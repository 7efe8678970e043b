"""What a provider of tracked exercise can do. Parts that it lacks are None: the product asks for the part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class Availability(StrEnum):
    """Whether people can connect."""

    ACTIVE = "active"
    SUNSET = "sunset"
    """Existing connections go on, nobody new connects."""
    DISABLED = "disabled"
    """Not configured here."""


class Tracked(Struct, frozen=True, kw_only=True):
    """One activity as a provider tells it, in the words of `POST activities`.

    `name` is stable: what grows, such as a day's steps, keeps it. `manual`: the person typed it in.
    """

    name: str
    activity_type: str
    start: datetime
    end: datetime
    duration_minutes: float
    source: str
    intensity: str | None = None
    metrics: Mapping[str, float] = {}
    manual: bool = False


class Withdrawn(Struct, frozen=True, kw_only=True):
    """An activity that its provider says was deleted."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a provider knows of a window. Not `whole`: some of it could not be read, so nothing is missed
    for not being here.
    """

    items: Sequence[Tracked]
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Tokens that a provider handed out. Without a refresh token the former one stays good."""

    access_token: str
    refresh_token: str | None
    expires_in_s: float | None
    scopes: str | None

    def __repr__(self) -> str:
        return "Grant(…)"  # it may be logged


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for: days of the platform, both included, and the instants that they span."""

    first: date
    last: date
    since: datetime
    until: datetime
    """Not later than now: no provider knows more."""


class Quota(Protocol):
    """What one account may still ask for. Raises `trouble.Throttled` when that is nothing."""

    @property
    def pause_s(self) -> float | None:
        """For how many seconds the provider wants no more requests, if it said so."""

    async def spend(self) -> None:
        """One request is about to be made."""

    def note(self, headers: Mapping[str, str]) -> None:
        """An answer may say what is left."""


class OAuthFlow(Protocol):
    """OAuth 2.0 with PKCE at one provider. What goes wrong raises `trouble.TrackerTrouble`."""

    redirect_uris: Sequence[str]
    """Where the provider may send people back to, the usual one first."""

    def authorization_url(self, *, state: str, verifier: str, redirect_uri: str) -> str:
        """Where the person gives consent."""

    async def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """Tokens for the code that consent came back with."""

    async def refresh(self, refresh_token: str) -> Grant:
        """Newer tokens. Raises `ConsentGone` when there is no consent any more."""

    async def revoke(self, token: str) -> None:
        """End the consent; that it had ended is no error."""


class Reader(Protocol):
    """Reads what a provider knows of somebody."""

    async def identify(self, access_token: str, quota: Quota) -> str:
        """The provider's own name of the person."""

    async def fetch(self, access_token: str, window: Window, *, quota: Quota) -> Fetched:
        """Everything in the window. Raises `trouble.TrackerTrouble`."""


# --- What providers send by themselves --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verified:
    """A handshake, not news: the address is ours."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Something is new about somebody; what, is fetched: the message is not believed."""

    account: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """What happened, signed by who sends it."""

    account: str
    items: Sequence[Tracked | Withdrawn]
    unreadable: int = 0
    """Further entries that could not be read."""


@dataclass(frozen=True, slots=True)
class Authorized:
    """Somebody consented at the aggregator. `reference` is the single-use state we handed out."""

    account: str
    reference: str


@dataclass(frozen=True, slots=True)
class Deauthorized:
    """Somebody took back consent there."""

    account: str


HookEvent = Verified | Changed | Pushed | Authorized | Deauthorized


class Hook(Protocol):
    """Reads what is sent to `/hooks/{provider}`."""

    def handshake(self, challenge: str) -> bool:
        """Whether a `GET` that carries this challenge comes from who knows our secret."""

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Sequence[HookEvent]:
        """What it says. Raises `trouble.HookRefused` or `trouble.HookUnreadable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One name under which people connect. Names of one `service` share one connection."""

    name: str
    title: str
    """As people call it."""
    service: str
    availability: Availability
    oauth: OAuthFlow | None = None
    reader: Reader | None = None
    hook: Hook | None = None
    pushes: bool = False
    """Whether the phone's app reports what it reads on the device (`POST activities`)."""
    why: str = ""
    """What is missing when it is not active, in a sentence for operators."""

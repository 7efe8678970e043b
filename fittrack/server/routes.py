"""Routes as data: what a slice declares, what the server enforces, what the OpenAPI document says.

A slice exports `ROUTES: list[Route]`. The struct a body is validated with, the one an answer has, the
access it takes and the problems it knows stand in the declaration and nowhere else.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any, Final

from aiohttp import web
from msgspec import Struct

from fittrack.kit.problems import (
    BodyTooLarge,
    Busy,
    Forbidden,
    IdempotencyMismatch,
    InsufficientScope,
    Internal,
    Malformed,
    MfaRequired,
    NotFound,
    OutcomeUnknown,
    PreconditionFailed,
    Problem,
    ProfileIncomplete,
    RateLimited,
    Unauthenticated,
    UnsupportedMediaType,
    Validation,
)
from fittrack.server.access import Access, Scope

API: Final = "/api/v1"
"""Where the product's resources live."""

TOKEN_PATH: Final = f"{API}/oauth/token"
"""Where programs get their access tokens."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Schema = Any
"""A type that msgspec can describe: a struct, or a union or list of structs."""

__all__ = ["API", "TOKEN_PATH", "Access", "Deprecation", "Handler", "Route", "Schema", "Scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """That a route is on its way out: said in headers (RFC 9745, RFC 8594) and in the documents."""

    since: date
    sunset: date | None = None
    """From this day on it may be gone."""
    successor: str | None = None
    """The address to use instead."""

    @property
    def headers(self) -> dict[str, str]:
        """What each answer says of it."""
        told = {"Deprecation": f"@{int(_midnight(self.since).timestamp())}"}
        if self.sunset is not None:
            told["Sunset"] = format_datetime(_midnight(self.sunset), usegmt=True)
        if self.successor is not None:
            told["Link"] = f'<{self.successor}>; rel="successor-version"'
        return told


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One method of one address."""

    method: str
    path: str
    handler: Handler
    _: KW_ONLY
    summary: str
    access: Access
    tag: str
    scope: Scope | None = None
    """What lets the program of a third party in; it then may here what an admin may."""
    body: type[Struct] | tuple[type[Struct], ...] | None = None
    """What the body must be; several mean one of them."""
    foreign_body: bool = False
    """Whether the body is a JSON object of somebody else's design, described as no more than that."""
    form: type[Struct] | None = None
    """What a body of the type `application/x-www-form-urlencoded` has; what else is in it is ignored."""
    query: type[Struct] | None = None
    """The query parameters, one field each."""
    path_types: Mapping[str, Schema] = field(default_factory=dict)
    """Types of path parameters that are no UUIDs, e.g. `{"period": Period}`."""
    answer: Schema | None = None
    """The answer of `status`; none means an empty body."""
    status: int | None = None
    """The status of success; by default 200 with an answer and 204 without."""
    other_answers: Mapping[int, Schema] = field(default_factory=dict)
    """Answers of further statuses, e.g. `{202: Queued}`."""
    media_types: tuple[str, ...] = ("application/json",)
    """What an answer may be; anything but JSON is described as text."""
    problems: tuple[type[Problem], ...] = ()
    """Problems of its own, beside those that follow from the rest of the declaration."""
    validation_status: int = Validation.status
    """400 where the contract says so (registration)."""
    step_up: bool = False
    """Whether the session must have shown its second factor within the last ten minutes."""
    secret: bool = False
    """The answer carries tokens: never stored, never compressed."""
    idempotent: bool | None = None
    """Whether it takes an `Idempotency-Key`; by default every POST does."""
    guarded: bool = False
    """Whether it takes `If-Match`."""
    deprecation: Deprecation | None = None
    documented: bool = True
    counted: bool = True
    """Whether it counts towards the caller's rate limit; probes, files and documents do not."""

    @property
    def success(self) -> int:
        """The status of success."""
        if self.status is not None:
            return self.status
        return 204 if self.answer is None else 200

    @property
    def answers(self) -> dict[int, Schema | None]:
        """Every status that is no problem, with what it answers."""
        return {self.success: self.answer, **self.other_answers}

    @property
    def takes_key(self) -> bool:
        """Whether it takes an `Idempotency-Key`."""
        return self.method == "POST" if self.idempotent is None else self.idempotent

    @property
    def bodies(self) -> tuple[type[Struct], ...]:
        """The structs of which the body is one."""
        if self.body is None:
            return ()
        return self.body if isinstance(self.body, tuple) else (self.body,)

    @property
    def _problems_of_body(self) -> set[type[Problem]]:
        if self.form is not None:
            return {BodyTooLarge, UnsupportedMediaType}
        if self.body is None and not self.foreign_body:
            return set()
        unreadable: set[type[Problem]] = {Malformed, BodyTooLarge, UnsupportedMediaType}
        return unreadable if self.foreign_body else unreadable | {Validation}

    @property
    def all_problems(self) -> list[type[Problem]]:
        """Its own problems and those that its declaration implies, by status and code."""
        known: set[type[Problem]] = {*self.problems, *self._problems_of_body, Internal}
        if self.access is not Access.ANYONE:
            known.add(Unauthenticated)
        if self.counted:
            known.add(RateLimited)
        if self.access is Access.PLAYER:
            known.add(ProfileIncomplete)
        if self.scope is not None:
            known.add(InsufficientScope)
        if self.access is Access.ADMIN or (self.access.needs_token and self.scope is None):
            known.add(Forbidden)
        if self.step_up:
            known.add(MfaRequired)
        if self.query is not None:
            known.add(Malformed)
        if "{" in self.path:
            known |= {Malformed, NotFound}
        if self.takes_key:
            known |= {Malformed, IdempotencyMismatch}
        if self.guarded:
            known.add(PreconditionFailed)
        if self.path.startswith(API):
            known.add(Busy)
            if self.method != "GET":
                known.add(OutcomeUnknown)
        return sorted(known, key=lambda problem: (problem.status, problem.code))

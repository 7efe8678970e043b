"""Whether the node lives, and whether it can serve; each part says so for itself (SPEC 10)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Literal

import structlog
from aiohttp import web

from fittrack.kit.clock import Clock
from fittrack.kit.problems import Problem
from fittrack.server.access import Access
from fittrack.server.render import render
from fittrack.server.routes import Route
from fittrack.server.schemas import Answer

log: Final = structlog.stdlib.get_logger(__name__)

CHECK_WITHIN_S: Final = 2.0
"""Seconds a part may take to answer; probes themselves usually wait for five."""

REPORT_KEPT_S: Final = 1.0
"""Seconds a report stands: anybody may ask, and the database should not pay for each."""

Check = Callable[[], Awaitable[str | None]]
"""Port: returns when the part works, with what is to be said of it; raises when it does not."""


class PartHealth(Answer, frozen=True, kw_only=True):
    status: Literal["ok", "failing"]
    detail: str = ""


class Health(Answer, frozen=True, kw_only=True):
    """`draining`: the node finishes what it has and takes nothing new."""

    status: Literal["ok", "failing", "draining"]
    version: str
    parts: dict[str, PartHealth]


class Live(Answer, frozen=True, kw_only=True):
    status: Literal["ok"] = "ok"


class HealthReporter:
    """Asks the parts of the node how they are."""

    def __init__(self, clock: Clock, version: str) -> None:
        self._clock = clock
        self._version = version
        self._checks: dict[str, Check] = {}
        self._draining = False
        self._parts: dict[str, PartHealth] = {}
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    def watch(self, part: str, check: Check) -> None:
        """Ask `check` about `part` from now on."""
        self._checks[part] = check

    def drain(self) -> None:
        """Say from now on that the node takes nothing new."""
        self._draining = True

    async def report(self) -> Health:
        """How the node is, as of at most a second ago."""
        async with self._asking:
            if self._clock.monotonic() - self._asked_at >= REPORT_KEPT_S:
                answers = await asyncio.gather(*(_ask(*each) for each in self._checks.items()))
                self._parts = dict(zip(self._checks, answers, strict=True))
                self._asked_at = self._clock.monotonic()
        if self._draining:
            return Health(status="draining", version=self._version, parts=self._parts)
        well = all(part.status == "ok" for part in self._parts.values())
        return Health(status="ok" if well else "failing", version=self._version, parts=self._parts)

    async def show(self, _: web.Request) -> web.Response:
        """Every part of the node; 503 names the failing one."""
        health = await self.report()
        return render(health, status=200 if health.status == "ok" else 503)


async def _ask(part: str, check: Check) -> PartHealth:
    try:
        async with asyncio.timeout(CHECK_WITHIN_S):
            said = await check()
    except TimeoutError:
        return _failing(part, "did not answer in time")
    except Problem as problem:
        return _failing(part, problem.detail)
    except Exception as error:
        log.warning("health.failing", part=part, exc_info=True)
        return _failing(part, type(error).__name__)
    return PartHealth(status="ok", detail=said or "")


def _failing(part: str, detail: str) -> PartHealth:
    log.warning("health.failing", part=part, detail=detail)
    return PartHealth(status="failing", detail=detail)


async def show_live(_: web.Request) -> web.Response:
    """The process answers."""
    return render(Live())


def health_routes(reporter: HealthReporter) -> list[Route]:
    """`/health`, `/health/live` and `/health/ready`."""

    def health(path: str, summary: str) -> Route:
        return Route(
            "GET",
            path,
            reporter.show,
            summary=summary,
            access=Access.ANYONE,
            tag="Health",
            counted=False,
            answer=Health,
            other_answers={503: Health},
        )

    return [
        health("/health", "How the node is"),
        health("/health/ready", "Whether to send requests here"),
        Route(
            "GET",
            "/health/live",
            show_live,
            summary="Whether the process lives",
            access=Access.ANYONE,
            tag="Health",
            counted=False,
            answer=Live,
        ),
    ]

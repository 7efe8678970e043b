"""What every part of a node stands on."""

from dataclasses import dataclass

import aiohttp
from prometheus_client import CollectorRegistry

from fittrack.config import Settings
from fittrack.integrations.http_spans import http_spans
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock
from fittrack.kit.clock_watch import ClockWatch
from fittrack.kit.sealing import Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Settings, time, keys; the session in which others' servers are asked; what this node's metrics are."""

    settings: Settings
    clock: Clock
    clock_watch: ClockWatch
    calendar: PlatformCalendar
    sealer: Sealer
    outgoing: aiohttp.ClientSession
    metrics: CollectorRegistry


def lay(settings: Settings, clock: Clock) -> Base:
    """The base of one node. Needs the running event loop."""
    return Base(
        settings=settings,
        clock=clock,
        clock_watch=ClockWatch(clock),
        calendar=PlatformCalendar(settings.platform_tz),
        sealer=Sealer.from_text(settings.token_keys),
        outgoing=aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trace_configs=http_spans()),
        metrics=CollectorRegistry(),
    )

"""`/admin/analytics`: what happened on the platform, as JSON or CSV (SPEC 9 and 10)."""

from collections.abc import Sequence
from typing import Final

import msgspec
from aiohttp import web

from fittrack.analytics import reports, schemas
from fittrack.analytics.reports import Moment
from fittrack.profiles.tiers import asked_tier
from fittrack.server.asking import CALENDAR, READS
from fittrack.server.csv import CSV, render_csv, wants_csv
from fittrack.server.http import CLOCK
from fittrack.server.parse import parse_query
from fittrack.server.render import JSON, render
from fittrack.server.routes import API, Access, Handler, Route, Schema, Scope

TAG: Final = "Analytics"
_AT: Final = f"{API}/admin/analytics"
_DATES: Final = ("period_start", "period_end")
"""What a line of CSV begins with."""


async def overview(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.ReportQuery)
    found = await request.app[READS].run(reports.overview, query, _moment(request))
    if not wants_csv(request, query.format):
        return render(found)
    rows = list(_flat("", msgspec.to_builtins(found)))
    return render_csv(f"overview-{found.until}.csv", ("figure", "value"), rows)


async def registrations(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.ReportQuery)
    found = await request.app[READS].run(reports.registrations, query, _moment(request))
    return _series(request, query, found, found.items)


async def activity(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.ActivityQuery)
    query = msgspec.structs.replace(query, tier=asked_tier(query.tier).code)
    found = await request.app[READS].run(reports.activity, query, _moment(request))
    return _series(request, query, found, found.items)


async def drawings(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.ReportQuery)
    found = await request.app[READS].run(reports.drawings, query, _moment(request))
    return _series(request, query, found, found.items)


def _moment(request: web.Request) -> Moment:
    now, calendar = request.app[CLOCK].now(), request.app[CALENDAR]
    return Moment(now, calendar.day_of(now), calendar)


def _series(
    request: web.Request,
    query: schemas.ReportQuery,
    found: schemas.Report,
    items: Sequence[msgspec.Struct],
) -> web.Response:
    if not wants_csv(request, query.format):
        return render(found)
    name = f"{request.path.rpartition('/')[2]}-by-{query.period}-{found.since}-{found.until}.csv"
    columns = (*_DATES, *(field for field in items[0].__struct_fields__ if field not in _DATES))
    return render_csv(name, columns, ([getattr(line, column) for column in columns] for line in items))


def _flat(prefix: str, fields: dict[str, object]) -> list[tuple[str, object]]:
    """A line for each figure; names of those inside others have a dot."""
    rows: list[tuple[str, object]] = []
    for name, value in fields.items():
        rows += _flat(f"{prefix}{name}.", value) if isinstance(value, dict) else [(f"{prefix}{name}", value)]
    return rows


def _route(name: str, handler: Handler, summary: str, query: type[msgspec.Struct], answer: Schema) -> Route:
    return Route(
        "GET",
        f"{_AT}/{name}",
        handler,
        summary=summary,
        access=Access.ADMIN,
        scope=Scope.ANALYTICS_READ,
        tag=TAG,
        query=query,
        answer=answer,
        media_types=(JSON, CSV),
    )


ROUTES: list[Route] = [
    _route("overview", overview, "How things stand", schemas.ReportQuery, schemas.Overview),
    _route(
        "registrations",
        registrations,
        "Accounts made, verified and deleted, by period",
        schemas.ReportQuery,
        schemas.RegistrationsReport,
    ),
    _route(
        "activity",
        activity,
        "Active players, exercise and points, by period",
        schemas.ActivityQuery,
        schemas.ActivityReport,
    ),
    _route(
        "drawings",
        drawings,
        "Draws, tickets, winners, prizes and purchases, by period",
        schemas.ReportQuery,
        schemas.DrawingsReport,
    ),
]

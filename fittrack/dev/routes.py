"""`/dev`: routes that exist in development and testing alone (`fittrack.app` leaves them out elsewhere).

They ask for an admin even there: a server on a developer's machine can be reached by whatever runs on it.
"""

from typing import Final

from aiohttp import web

from fittrack.dev import queries
from fittrack.dev.schemas import Erased, Migrated, Reset, Seed, TableRows, Tables
from fittrack.dev.tools import DEV
from fittrack.kit.problems import Conflict, FieldError, Validation
from fittrack.server.asking import READS
from fittrack.server.parse import parse
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Handler, Route, Schema

TAG: Final = "Development"
_AT: Final = f"{API}/dev"


async def tables(request: web.Request) -> web.Response:
    counted = await request.app[READS].run(queries.count_rows)
    dev = request.app[DEV]
    found = [TableRows(name=name, rows=rows) for name, rows in counted.items()]
    return render(Tables(database=dev.database, tables=found, seed=dev.seed))


async def migrate(request: web.Request) -> web.Response:
    return render(Migrated(applied=await request.app[DEV].migrate()))


async def seed(request: web.Request) -> web.Response:
    return render(await request.app[DEV].begin_seed(), status=202)


async def reset(request: web.Request) -> web.Response:
    body = await parse(request, Reset)
    dev = request.app[DEV]
    if body.confirm != dev.database:
        fault = FieldError("/confirm", "This is not the name of the database.")
        raise Validation("This is another database than the one that is meant.", errors=[fault])
    return render(Erased(rows=await dev.reset()))


def _post(
    name: str,
    handler: Handler,
    summary: str,
    answer: Schema,
    *,
    status: int = 200,
    body: type[Reset] | None = None,
    problems: tuple[type[Conflict], ...] = (),
) -> Route:
    """Doing it twice is harmless or a conflict: no key is needed."""
    return Route(
        "POST",
        f"{_AT}/{name}",
        handler,
        summary=summary,
        access=Access.ADMIN,
        tag=TAG,
        body=body,
        answer=answer,
        status=status,
        problems=problems,
        idempotent=False,
    )


ROUTES: list[Route] = [
    Route(
        "GET",
        f"{_AT}/tables",
        tables,
        summary="The tables and their rows, and the demo world's making",
        access=Access.ADMIN,
        tag=TAG,
        answer=Tables,
    ),
    _post("migrate", migrate, "Bring the database to the newest schema", Migrated),
    _post("seed", seed, "Have the demo world made", Seed, status=202, problems=(Conflict,)),
    _post("reset", reset, "Erase everything", Erased, body=Reset, problems=(Conflict,)),
]

"""`/drawings` for admins: create, edit, run (SPEC 5 and 10)."""

from typing import Final

from aiohttp import web
from msgspec import Struct

from fittrack.drawings import schemas
from fittrack.drawings.admin_input import drawing_edit, new_drawing
from fittrack.drawings.commands import (
    CancelDrawing,
    CloseDrawing,
    CreateDrawing,
    DeleteDrawing,
    EditDrawing,
    ExecuteDrawing,
    OpenDrawing,
    ScheduleDrawing,
)
from fittrack.drawings.promised_beacon import BeaconNotGenuine, BeaconPending, BeaconRequired
from fittrack.drawings.rules import InvalidTransition, NotEditable, TooEarly
from fittrack.drawings.versions import drawing_tag
from fittrack.fairness.beacon import Beacon
from fittrack.kit.ids import DrawingId, uuid7
from fittrack.kit.intention import Answer, Command
from fittrack.kit.problems import Conflict, Problem, Validation
from fittrack.server.asking import CALENDAR, admin_command, keyed_id, render_answer
from fittrack.server.etags import wanted_versions
from fittrack.server.http import CLOCK
from fittrack.server.parse import parse, path_uuid
from fittrack.server.render import no_content
from fittrack.server.routes import API, Access, Handler, Route, Schema
from protocol import shapes

TAG: Final = "Drawings (admin)"


async def create(request: web.Request) -> web.Response:
    """Under a key the drawing's id follows from it, so that sending it twice makes one drawing."""
    body = await parse(request, schemas.NewDrawing)
    drawing_id = DrawingId(keyed_id(request) or uuid7())
    drawing = new_drawing(drawing_id, body, request.app[CLOCK].now(), request.app[CALENDAR])
    return _shown(await admin_command(request, drawing_id, CreateDrawing(drawing)), status=201)


async def edit(request: web.Request) -> web.Response:
    edited = drawing_edit(await parse(request, schemas.DrawingPatch))
    wish = EditDrawing(edited, wanted_versions(request))
    return _shown(await admin_command(request, path_uuid(request), wish))


async def delete(request: web.Request) -> web.Response:
    await admin_command(request, path_uuid(request), DeleteDrawing(wanted_versions(request)))
    return no_content()


async def cancel(request: web.Request) -> web.Response:
    body = await parse(request, schemas.Cancellation)
    return _shown(await admin_command(request, path_uuid(request), CancelDrawing(body.reason)))


async def enter_beacon(request: web.Request) -> web.Response:
    body = await parse(request, schemas.EnteredBeacon)
    beacon = Beacon(body.round, bytes.fromhex(body.signature))
    return render_answer(await admin_command(request, path_uuid(request), ExecuteDrawing(beacon)))


def _doing(wish: Command) -> Handler:
    """A handler that has the drawing in the address do `wish`."""

    async def handle(request: web.Request) -> web.Response:
        return _shown(await admin_command(request, path_uuid(request), wish))

    return handle


def _shown(answer: Answer, *, status: int = 200) -> web.Response:
    etag = drawing_tag(answer.body) if isinstance(answer.body, shapes.Drawing) else None
    return render_answer(answer, status=status, etag=etag)


_AT = f"{API}/drawings/{{id}}"


def _transition(
    name: str,
    handler: Handler,
    summary: str,
    *problems: type[Problem],
    answer: Schema = shapes.Drawing,
    body: type[Struct] | None = None,
    step_up: bool = False,
) -> Route:
    return Route(
        "POST",
        f"{_AT}/{name}",
        handler,
        summary=summary,
        access=Access.ADMIN,
        step_up=step_up,
        tag=TAG,
        body=body,
        answer=answer,
        problems=(InvalidTransition, *problems),
    )


ROUTES: list[Route] = [
    Route(
        "POST",
        f"{API}/drawings",
        create,
        summary="Draft a drawing",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.NewDrawing,
        answer=shapes.Drawing,
        status=201,
        problems=(Conflict,),
    ),
    Route(
        "PATCH",
        _AT,
        edit,
        summary="Edit a drawing; after scheduling by a new commitment",
        guarded=True,
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.DrawingPatch,
        answer=shapes.Drawing,
        problems=(NotEditable, BeaconRequired),
    ),
    Route(
        "DELETE",
        _AT,
        delete,
        summary="Delete a draft",
        guarded=True,
        access=Access.ADMIN,
        tag=TAG,
        problems=(Conflict,),
    ),
    _transition(
        "schedule",
        _doing(ScheduleDrawing()),
        "Schedule: publish with commitment",
        Validation,
        BeaconRequired,
    ),
    _transition("open", _doing(OpenDrawing()), "Open the sales"),
    _transition("close", _doing(CloseDrawing()), "Close the sales"),
    _transition(
        "execute",
        _doing(ExecuteDrawing()),
        "Draw the winners",
        TooEarly,
        BeaconPending,
        answer=schemas.Results,
        step_up=True,
    ),
    _transition(
        "beacon",
        enter_beacon,
        "Draw the winners with the beacon's round entered by hand",
        TooEarly,
        BeaconPending,
        BeaconNotGenuine,
        Conflict,
        answer=schemas.Results,
        body=schemas.EnteredBeacon,
        step_up=True,
    ),
    _transition("cancel", cancel, "Cancel; every bought ticket is refunded", body=schemas.Cancellation),
]

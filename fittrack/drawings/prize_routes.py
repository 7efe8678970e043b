"""`/prizes`: everybody may look, admins change them through the drawing (SPEC 5 and 10)."""

from typing import Final

import msgspec
from aiohttp import web
from msgspec import UNSET

from fittrack.drawings import prize_queries, schemas, views
from fittrack.drawings.admin_input import new_prize, prize_edit, with_sponsor
from fittrack.drawings.commands import AddPrize, EditPrize, RemovePrize
from fittrack.drawings.promised_beacon import BeaconRequired
from fittrack.drawings.rules import NotEditable
from fittrack.drawings.stored import StoredPrize
from fittrack.drawings.versions import prize_tag
from fittrack.drawings.visibility import viewer_of
from fittrack.kit.ids import DrawingId, PrizeId, SponsorId, uuid7
from fittrack.kit.intention import Answer
from fittrack.kit.problems import Conflict, FieldError, NotFound, Validation
from fittrack.server.asking import READS, admin_command, keyed_id, render_answer
from fittrack.server.etags import wanted_versions
from fittrack.server.pagination import Page, page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.render import no_content, render
from fittrack.server.routes import API, Access, Route
from protocol import shapes

TAG: Final = "Prizes"


async def list_prizes(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.PrizesQuery)
    viewer = await viewer_of(request)
    found, total = await request.app[READS].run(
        prize_queries.find_prizes, query, statuses=viewer.statuses, user_types=viewer.user_types
    )
    return render(page_of([_listed(stored) for stored in found], query, total))


def _listed(stored: StoredPrize) -> schemas.ListedPrize:
    prize = views.prize_shape(stored.prize)
    return schemas.ListedPrize(
        drawing_id=stored.drawing_id,
        drawing_status=stored.status,
        prize=prize,
        sponsor_id=stored.prize.sponsor_id,
        awarded=stored.awarded,
        delivered=stored.delivered,
        returned=stored.returned,
        etag=prize_tag(prize),
    )


async def add_prize(request: web.Request) -> web.Response:
    body = await parse(request, schemas.NewPrize)
    prize = new_prize(PrizeId(keyed_id(request) or uuid7()), body)
    prize = with_sponsor(prize, await _sponsor_name(request, prize.sponsor_id))
    return _shown(await admin_command(request, body.drawing_id, AddPrize(prize)), status=201)


async def edit_prize(request: web.Request) -> web.Response:
    edit = prize_edit(await parse(request, schemas.PrizePatch))
    if edit.sponsor_id is not UNSET:
        edit = msgspec.structs.replace(edit, sponsor=await _sponsor_name(request, edit.sponsor_id))
    prize_id, drawing_id = await _prize_at(request)
    wish = EditPrize(prize_id, edit, wanted_versions(request))
    return _shown(await admin_command(request, drawing_id, wish))


async def remove_prize(request: web.Request) -> web.Response:
    prize_id, drawing_id = await _prize_at(request)
    await admin_command(request, drawing_id, RemovePrize(prize_id, wanted_versions(request)))
    return no_content()


def _shown(answer: Answer, *, status: int = 200) -> web.Response:
    assert isinstance(answer.body, shapes.Prize), "the answer to a change of a prize is the prize"
    return render_answer(answer, status=status, etag=prize_tag(answer.body))


async def _prize_at(request: web.Request) -> tuple[PrizeId, DrawingId]:
    prize_id = PrizeId(path_uuid(request))
    drawing_id = await request.app[READS].run(prize_queries.prize_drawing, prize_id)
    if drawing_id is None:
        raise NotFound("There is no such prize.")
    return prize_id, drawing_id


async def _sponsor_name(request: web.Request, sponsor_id: SponsorId | None) -> str | None:
    if sponsor_id is None:
        return None
    name = await request.app[READS].run(prize_queries.sponsor_name, sponsor_id)
    if name is None:
        raise Validation(errors=[FieldError("/sponsor_id", "There is no such active sponsor.")])
    return name


_CHANGING = (NotEditable, BeaconRequired)

ROUTES: list[Route] = [
    Route(
        "GET",
        f"{API}/prizes",
        list_prizes,
        summary="List prizes",
        access=Access.OPTIONAL,
        tag=TAG,
        query=schemas.PrizesQuery,
        answer=Page[schemas.ListedPrize],
    ),
    Route(
        "POST",
        f"{API}/prizes",
        add_prize,
        summary="Add a prize to a drawing",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.NewPrize,
        answer=shapes.Prize,
        status=201,
        problems=(*_CHANGING, NotFound, Conflict),
    ),
    Route(
        "PATCH",
        f"{API}/prizes/{{id}}",
        edit_prize,
        summary="Edit a prize",
        guarded=True,
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.PrizePatch,
        answer=shapes.Prize,
        problems=_CHANGING,
    ),
    Route(
        "DELETE",
        f"{API}/prizes/{{id}}",
        remove_prize,
        summary="Remove a prize",
        guarded=True,
        access=Access.ADMIN,
        tag=TAG,
        problems=(*_CHANGING, Conflict),
    ),
]

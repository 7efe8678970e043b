"""`/drawings/{id}` for whoever doubts a draw: what was promised, fixed and drawn (FAIRNESS, SPEC 10)."""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from fittrack.drawings import commitment, draw, schemas
from fittrack.drawings.messages import View
from fittrack.drawings.rules import NotCompleted, check_completed
from fittrack.drawings.visibility import view_of
from fittrack.fairness.inclusion import InclusionProof
from fittrack.kit.problems import NotFound
from fittrack.server.asking import READS, SEALER
from fittrack.server.parse import path_uuid
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route

TAG: Final = "Drawings"
_AT: Final = f"{API}/drawings/{{id}}"


async def get_draw_rules(request: web.Request) -> web.Response:
    """The exact bytes that were committed to."""
    view = await view_of(request)
    if view.stored.commitment is None:
        raise NotFound("The rules are published when the drawing is scheduled.")
    return web.Response(body=view.stored.commitment.rules, headers={"Content-Type": "application/json"})


async def get_proof(request: web.Request) -> web.StreamResponse:
    """The record is sent while it is written: a million entries make 90 MB."""
    view = await view_of(request)
    check_completed(view.drawing)
    record = await request.app[READS].run(draw.publish, view.stored, _secrets(request, view))
    return await _send_in_pieces(request, record.chunks())


async def get_closing(request: web.Request) -> web.StreamResponse:
    view = await view_of(request)
    if view.stored.closing is None:
        raise NotFound("There is nothing fixed before the close.")
    closing = await request.app[READS].run(draw.publish_closing, view.stored, _secrets(request, view))
    return await _send_in_pieces(request, closing.chunks())


async def _send_in_pieces(request: web.Request, chunks: Iterable[bytes]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    if request.method != "HEAD":  # what is written after a HEAD's headers would be read as the next answer
        for chunk in chunks:
            await response.write(chunk)
    await response.write_eof()
    return response


async def get_inclusion(request: web.Request) -> web.Response:
    view = await view_of(request)
    if view.stored.closing is None:
        raise NotFound("Entries are numbered, and can be proved, from the close on.")
    proof = await request.app[READS].run(
        draw.prove_inclusion,
        view.drawing.drawing_id,
        _secrets(request, view).drawing_key,
        path_uuid(request, "receipt"),
    )
    if proof is None:
        raise NotFound("The drawing has no entry with this receipt.")
    return render(proof)


def _secrets(request: web.Request, view: View) -> commitment.Secrets:
    assert view.stored.commitment is not None, "what was scheduled has its commitment"
    return commitment.open_secrets(request.app[SEALER], view.drawing.drawing_id, view.stored.commitment)


ROUTES: list[Route] = [
    Route(
        "GET",
        f"{_AT}/draw-rules",
        get_draw_rules,
        summary="The rules of the draw, byte for byte as committed to",
        access=Access.OPTIONAL,
        tag=TAG,
        answer=schemas.PublishedRules,
    ),
    Route(
        "GET",
        f"{_AT}/closing",
        get_closing,
        summary="What the close fixed: entries, root, and the seed once it is open",
        access=Access.OPTIONAL,
        tag=TAG,
        answer=schemas.PublishedClosing,
    ),
    Route(
        "GET",
        f"{_AT}/inclusion/{{receipt}}",
        get_inclusion,
        summary="The proof that a purchase is among the entries",
        access=Access.OPTIONAL,
        tag=TAG,
        answer=InclusionProof,
    ),
    Route(
        "GET",
        f"{_AT}/proof",
        get_proof,
        summary="The published record, from which anybody can draw again",
        access=Access.OPTIONAL,
        tag=TAG,
        answer=schemas.Proof,
        problems=(NotCompleted,),
    ),
]

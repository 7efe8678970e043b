"""`/users/me/reviews` and `/admin/reviews`: the review queue (SPEC 3 and 10)."""

from typing import Final

from aiohttp import web

from fittrack.kit.ids import ReviewId
from fittrack.kit.problems import NotFound
from fittrack.reviews import queries, schemas
from fittrack.reviews.commands import AppealReview, ResolveReview
from fittrack.reviews.problems import AlreadyAppealed, ReviewResolved
from fittrack.server.asking import (
    READS,
    REGISTRY,
    USER,
    admin_ask,
    command,
    player_ref,
    render_answer,
)
from fittrack.server.pagination import Page, page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.principal import principal_of
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route

TAG: Final = "Reviews"
_OWN: Final = f"{API}/users/me/reviews"
_QUEUE: Final = f"{API}/admin/reviews"


async def own_reviews(request: web.Request) -> web.Response:
    """What was noticed, on which day or device, and what came of it."""
    query = parse_query(request, schemas.OwnReviewsQuery)
    found, total = await request.app[READS].run(queries.own, principal_of(request).user_id, query)
    return render(page_of(found, query, total))


async def appeal(request: web.Request) -> web.Response:
    """Once per review, while it is not cleared. The next decision answers it."""
    form = await parse(request, schemas.AppealForm)
    wish = AppealReview(ReviewId(path_uuid(request)), form.statement.strip())
    return render_answer(await command(request, player_ref(request), wish), status=201)


async def queue(request: web.Request) -> web.Response:
    """Without parameters all reviews, the oldest first; `status=open` is what waits."""
    query = parse_query(request, schemas.ReviewsQuery)
    found, total = await request.app[READS].run(queries.queue, query)
    return render(page_of(found, query, total))


async def detail(request: web.Request) -> web.Response:
    review = await request.app[READS].run(queries.detail, ReviewId(path_uuid(request)))
    if review is None:
        raise NotFound("There is no such review.")
    return render(review)


async def resolve(request: web.Request) -> web.Response:
    """`cleared` ends it for good. `confirmed` keeps the account under review: it wins nothing, and no prize
    ships. What else follows is decided on the account. The player reads the note.
    """
    form = await parse(request, schemas.ResolutionForm)
    review_id = ReviewId(path_uuid(request))
    holder = await request.app[READS].run(queries.holder_of, review_id)
    if holder is None:
        raise NotFound("There is no such review.")
    wish = ResolveReview(review_id, form.resolution, form.note.strip())
    return render_answer(await admin_ask(request, request.app[REGISTRY].ref(USER, holder), wish))


ROUTES: list[Route] = [
    Route(
        "GET",
        _OWN,
        own_reviews,
        summary="One's own reviews, the latest first",
        access=Access.PLAYER_READ,
        tag=TAG,
        query=schemas.OwnReviewsQuery,
        answer=Page[schemas.OwnReview],
    ),
    Route(
        "POST",
        f"{_OWN}/{{id}}/appeal",
        appeal,
        summary="Have a say about a review",
        access=Access.PLAYER,
        tag=TAG,
        body=schemas.AppealForm,
        answer=schemas.Appealed,
        status=201,
        problems=(ReviewResolved, AlreadyAppealed),
    ),
    Route(
        "GET",
        _QUEUE,
        queue,
        summary="Accounts that look as if they were gaming",
        access=Access.ADMIN,
        tag=TAG,
        query=schemas.ReviewsQuery,
        answer=Page[schemas.ReviewRow],
    ),
    Route(
        "GET",
        f"{_QUEUE}/{{id}}",
        detail,
        summary="A review with its evidence",
        access=Access.ADMIN,
        tag=TAG,
        answer=schemas.ReviewDetail,
    ),
    Route(
        "POST",
        f"{_QUEUE}/{{id}}/resolve",
        resolve,
        summary="Clear a review, or confirm it",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.ResolutionForm,
        answer=schemas.Resolved,
        problems=(ReviewResolved,),
    ),
]

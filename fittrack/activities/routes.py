"""`/activities`: log and look back (SPEC 3 and 10)."""

from datetime import date, timedelta
from typing import Final

import msgspec
from aiohttp import web
from msgspec import Raw

from fittrack.activities import queries, schemas
from fittrack.activities.listing import ActivitiesQuery, list_activities_of
from fittrack.activities.outcome import ItemStatus
from fittrack.activities.pushing import read_push
from fittrack.activities.schemas import LoggedActivities
from fittrack.activities.wire import log_activities
from fittrack.kit.ids import UserId
from fittrack.kit.problems import FieldError, Forbidden, Validation
from fittrack.points.live import PlayerView, ViewPlayer
from fittrack.server.asking import (
    CALENDAR,
    READS,
    command,
    player_ref,
    render_answer,
)
from fittrack.server.http import CLOCK
from fittrack.server.pagination import CursorPage
from fittrack.server.parse import decode, has_field, read_body
from fittrack.server.principal import principal_of
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route
from protocol.codec import JSON
from protocol.inbound import ActivityBatch
from protocol.reading import LooseBatch, reader_for
from protocol.shapes import ActivityInput

TAG: Final = "Activities"
BATCH_FIELD: Final = "activities"
"""An object that has it is a batch, any other a single activity."""

PUSH_FIELD: Final = "provider"
"""An object that has it comes from a phone's store of health data."""


async def log(request: web.Request) -> web.Response:
    body = await read_body(request)
    if has_field(body, PUSH_FIELD):
        return render_answer(await command(request, player_ref(request), read_push(body)), status=201)
    if has_field(body, BATCH_FIELD):
        batch = _read_batch(body)
        return render_answer(await command(request, player_ref(request), log_activities(batch)), status=201)
    single = ActivityBatch([decode(body, ActivityInput)])
    answer = await command(request, player_ref(request), log_activities(single))
    _refuse_single(answer.body)
    return render_answer(answer, status=201)


def _read_batch(body: bytes) -> ActivityBatch:
    """Each item stands alone; what is wrong with the whole is said in REST's words."""
    try:
        return reader_for(JSON).activity_batch(Raw(body))
    except Validation:
        decode(body, LooseBatch)  # it says all that is wrong
        raise


def _refuse_single(answer: msgspec.Struct) -> None:
    """Alone, an impossible activity is a refusal of the request (SPEC 3)."""
    assert isinstance(answer, LoggedActivities), "activities are answered so"
    item = answer.activities[0]
    if item.status == ItemStatus.REJECTED.value:
        raise Validation(f"The activity is refused: {item.code}", errors=[FieldError("", item.code or "")])


async def list_activities(request: web.Request) -> web.Response:
    return await list_activities_of(request, principal_of(request).user_id, BATCH_FIELD)


async def summary(request: web.Request) -> web.Response:
    view: PlayerView = await player_ref(request).ask(ViewPlayer())
    today = request.app[CALENDAR].day_of(request.app[CLOCK].now())
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    user_id, streak = principal_of(request).user_id, view.streak.current
    return render(
        schemas.Summary(
            today=view.today,
            this_week=await _period(request, user_id, monday, today, streak),
            this_month=await _period(request, user_id, first, today, streak),
        )
    )


async def _period(
    request: web.Request, user_id: UserId, first: date, last: date, streak: int
) -> schemas.PeriodSummary:
    totals = await request.app[READS].run(queries.totals, user_id, first, last)
    return schemas.PeriodSummary(
        steps=totals.steps,
        active_minutes=totals.active_minutes,
        workouts=totals.workouts,
        points_earned=totals.points_earned,
        streak_days=streak,
    )


ROUTES: list[Route] = [
    Route(
        "POST",
        f"{API}/activities",
        log,
        summary="Log one activity, or a batch of up to 500",
        access=Access.PLAYER,
        tag=TAG,
        body=(ActivityInput, schemas.ActivityBatch, schemas.PhonePush),
        answer=LoggedActivities,
        status=201,
        problems=(Forbidden,),
    ),
    Route(
        "GET",
        f"{API}/activities",
        list_activities,
        summary="One's own activities, the latest received first",
        access=Access.PLAYER_READ,
        tag=TAG,
        query=ActivitiesQuery,
        answer=CursorPage[schemas.ActivityOut],
    ),
    Route(
        "GET",
        f"{API}/activities/summary",
        summary,
        summary="Today, this week and this month",
        access=Access.PLAYER_READ,
        tag=TAG,
        answer=schemas.Summary,
    ),
]

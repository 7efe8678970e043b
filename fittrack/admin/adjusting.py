"""Adjusting a player's points, from either address (SPEC 10)."""

from aiohttp import web

from fittrack.admin.schemas import Adjustment
from fittrack.kit.ids import UserId
from fittrack.kit.problems import FieldError, Validation
from fittrack.points.commands import AdjustPoints
from fittrack.server.asking import REGISTRY, USER, admin_ask, render_answer


async def adjust(request: web.Request, user_id: UserId, body: Adjustment) -> web.Response:
    """Have the points booked, once under the request's key."""
    if body.amount == 0:
        raise Validation(errors=[FieldError("/amount", "Not zero")])
    wish = AdjustPoints(body.amount, body.reason.strip())
    player = request.app[REGISTRY].ref(USER, user_id)
    return render_answer(await admin_ask(request, player, wish), status=201)

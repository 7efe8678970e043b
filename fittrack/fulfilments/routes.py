"""`/fulfillments`: winners see and claim their prizes, admins send them (SPEC 6 and 10)."""

from collections.abc import Callable
from datetime import date
from typing import Final

from aiohttp import web
from msgspec import UNSET, Struct, UnsetType

from fittrack.drawings.rules import InvalidTransition, NotCompleted, NotEditable
from fittrack.fulfilments import queries, schemas, views
from fittrack.fulfilments.addresses import Address, tidy
from fittrack.fulfilments.commands import (
    AddFulfillment,
    Change,
    ChangeFulfillment,
    ConfirmAddress,
    Deliver,
    Edit,
    Forfeit,
    InvalidateAddress,
    Notify,
    Redraw,
    ReturnPrize,
    Ship,
)
from fittrack.fulfilments.model import ForfeitReason
from fittrack.fulfilments.queries import Listed
from fittrack.fulfilments.rules import PrizeOnHold
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import DrawingId, FulfillmentId, UserId
from fittrack.kit.intention import Answer, Command
from fittrack.kit.money import usd
from fittrack.kit.problems import Conflict, Forbidden, NotFound, Problem
from fittrack.server.asking import (
    CALENDAR,
    READS,
    REGISTRY,
    SEALER,
    USER,
    admin_ask,
    admin_command,
    origin_of,
    render_answer,
)
from fittrack.server.csv import CSV, render_csv
from fittrack.server.etags import wanted_versions
from fittrack.server.http import CLOCK
from fittrack.server.idempotency import idempotency_key
from fittrack.server.pagination import Page, page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.principal import principal_of, whose
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Handler, Route, Scope

TAG: Final = "Fulfillments"
TAX_FORM_THRESHOLD_USD: web.AppKey[int] = web.AppKey("tax_form_threshold_usd", int)
_TAX_COLUMNS: Final = (
    "year",
    "user_id",
    "display_name",
    "email",
    "state",
    "prizes",
    "total_usd",
    "form_due",
)
_ALL: Final = f"{API}/fulfillments"
_ONE: Final = f"{_ALL}/{{id}}"


async def list_fulfillments(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.FulfillmentsQuery)
    principal = principal_of(request)
    user_id = whose(principal, query.user_id, "the prizes")
    now = request.app[CLOCK].now()
    found, total = await request.app[READS].run(queries.search, query, user_id, now)
    lines = [views.listed(each, for_admin=principal.is_admin) for each in found]
    return render(page_of(lines, query, total))


async def get_fulfillment(request: web.Request) -> web.Response:
    found, reads = await _found(request), request.app[READS]
    fulfilment_id = found.fulfilment.fulfillment_id
    steps = await reads.run(queries.steps_of, fulfilment_id)
    kept = await reads.run(queries.address_of, fulfilment_id)
    address = views.open_address(request.app[SEALER], fulfilment_id, kept)
    shown = views.detail(found, steps, address, for_admin=principal_of(request).is_admin)
    return render(shown, etag=shown.etag)


async def tax_totals(request: web.Request) -> web.Response:
    """What each winner received in a year (this one, unless said), by the platform's day of the delivery."""
    calendar = request.app[CALENDAR]
    year = parse_query(request, schemas.TaxQuery).year or calendar.day_of(request.app[CLOCK].now()).year
    since, until = (calendar.start_of(date(each, 1, 1)) for each in (year, year + 1))
    received = await request.app[READS].run(queries.received_between, since, until)
    threshold = request.app[TAX_FORM_THRESHOLD_USD]
    rows = (
        (
            year,
            each.user_id,
            each.display_name,
            each.email,
            each.state,
            each.prizes,
            usd(each.total_usd),
            "yes" if each.total_usd >= threshold else "no",
        )
        for each in received
    )
    return render_csv(f"tax-totals-{year}.csv", _TAX_COLUMNS, rows)


async def add(request: web.Request) -> web.Response:
    body = await parse(request, schemas.NewFulfillment)
    wish = AddFulfillment(UserId(body.user_id))
    return _shown(await admin_command(request, DrawingId(body.drawing_id), wish), status=201)


async def edit(request: web.Request) -> web.Response:
    body = await parse(request, schemas.FulfillmentEdit)
    parcel = _edited(body.carrier), _edited(body.tracking_number)
    return await _change(request, Edit(_edited(body.notes), *parcel))


async def notify(request: web.Request) -> web.Response:
    return await _change(request, Notify())


async def confirm_address(request: web.Request) -> web.Response:
    """By the winner, or by an admin whom the winner told."""
    body = await parse(request, schemas.AddressInput)
    address = tidy(
        Address(
            street=body.street,
            city=body.city,
            state=body.state,
            zip_code=body.zip_code,
            recipient=body.recipient,
        )
    )
    return await _change(request, ConfirmAddress(address))


async def invalidate_address(request: web.Request) -> web.Response:
    body = await parse(request, schemas.WrongAddress)
    return await _change(request, InvalidateAddress(body.reason.strip()))


async def ship(request: web.Request) -> web.Response:
    body = await parse(request, schemas.Shipment)
    return await _change(request, Ship(_line(body.carrier), _line(body.tracking_number)))


async def deliver(request: web.Request) -> web.Response:
    return await _change(request, Deliver())


async def forfeit(request: web.Request) -> web.Response:
    body = await parse(request, schemas.Forfeiture)
    return await _change(request, Forfeit(ForfeitReason(body.cause), body.reason.strip()))


async def redraw(request: web.Request) -> web.Response:
    return await _decide(request, lambda id: Redraw(id, wanted_versions(request)))


async def give_back(request: web.Request) -> web.Response:
    return await _decide(request, lambda id: ReturnPrize(id, wanted_versions(request)))


async def _change(request: web.Request, change: Change) -> web.Response:
    """Have the winner's actor do it."""
    prize = (await _found(request)).fulfilment
    wish = ChangeFulfillment(prize.fulfillment_id, change, wanted_versions(request))
    player = request.app[REGISTRY].ref(USER, prize.user_id)
    if principal_of(request).user_id != prize.user_id:
        return _shown(await admin_ask(request, player, wish))
    answer: Answer = await player.ask(intend(wish, idempotency_key(request), origin_of(request)))
    return _shown(answer)


async def _decide(request: web.Request, wish: Callable[[FulfillmentId], Command]) -> web.Response:
    """Have the drawing's actor do it."""
    prize = (await _found(request)).fulfilment
    return _shown(await admin_command(request, prize.drawing_id, wish(prize.fulfillment_id)))


async def _found(request: web.Request) -> Listed:
    """The fulfilment in the address, if the one who asks may know of it."""
    found = await request.app[READS].run(queries.find_listed, FulfillmentId(path_uuid(request)))
    principal = principal_of(request)
    if found is None or not (principal.is_admin or found.fulfilment.user_id == principal.user_id):
        raise NotFound("There is no such fulfillment.")
    return found


def _shown(answer: Answer, *, status: int = 200) -> web.Response:
    assert isinstance(answer.body, schemas.Fulfillment), "the answer to a change is the fulfillment"
    return render_answer(answer, status=status, etag=answer.body.etag)


def _line(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def _edited(text: str | None | UnsetType) -> str | None | UnsetType:
    return text if text is UNSET else (text or "").strip() or None


def _doing(
    path: str,
    handler: Handler,
    summary: str,
    *problems: type[Problem],
    access: Access = Access.ADMIN,
    scope: Scope | None = None,
    body: type[Struct] | None = None,
    step_up: bool = False,
) -> Route:
    return Route(
        "POST",
        f"{_ONE}/{path}",
        handler,
        summary=summary,
        access=access,
        scope=scope,
        step_up=step_up,
        guarded=True,
        tag=TAG,
        body=body,
        answer=schemas.Fulfillment,
        problems=(InvalidTransition, Conflict, *problems),
    )


ROUTES: list[Route] = [
    Route(
        "GET",
        _ALL,
        list_fulfillments,
        summary="One's own prizes on their way; for admins anybody's",
        access=Access.PLAYER_READ,
        scope=Scope.FULFILLMENTS_READ,
        tag=TAG,
        query=schemas.FulfillmentsQuery,
        answer=Page[schemas.ListedFulfillment],
        problems=(Forbidden,),
    ),
    Route(
        "POST",
        _ALL,
        add,
        summary="Make the fulfillment of a winner who has none",
        access=Access.ADMIN,
        tag=TAG,
        body=schemas.NewFulfillment,
        answer=schemas.Fulfillment,
        status=201,
        problems=(NotFound, NotCompleted, Conflict),
    ),
    # Before the address of one: the router tries them in this order.
    Route(
        "GET",
        f"{_ALL}/tax-totals.csv",
        tax_totals,
        summary="What each winner received in a year, for tax forms",
        access=Access.ADMIN,
        tag=TAG,
        query=schemas.TaxQuery,
        answer=str,
        media_types=(CSV,),
    ),
    Route(
        "GET",
        _ONE,
        get_fulfillment,
        summary="One prize on its way, with its history and its address",
        access=Access.PLAYER_READ,
        scope=Scope.FULFILLMENTS_READ,
        tag=TAG,
        answer=schemas.FulfillmentDetail,
    ),
    Route(
        "PUT",
        _ONE,
        edit,
        summary="Change notes or the parcel",
        access=Access.ADMIN,
        guarded=True,
        tag=TAG,
        body=schemas.FulfillmentEdit,
        answer=schemas.Fulfillment,
        problems=(NotEditable,),
    ),
    _doing("notify", notify, "Tell the winner, or remind them"),
    _doing(
        "confirm-address",
        confirm_address,
        "Say where the prize is to be sent",
        access=Access.PLAYER,
        body=schemas.AddressInput,
    ),
    _doing(
        "invalidate-address",
        invalidate_address,
        "Send it back to the winner: the address is wrong",
        scope=Scope.FULFILLMENTS_WRITE,
        body=schemas.WrongAddress,
    ),
    _doing(
        "ship",
        ship,
        "Hand it to a carrier",
        PrizeOnHold,
        scope=Scope.FULFILLMENTS_WRITE,
        body=schemas.Shipment,
    ),
    _doing("deliver", deliver, "It has arrived", PrizeOnHold, scope=Scope.FULFILLMENTS_WRITE),
    _doing(
        "forfeit", forfeit, "Take the prize from its winner, on record", body=schemas.Forfeiture, step_up=True
    ),
    _doing("redraw", redraw, "Give a forfeited prize to the next alternate", NotCompleted, step_up=True),
    _doing("return", give_back, "Let a forfeited prize go back", NotCompleted),
]

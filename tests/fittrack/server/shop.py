"""A small product behind the real plumbing: a shop of shoes, with every kind of route there is."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from msgspec import Meta, field

from fittrack.kit.problems import Conflict, FieldError, Validation
from fittrack.server.etags import etag_of, require_match
from fittrack.server.pagination import Page, page_of
from fittrack.server.parse import decode, has_field, parse, parse_query, path_choice, path_uuid, read_body
from fittrack.server.principal import principal_of, principal_or_none
from fittrack.server.render import no_content, render
from fittrack.server.routes import API, Access, Deprecation, Route
from fittrack.server.schemas import Answer, Input, PageQuery
from protocol.shapes import Instant, WireInstant

Color = Literal["black", "red"]
Size = Annotated[int, Meta(ge=20, le=50)]
Note = Annotated[str, Meta(min_length=2, max_length=2000)]
NOON = WireInstant("2026-03-01T12:00:00.000Z")


class Lace(Input, frozen=True, kw_only=True):
    color: Color
    length: Annotated[float, Meta(gt=0, le=200)] = 90.0


class NewShoe(Input, frozen=True, kw_only=True):
    name: Note
    size: Size
    color: Color = "black"
    laces: Annotated[list[Lace], Meta(max_length=4)] = field(default_factory=list)


class NewShoes(Input, frozen=True, kw_only=True):
    shoes: Annotated[list[NewShoe], Meta(min_length=1, max_length=500)]


class Shoe(Answer, frozen=True, kw_only=True):
    name: str
    size: int
    made_at: Instant


class Card(Answer, frozen=True, kw_only=True):
    user_id: UUID | None


class ShoeQuery(PageQuery, frozen=True, kw_only=True):
    color: Color | None = None


class SoldOut(Conflict):
    code, status, title = "sold-out", 409, "No such shoe is left"


async def list_shoes(request: web.Request) -> web.Response:
    query = parse_query(request, ShoeQuery)
    shoes = [Shoe(name=f"shoe {n}", size=40, made_at=NOON) for n in range(query.limit)]
    return render(page_of(shoes, query, total=45))


async def make_shoe(request: web.Request) -> web.Response:
    shoe = await parse(request, NewShoe)
    return render(Shoe(name=shoe.name, size=shoe.size, made_at=NOON), status=201)


async def make_shoes(request: web.Request) -> web.Response:
    body = await read_body(request)
    shoes = decode(body, NewShoes).shoes if has_field(body, "shoes") else [decode(body, NewShoe)]
    return render([Shoe(name=shoe.name, size=shoe.size, made_at=NOON) for shoe in shoes], status=201)


async def show_shoe(request: web.Request) -> web.Response:
    path_uuid(request)
    return render(Shoe(name="x" * 600, size=40, made_at=NOON), etag=etag_of(7))


async def change_shoe(request: web.Request) -> web.Response:
    path_uuid(request)
    require_match(request, etag_of(7))
    await parse(request, Lace)
    return no_content()


async def shoes_of_color(request: web.Request) -> web.Response:
    color = path_choice(request, Color, "color")
    return render(Shoe(name=color, size=40, made_at=NOON))


async def register(request: web.Request) -> web.Response:
    await parse(request, NewShoe)
    raise Validation(errors=[FieldError("/name", "Is a weak name.")])


async def show_me(request: web.Request) -> web.Response:
    return render(Card(user_id=principal_of(request).user_id))


async def greet(request: web.Request) -> web.Response:
    principal = principal_or_none(request)
    return render(Card(user_id=principal and principal.user_id))


async def sign_in(_: web.Request) -> web.Response:
    return render(Shoe(name="t" * 2000, size=40, made_at=NOON))


async def buy(_: web.Request) -> web.Response:
    raise SoldOut("Every shoe of that size was bought", after_ms=1500)


async def stumble(_: web.Request) -> web.Response:
    raise RuntimeError("the secret ingredient is love")


SHOES = f"{API}/shoes"
ROUTES = [
    Route("GET", SHOES, list_shoes, summary="List the shoes", access=Access.ANYONE, tag="Shoes",
          query=ShoeQuery, answer=Page[Shoe]),
    Route("POST", SHOES, make_shoe, summary="Make a shoe", access=Access.PLAYER, tag="Shoes",
          body=NewShoe, answer=Shoe, status=201),
    Route("POST", f"{SHOES}/batch", make_shoes, summary="Make many", access=Access.ANYONE, tag="Shoes",
          body=(NewShoe, NewShoes), answer=list[Shoe], status=201),
    Route("GET", f"{SHOES}/{{id}}", show_shoe, summary="Show a shoe", access=Access.ANYONE, tag="Shoes",
          answer=Shoe),
    Route("PATCH", f"{SHOES}/{{id}}", change_shoe, summary="Change the lace", access=Access.ANYONE,
          tag="Shoes", body=Lace, guarded=True),
    Route("GET", f"{SHOES}/by-color/{{color}}", shoes_of_color, summary="Of one color",
          access=Access.ANYONE, tag="Shoes", path_types={"color": Color}, answer=Shoe),
    Route("POST", f"{API}/register", register, summary="Register", access=Access.ANYONE, tag="People",
          body=NewShoe, validation_status=400),
    Route("GET", f"{API}/me", show_me, summary="Who I am", access=Access.SIGNED_IN, tag="People",
          answer=Card),
    Route("GET", f"{API}/greeting", greet, summary="Hello", access=Access.OPTIONAL, tag="People",
          answer=Card),
    Route("GET", f"{API}/admin", show_me, summary="For admins", access=Access.ADMIN, tag="People",
          answer=Card),
    Route("POST", f"{API}/sign-in", sign_in, summary="Sign in", access=Access.ANYONE, tag="People",
          answer=Shoe, secret=True),
    Route("POST", f"{SHOES}/buy", buy, summary="Buy", access=Access.ANYONE, tag="Shoes",
          answer=Shoe, problems=(SoldOut,)),
    Route("GET", f"{SHOES}/former", list_shoes, summary="As it was", access=Access.ANYONE, tag="Shoes",
          query=ShoeQuery, answer=Page[Shoe],
          deprecation=Deprecation(since=date(2026, 1, 1), sunset=date(2027, 1, 1), successor=SHOES)),
    Route("GET", f"{API}/stumble", stumble, summary="Fail", access=Access.ANYONE, tag="Shoes", answer=Shoe),
]  # fmt: skip

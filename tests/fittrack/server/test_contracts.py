"""Declarations that would break the contract do not start."""

from datetime import datetime
from typing import Annotated, Any

import pytest
from msgspec import Meta, Struct

from fittrack.server.contracts import DeclarationError, check_routes
from fittrack.server.routes import Access, Route
from fittrack.server.schemas import Answer, Input
from tests.fittrack.server import shop


class Lax(Struct):
    size: Annotated[int, Meta(ge=0, le=1)]


class Loose(Input, frozen=True, kw_only=True):
    name: str
    size: Annotated[int, Meta(ge=0)]
    tags: list[Annotated[str, Meta(max_length=3)]]
    extra: Annotated[dict[Annotated[str, Meta(max_length=3)], Any], Meta(max_length=3)]
    lax: Lax | None = None


class Dated(Answer, frozen=True, kw_only=True):
    made_at: list[datetime]


def route(access: Access = Access.ANYONE, **declared: Any) -> Route:
    return Route("POST", "/x", shop.make_shoe, summary="", access=access, tag="", **declared)


def test_the_shop_keeps_to_the_contract():
    check_routes(shop.ROUTES)


def test_every_unbounded_input_is_named():
    with pytest.raises(DeclarationError) as failure:
        check_routes([route(body=Loose)])
    assert str(failure.value).splitlines() == [
        "POST /x: Loose.name is a text without max_length",
        "POST /x: Loose.size is a whole number without bounds",
        "POST /x: Loose.tags is a collection without max_length",
        "POST /x: Loose.extra[…] may be anything",
        "POST /x: Loose.lax lets unknown fields pass",
    ]


def test_answers_write_their_instants_themselves():
    with pytest.raises(DeclarationError, match=r"use protocol\.shapes\.Instant"):
        check_routes([route(answer=Dated)])


def test_a_route_is_declared_once():
    with pytest.raises(DeclarationError, match="declared twice"):
        check_routes([route(), route()])


def test_only_admins_can_be_asked_for_a_second_factor():
    check_routes([route(Access.ADMIN, step_up=True)])
    with pytest.raises(DeclarationError, match="step_up without"):
        check_routes([route(Access.PLAYER, step_up=True)])

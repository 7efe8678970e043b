"""Admins' lists over thousands of rows: whatever they are narrowed to, sorted by and read in, nothing is
missing, nothing comes twice, and the total is what counting comes to."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest

from fittrack.app import Node
from protocol.shapes import instant
from tests.door import Client, opened
from tests.fittrack.admin.crowd import Crowd, Fact, gather
from tests.world import no_fatal

Test = Callable[[Fact], bool]
Value = Callable[[Fact], Any]


@dataclass(frozen=True)
class Listing:
    """A list: its address, what tells its lines apart, the facts behind it, and what it can do with them."""

    path: str
    id: str
    facts: list[Fact]
    filters: Mapping[str, Mapping[str, Test]]
    """By parameter: some values, and whether a fact goes with each."""
    sorts: Mapping[str, Value]
    """By the value of `sort`; of one without the parameter, the empty text and its order."""
    cursors: bool = False

    def line(self, item: Mapping[str, Any]) -> str:
        """Which fact an item of an answer is; a prize stands in a line of its own."""
        return str(item.get("prize", item)[self.id])


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    return gather(tmp_path_factory.mktemp("crowd"))


def _is(field: str, *values: object) -> dict[str, Test]:
    return {str(value): partial(_equals, field, value) for value in values}


def _equals(field: str, value: object, fact: Fact) -> bool:
    return bool(fact[field] == value)


def _has(field: str, *parts: str) -> dict[str, Test]:
    return {part: partial(_contains, field, part) for part in parts}


def _contains(field: str, part: str, fact: Fact) -> bool:
    return part.casefold() in (fact[field] or "").casefold()


def _contains_any(fields: Iterable[str], part: str, fact: Fact) -> bool:
    return any(_contains(field, part, fact) for field in fields)


def _flag(test: Test) -> dict[str, Test]:
    return {"true": test, "false": lambda fact: not test(fact)}


def _span(facts: list[Fact]) -> dict[str, dict[str, Test]]:
    """From a quarter of the way to three quarters."""
    instants = sorted(fact["created_at"] for fact in facts)
    since, until = instants[len(instants) // 4], instants[3 * len(instants) // 4]
    return {
        "from": {instant(since): lambda fact: fact["created_at"] >= since},
        "to": {instant(until): lambda fact: fact["created_at"] < until},
    }


def _by(field: str) -> Value:
    return lambda fact: fact[field]


def _both_ways(**orders: Value) -> dict[str, Value]:
    return {f"{sign}{name}": value for name, value in orders.items() for sign in ("", "-")}


def _players(facts: dict[str, list[Fact]]) -> Listing:
    known = {fact["user_id"]: fact for fact in facts["profiles"]}
    nobody = {"display_name": None, "display_key": None, "tier_code": None}
    people = [{**nobody, **known.get(fact["user_id"], {}), **fact} for fact in facts["users"]]
    anywhere = {"NORTH": partial(_contains_any, ("email_key", "display_key"), "NORTH")}
    return Listing(
        "/admin/users",
        "user_id",
        people,
        {
            "q": anywhere,
            "email": _has("email_key", "Guest1"),
            "name": _has("display_key", "ann"),
            "status": _is("status", "active"),
            "role": _is("role", "premium"),
            "tier": _is("tier_code", "F-30-39-ADV"),
            "under_review": {"true": _by("under_review")},
        },
        _both_ways(created_at=_by("created_at"), email=_by("email_key"), display_name=_by("display_key")),
    )


def _transactions(facts: dict[str, list[Fact]]) -> Listing:
    entries = facts["ledger"]
    return Listing(
        "/transactions",
        "transaction_id",
        entries,
        {
            "user_id": _is("user_id", entries[0]["user_id"], facts["users"][0]["user_id"]),
            "type": _is("transaction_type", "earn", "adjust"),
            "reference_type": _is("reference_type", "activity"),
            **_span(entries),
        },
        {"": _by("created_at")},
        cursors=True,
    )


def _audit(facts: dict[str, list[Fact]]) -> Listing:
    records = facts["audit_log"]
    return Listing(
        "/admin/audit",
        "audit_id",
        records,
        {
            "actor": _is("actor_id", records[0]["actor_id"]),
            "action": _is("action", "user.suspend"),
            "subject_type": _is("subject_type", "user"),
            "subject_id": _is("subject_id", "one"),
            **_span(records),
        },
        {"": _by("created_at")},
        cursors=True,
    )


def _reviews(facts: dict[str, list[Fact]]) -> Listing:
    waiting = {fact["review_id"] for fact in facts["review_appeals"] if fact["answered_at"] is None}
    reviews = facts["account_reviews"]
    return Listing(
        "/admin/reviews",
        "review_id",
        reviews,
        {
            "status": _is("status", "open", "confirmed"),
            "reason": _is("reason", "tier-outlier"),
            "user_id": _is("user_id", reviews[0]["user_id"]),
            "appealed": _flag(lambda fact: fact["review_id"] in waiting),
        },
        _both_ways(opened_at=_by("opened_at")),
    )


def _fulfilments(facts: dict[str, list[Fact]]) -> Listing:
    worth = {fact["prize_id"]: fact["value_cents"] for fact in facts["prizes"]}
    on_their_way = facts["fulfillments"]
    soon = max(fact["created_at"] for fact in on_their_way) + timedelta(days=7)
    orders = _both_ways(created_at=_by("created_at"), updated_at=_by("updated_at"))
    return Listing(
        "/fulfillments",
        "fulfillment_id",
        on_their_way,
        {
            "status": _is("status", "shipped", "winner_notified"),
            "drawing_id": _is("drawing_id", on_their_way[0]["drawing_id"]),
            "user_id": _is("user_id", on_their_way[1]["user_id"]),
            "overdue": _flag(lambda f: f["address_due_at"] is not None and f["address_due_at"] <= soon),
        },
        {**orders, "due": _by("next_due_at"), "-value": lambda fact: worth[fact["prize_id"]]},
    )


def _sponsors(facts: dict[str, list[Fact]]) -> Listing:
    return Listing(
        "/sponsors",
        "sponsor_id",
        facts["sponsors"],
        {"q": _has("name", "ACME", "5"), "active": _flag(_by("active"))},
        _both_ways(name=lambda fact: fact["name"].lower(), created_at=_by("created_at")),
    )


def _prizes(facts: dict[str, list[Fact]]) -> Listing:
    drawings = {fact["drawing_id"]: fact for fact in facts["drawings"]}
    gifts = [
        {
            **fact,
            "status": drawings[fact["drawing_id"]]["status"],
            "drawing_time": drawings[fact["drawing_id"]]["drawing_time"],
        }
        for fact in facts["prizes"]
    ]
    return Listing(
        "/prizes",
        "prize_id",
        gifts,
        {
            "q": _has("name", "BIK", "u"),
            "drawing_id": _is("drawing_id", gifts[0]["drawing_id"]),
            "sponsor_id": _is("sponsor_id", facts["sponsors"][0]["sponsor_id"]),
            "status": _is("status", "draft"),
            "fulfillment_type": _is("fulfillment_type", "digital"),
        },
        _both_ways(
            drawing_time=_by("drawing_time"),
            name=lambda fact: fact["name"].lower(),
            value_usd=_by("value_cents"),
        ),
    )


LISTS = pytest.mark.parametrize(
    "listing_of", [_players, _transactions, _audit, _reviews, _fulfilments, _sponsors, _prizes]
)


@LISTS
async def test_any_filters_together_find_what_counting_comes_to(
    crowd: Crowd, listing_of: Callable[[dict[str, list[Fact]]], Listing]
) -> None:
    listing = listing_of(crowd.facts)
    found = 0
    async with _reader(crowd) as read:
        for chosen in _choices(listing):
            page = await read(listing.path, {**chosen, "limit": 1})
            wanted = _found(listing, chosen)
            assert page["pagination"]["total_items"] == len(wanted), chosen
            assert len(page["items"]) == min(1, len(wanted)), chosen
            assert {listing.line(item) for item in page["items"]} <= wanted.keys(), chosen
            found += bool(wanted)
    assert found > 2 ** len(listing.filters) // 3, "most of what is asked for is there"


@LISTS
async def test_pages_in_any_order_hold_everything_once(
    crowd: Crowd, listing_of: Callable[[dict[str, list[Fact]]], Listing]
) -> None:
    listing = listing_of(crowd.facts)
    first, tests = next(iter(listing.filters.items()))
    narrowed = {first: list(tests)[-1]}
    walks = [({}, order, 100) for order in listing.sorts] + [(narrowed, next(iter(listing.sorts)), 23)]
    async with _reader(crowd) as read:
        for chosen, order, limit in walks:
            sort = {"sort": order} if order else {}
            lines = [line async for line in _by_pages(read, listing, {**chosen, **sort, "limit": limit})]
            falling = order.startswith("-") or not order
            _check(listing, lines, chosen, listing.sorts[order], falling=falling)
        if listing.cursors:
            lines = [line async for line in _by_cursors(read, listing, {"limit": 100})]
            _check(listing, lines, {}, listing.sorts[""], falling=True)


Chosen = dict[str, str]
Read = Callable[[str, Mapping[str, object]], Awaitable[dict[str, Any]]]


@asynccontextmanager
async def _reader(crowd: Crowd) -> AsyncIterator[Read]:
    node = Node(crowd.settings, on_fatal=no_fatal)
    try:
        async with opened(node) as client:
            yield partial(_read, client, crowd.token)
    finally:
        await node.close()


async def _read(client: Client, token: str, path: str, asked: Mapping[str, object]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    async with client.get(f"/api/v1{path}?{urlencode(asked)}", headers=headers) as response:
        page: dict[str, Any] = await response.json()
        assert response.status == 200, page
        return page


def _choices(listing: Listing) -> Iterator[Chosen]:
    """Every combination of the filters' values, each of which may be left out."""
    for values in product(*([None, *tests] for tests in listing.filters.values())):
        yield {name: value for name, value in zip(listing.filters, values, strict=True) if value is not None}


def _found(listing: Listing, chosen: Chosen) -> dict[str, Fact]:
    tests = [listing.filters[name][value] for name, value in chosen.items()]
    return {str(fact[listing.id]): fact for fact in listing.facts if all(test(fact) for test in tests)}


async def _by_pages(read: Read, listing: Listing, asked: dict[str, object]) -> AsyncIterator[str]:
    number, pages = 0, 1
    while number < pages:
        number += 1
        page = await read(listing.path, {**asked, "page": number})
        pages = page["pagination"]["total_pages"]
        for item in page["items"]:
            yield listing.line(item)


async def _by_cursors(read: Read, listing: Listing, asked: dict[str, object]) -> AsyncIterator[str]:
    more: dict[str, object] = {}
    while True:
        page = await read(listing.path, {**asked, **more})
        for item in page["items"]:
            yield listing.line(item)
        cursor = page["pagination"]["next_cursor"]
        if cursor is None:
            return
        more = {"cursor": cursor}


def _check(listing: Listing, lines: list[str], chosen: Chosen, value: Value, *, falling: bool) -> None:
    """All that is wanted, once, in order; what has no value comes last."""
    wanted = _found(listing, chosen)
    assert len(lines) == len(set(lines)), "a line comes twice"
    assert set(lines) == wanted.keys()
    values = [value(wanted[line]) for line in lines]
    known = [each for each in values if each is not None]
    assert values[: len(known)] == sorted(known, reverse=falling)

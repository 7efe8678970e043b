"""Holes of the system that this one replaces: each was somebody saying what only the server may decide."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.contracts import things
from tests.contracts.requests import API
from tests.contracts.town import PASSWORD, Caller, Town
from tests.wire import wired

Running = tuple[Town, asyncio.Runner]

PROFILE = {"display_name": "Mallory", "biological_sex": "female", "fitness_level": "beginner"}
REGISTRATION = {
    "email": "mallory@new.example",
    "password": PASSWORD,
    "date_of_birth": "1990-05-17",
    "state": "TX",
    "accepted_terms": True,
    "accepted_rules": True,
}


async def ask(
    town: Town, method: str, path: str, body: object = None, caller: Caller | None = None
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {caller.token}"} if caller else {}
    url = f"{town.address.url}{API}{path}"
    async with town.http.request(method, url, json=body, headers=headers) as answer:
        return answer.status, await answer.json()


def unknown_fields(body: Any) -> set[str]:
    return {error["pointer"].rpartition("/")[2] for error in body["errors"]}


@pytest.mark.parametrize("field", ["points_earned", "user_id", "flags", "duplicate_of"])
def test_a_player_says_what_was_done_and_never_what_it_earned(town_and_runner: Running, field: str) -> None:
    town, runner = town_and_runner

    async def attempt() -> None:
        player = await town.caller("player")
        activity = things.an_activity(town) | {field: 1_000}
        status, body = await ask(town, "POST", "/activities", activity, player)
        assert (status, unknown_fields(body)) == (422, {field})
        async with wired(town.address, player.token) as wire:
            data = {"activities": [activity]}
            await wire.send({"t": "activity.log", "id": "asked", "key": str(uuid4()), "d": data})
            answer = (await wire.answers(["asked"]))["asked"]
        assert (answer["d"]["accepted"], answer["d"]["points"]) == (0, 0)
        assert (await ask(town, "GET", "/points/balance", caller=player))[1]["balance"] == 0

    runner.run(attempt())


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nobody_writes_a_ledger(town_and_runner: Running, method: str) -> None:
    town, runner = town_and_runner

    async def attempt() -> None:
        for kind in ("player", "admin"):
            caller = await town.caller(kind)
            entry = {"amount": 1_000, "transaction_type": "earn"}
            assert (await ask(town, method, "/points/transactions", entry, caller))[0] == 405
            assert (await ask(town, method, "/points/balance", entry, caller))[0] == 405

    runner.run(attempt())


@pytest.mark.parametrize("field", ["user_id", "first_ticket", "points_spent", "source"])
def test_tickets_are_bought_for_oneself_at_the_drawings_price(town_and_runner: Running, field: str) -> None:
    town, runner = town_and_runner

    async def attempt() -> None:
        player = await things.rich(town, "player")
        drawing = await things.drawing(town, player, "open")
        wish = {"quantity": 1, field: str(uuid4())}
        for path, body in (
            (f"/drawings/{drawing['id']}/tickets", wish),
            ("/tickets", wish | {"drawing_id": drawing["id"]}),
        ):
            status, answer = await ask(town, "POST", path, body, player)
            assert (status, unknown_fields(answer)) == (422, {field})
        assert (await ask(town, "GET", "/points/balance", caller=player))[1]["balance"] == 1_000

    runner.run(attempt())


@pytest.mark.parametrize("field", ["role", "status", "tier_code", "age_bracket", "user_id", "email_verified"])
def test_nobody_says_who_they_are_to_us(town_and_runner: Running, field: str) -> None:
    town, runner = town_and_runner

    async def attempt() -> None:
        player = await town.caller("player")
        for method, path, body, caller in (
            ("POST", "/auth/register", REGISTRATION, None),
            ("PUT", "/users/me/profile", PROFILE, player),
            ("PATCH", "/users/me/profile", {}, player),
        ):
            status, answer = await ask(town, method, path, body | {field: "admin"}, caller)
            assert status in (400, 422)
            assert unknown_fields(answer) == {field}

    runner.run(attempt())


def test_a_password_is_reset_by_the_letter_alone(town_and_runner: Running) -> None:
    town, runner = town_and_runner

    async def attempt() -> None:
        victim = await town.caller("player")
        for token in (str(victim.user_id), victim.email, str(uuid4())):
            form = {"token": token, "new_password": PASSWORD}
            status, answer = await ask(town, "POST", "/auth/reset-password", form)
            assert (status, answer["code"]) == (400, "invalid-token")
        form = {"user_id": str(victim.user_id), "new_password": PASSWORD}
        assert (await ask(town, "POST", "/auth/reset-password", form))[0] == 422

    runner.run(attempt())


def test_a_player_who_asks_for_the_tickets_of_another_is_refused(town_and_runner: Running) -> None:
    town, runner = town_and_runner

    async def attempt() -> None:
        buyer, player = await things.rich(town, "player"), await town.caller("player")
        drawing = await things.drawing(town, buyer, "open")
        bought = {"drawing_id": drawing["id"], "quantity": 1}
        assert (await ask(town, "POST", "/tickets", bought, buyer))[0] == 201
        path = f"/tickets?user_id={buyer.user_id}"
        assert (await ask(town, "GET", path, caller=player))[0] == 403
        admin = await town.caller("admin")
        assert len((await ask(town, "GET", path, caller=admin))[1]["items"]) == 1

    runner.run(attempt())

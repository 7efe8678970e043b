"""Coming in and going out at a real server: by Google and Apple, and for good."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fittrack.kit.clock import SystemClock
from tests import databases
from tests.invariants import assert_invariants
from tests.issuers import GOOGLE_APP, FakeIssuer, an_issuer, known_to
from tests.players import Rest
from tests.server import PATIENCE_S, Server, serving
from tests.wire import Wire, wired
from tests.world import migrated, settings_for

PASSWORD = "Correct-Horse-7-Battery"
REVOKED = 4503
DECLARED = {"date_of_birth": "1990-05-17", "state": "TX", "accepted_terms": True, "accepted_rules": True}

clock = SystemClock()


@pytest.fixture
async def google() -> AsyncIterator[FakeIssuer]:
    async with an_issuer(GOOGLE_APP) as issuer:
        yield issuer


@pytest.fixture
async def server(tmp_path: Path, google: FakeIssuer) -> AsyncIterator[Server]:
    """A server on a new database, where people come in by Google and not by Apple."""
    migrated(settings_for(tmp_path))
    async with serving(tmp_path, **known_to(google=google)) as server:
        yield server
        await server.terminate()
    assert_invariants(databases.settings_of(tmp_path))


@pytest.fixture
async def rest(server: Server) -> AsyncIterator[Rest]:
    async with Rest(server) as rest:
        yield rest


def token_of(issuer: FakeIssuer, name: str) -> str:
    return issuer.token(clock.now(), sub=name, email=f"{name}@doors.example", email_verified=True)


async def come_in(rest: Rest, google: FakeIssuer, name: str) -> dict[str, str]:
    form = {"id_token": token_of(google, name), **DECLARED}
    return await rest.post("/auth/social/google", form)


async def close_code(wire: Wire) -> int | None:
    async with asyncio.timeout(PATIENCE_S):
        while await wire.read():
            pass
    return wire.close_code


async def test_somebody_comes_in_by_google_and_by_apple_nobody_does(
    server: Server, rest: Rest, google: FakeIssuer
) -> None:
    asked = await rest.call("POST", "/auth/social/google", {"id_token": token_of(google, "ada")})
    assert (asked[0], asked[1]["code"]) == (403, "registration-required")
    opened = await rest.call("POST", "/auth/social/google", {"id_token": token_of(google, "ada"), **DECLARED})
    assert opened[0] == 201
    again = await rest.post("/auth/social/google", {"id_token": token_of(google, "ada")})
    assert (await rest.get("/users/me", again["access_token"]))["status"] == "active"
    async with wired(server, again["access_token"]) as wire:
        assert wire.frames[-1]["t"] == "welcome"
    elsewhere = await rest.call("POST", "/auth/social/apple", {"id_token": token_of(google, "ada")})
    assert (elsewhere[0], elsewhere[1]["code"]) == (404, "provider-not-configured")
    assert google.fetches == 1


async def test_an_issuer_that_is_gone_makes_nobody_wait_for_ever(rest: Rest, google: FakeIssuer) -> None:
    google.answers.clear()
    status, problem = await rest.call("POST", "/auth/social/google", {"id_token": token_of(google, "ada")})
    google.answers.set()
    assert (status, problem["code"]) == (503, "issuer-unreachable")


async def test_a_stolen_access_token_dies_with_the_logout_on_rest_and_websocket(
    server: Server, rest: Rest, google: FakeIssuer
) -> None:
    phone, tablet = await come_in(rest, google, "ada"), await come_in(rest, google, "ada")
    async with (
        wired(server, phone["access_token"]) as on_phone,
        wired(server, tablet["access_token"]) as other,
    ):
        await rest.post("/auth/logout", token=phone["access_token"])
        assert await close_code(on_phone) == REVOKED
        assert (await rest.call("GET", "/users/me", token=phone["access_token"]))[0] == 401
        refused = await rest.call("POST", "/auth/refresh", {"refresh_token": phone["refresh_token"]})
        assert refused[0] == 401
        await other.send({"t": "ping", "id": "still-here"})
        await other.answers(["still-here"])
    async with wired(server) as thief:
        await thief.send({"t": "auth", "id": "auth", "d": {"token": phone["access_token"]}})
        assert await close_code(thief) is not None
        assert not any(frame["t"] == "welcome" for frame in thief.frames)


async def test_logout_all_closes_every_connection_of_the_account_and_of_no_other(
    server: Server, rest: Rest, google: FakeIssuer
) -> None:
    phone, tablet = await come_in(rest, google, "ada"), await come_in(rest, google, "ada")
    bob = await come_in(rest, google, "bob")
    async with (
        wired(server, phone["access_token"]) as on_phone,
        wired(server, tablet["access_token"]) as on_tablet,
        wired(server, bob["access_token"]) as on_bobs,
    ):
        await rest.post("/auth/logout-all", token=phone["access_token"])
        assert await asyncio.gather(close_code(on_phone), close_code(on_tablet)) == [REVOKED, REVOKED]
        await on_bobs.send({"t": "ping", "id": "still-here"})
        await on_bobs.answers(["still-here"])


async def test_a_device_that_is_signed_out_from_another_one_is_closed(
    server: Server, rest: Rest, google: FakeIssuer
) -> None:
    phone, tablet = await come_in(rest, google, "ada"), await come_in(rest, google, "ada")
    async with wired(server, tablet["access_token"]) as on_tablet:
        listed = await rest.get("/users/me/sessions", phone["access_token"])
        [other] = [session["session_id"] for session in listed["items"] if not session["current"]]
        status, _ = await rest.call("DELETE", f"/users/me/sessions/{other}", token=phone["access_token"])
        assert status == 204
        assert await close_code(on_tablet) == REVOKED
    assert (await rest.call("GET", "/users/me", token=tablet["access_token"]))[0] == 401


async def test_a_replayed_refresh_token_closes_what_the_thief_has_open(
    server: Server, rest: Rest, google: FakeIssuer
) -> None:
    ada = await come_in(rest, google, "ada")
    thief = await rest.post("/auth/refresh", {"refresh_token": ada["refresh_token"]})
    newer = await rest.post("/auth/refresh", {"refresh_token": thief["refresh_token"]})
    async with wired(server, newer["access_token"]) as wire:
        status, _ = await rest.call("POST", "/auth/refresh", {"refresh_token": ada["refresh_token"]})
        assert status == 401
        assert await close_code(wire) == REVOKED

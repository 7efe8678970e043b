"""Operators let a provider run out (`sunset`), or switch it off (`disabled`): what its players find."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from fittrack.config import SettingsError
from tests.actors.house import NOON
from tests.fittrack.connections.conftest import TrackerHouse, a_tracker_node
from tests.google_health import a_google

Starts = Callable[..., AbstractAsyncContextManager[TrackerHouse]]


@pytest.fixture
async def started(tmp_path: Path) -> AsyncIterator[Starts]:
    """Start the node, again and again, with other settings; Google stays as it is."""
    async with a_google(lambda: NOON) as google:
        yield partial(a_tracker_node, tmp_path, google)


async def providers(house: TrackerHouse) -> dict[str, str]:
    token = await house.rest.sign_in("joe")
    told = (await house.rest.get("/connections", token))["providers"]
    return {each["provider"]: each["availability"] for each in told}


async def test_a_provider_that_runs_out_takes_nobody_new_and_goes_on_for_the_others(started: Starts):
    async with started() as house:
        joe, _ = await house.connected()
    async with started(TRACKERS_SUNSET="fitbit,terra") as house:
        eve = await house.person("eve")
        status, problem = await house.call("POST", "/connections/fitbit/initiate", {}, token=eve.token)
        assert (status, problem["code"]) == (409, "tracker-sunset")
        house.google.person("joe-at-google").walk(house.today, 3_000)
        await house.sync()
        connection = await house.connection(joe)
        assert (connection["sync_status"], connection["sync_error"]) == ("idle", None)
        assert await house.balance(joe) == 30
        told = await providers(house)
        assert (told["fitbit"], told["terra"], told["google_fit"]) == ("sunset", "sunset", "active")


async def test_who_came_back_too_late_is_told_that_nobody_new_connects(started: Starts):
    async with started() as house:
        joe = await house.person()
        _, begun = await house.call("POST", "/connections/fitbit/initiate", {}, token=joe.token)
    async with started(TRACKERS_SUNSET="fitbit") as house:
        back = {"code": "a-code", "state": begun["state"]}
        token = await house.rest.sign_in("joe")
        status, problem = await house.call("POST", "/connections/fitbit/callback", back, token=token)
        assert (status, problem["code"]) == (409, "tracker-sunset")


async def test_a_provider_that_is_switched_off_is_not_asked_and_says_so(started: Starts):
    async with started() as house:
        joe, _ = await house.connected()
        await house.sync()
        asked = len(house.google.requests)
    async with started(TRACKERS_DISABLED="fitbit") as house:
        await house.leap(hours=2)
        assert len(house.google.requests) == asked
        connection = await house.connection(joe)
        assert (connection["sync_status"], connection["next_sync_at"]) == ("delayed", None)
        assert connection["sync_error"] == "Fitbit is switched off here for the time being"
        token = await house.rest.sign_in("joe")
        for path in ("/connections/fitbit/sync", "/connections/fitbit/initiate"):
            status, problem = await house.call("POST", path, token=token)
            assert (status, problem["code"]) == (404, "tracker-not-configured")
        assert (await providers(house))["fitbit"] == "disabled"
        async with house.rest.http.post("/api/v1/hooks/fitbit", data=b"{}") as response:
            assert response.status == 404


async def test_a_switched_off_provider_can_be_left_and_is_told_of_it(started: Starts):
    async with started() as house:
        joe, _ = await house.connected()
    async with started(TRACKERS_DISABLED="fitbit") as house:
        token = await house.rest.sign_in("joe")
        assert (await house.call("DELETE", "/connections/fitbit", token=token))[0] == 204
        await house.rest.inner.node.jobs.revoke_tokens()
        assert house.google.revoked == ["joe-at-google"]
        assert await house.connections(joe) == []


async def test_a_switched_on_provider_goes_on_where_it_was(started: Starts):
    async with started() as house:
        joe, body = await house.connected()
        body.walk(house.today, 3_000)
        await house.sync()
    async with started(TRACKERS_DISABLED="fitbit,apple_health") as house:
        await house.leap(minutes=30)
    async with started() as house:
        body.walk(house.today, 5_000)
        await house.leap(minutes=30)
        assert await house.balance(joe) == 50


@pytest.mark.parametrize("switch", ["TRACKERS_SUNSET", "TRACKERS_DISABLED"])
async def test_a_name_that_no_provider_has_stops_the_start(started: Starts, switch: str):
    with pytest.raises(SettingsError, match=f"{switch} names 'fitbti'"):
        async with started(**{switch: "fitbti"}):
            pass

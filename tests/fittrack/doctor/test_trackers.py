"""The doctor tries the OAuth clients by which trackers' providers know us."""

from pathlib import Path

import pytest

from fittrack.doctor.trackers import examine_trackers
from fittrack.kit.clock import SystemClock
from tests.google_health import Fault, a_google, known_as
from tests.world import settings_for

NOBODY = "http://127.0.0.1:9/token"


async def test_without_trackers_there_is_nothing_to_try(tmp_path: Path):
    assert await examine_trackers(settings_for(tmp_path, GOOGLE_CLIENT_ID="for-signing-in")) == []


async def test_a_client_that_google_knows_is_well(tmp_path: Path):
    async with a_google(SystemClock().now) as google:
        [found] = await examine_trackers(settings_for(tmp_path, **known_as(google)))
    assert (found.what, found.ok) == ("tracker google_health", True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"GOOGLE_CLIENT_SECRET": "wrong"}, "invalid_client"),
        ({"GOOGLE_TOKEN_URL": NOBODY}, "does not answer"),
        ({"GOOGLE_CLIENT_SECRET": ""}, "The client secret missing"),
    ],
)
async def test_what_is_wrong_with_the_client_is_told(tmp_path: Path, change: dict[str, str], sentence: str):
    async with a_google(SystemClock().now) as google:
        [found] = await examine_trackers(settings_for(tmp_path, **{**known_as(google), **change}))
    assert not found.ok
    assert sentence in found.sentence
    assert found.remedy


async def test_an_address_that_takes_any_code_is_not_google(tmp_path: Path):
    async with a_google(SystemClock().now) as google:
        google.token_faults.append(Fault(200, '{"access_token": "a", "token_type": "Bearer"}'))
        [found] = await examine_trackers(settings_for(tmp_path, **known_as(google)))
    assert not found.ok

"""What Google sends by itself is only a reason to look."""

import pytest

from fittrack.integrations.trackers.google_health import GoogleHealthHook
from fittrack.integrations.trackers.trouble import HookRefused
from tests.actors.house import NOON
from tests.fittrack.connections.conftest import TrackerHouse
from tests.google_health import HOOK_SECRET, notification


async def test_a_notification_has_what_changed_fetched(house: TrackerHouse):
    joe, body = await house.connected()
    await house.sync()
    body.walk(house.today, 7_000)
    assert await hook(house, notification("joe-at-google"), HOOK_SECRET) == (200, {"received": 1})
    await house.sync()
    assert await house.balance(joe) == 70


async def hook(house: TrackerHouse, body: bytes, secret: str | None, provider: str = "fitbit"):
    headers = {"Content-Type": "application/json"}
    if secret is not None:
        headers["Authorization"] = secret
    url = f"/api/v1/hooks/{provider}"
    async with house.rest.http.post(url, data=body, headers=headers) as response:
        return response.status, await response.json()


@pytest.mark.parametrize("sent", ["Bearer \udcff", "Bearer ÿ", ""])
def test_a_header_that_is_no_text_is_not_the_secret(sent: str):
    with pytest.raises(HookRefused):
        GoogleHealthHook(HOOK_SECRET).read({"Authorization": sent}, b"{}", NOON)
    assert not GoogleHealthHook(HOOK_SECRET).handshake(sent)


async def test_the_handshake_needs_the_secret(house: TrackerHouse):
    question = b'{"type": "verification"}'
    assert (await hook(house, question, HOOK_SECRET))[0] == 201
    assert (await hook(house, question, None))[0] == 401
    assert (await hook(house, question, "Bearer wrong"))[0] == 401
    assert (await hook(house, question, HOOK_SECRET, "garmin"))[0] == 404
    async with house.rest.http.get("/api/v1/hooks/fitbit", params={"verify": HOOK_SECRET}) as response:
        assert response.status == 204
    async with house.rest.http.get("/api/v1/hooks/fitbit", params={"verify": "guess"}) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"{}", 200), (b"[", 400), (b'{"data": 1}', 400), (notification("nobody-here"), 200)],
)
async def test_a_notification_that_concerns_nobody_changes_nothing(
    house: TrackerHouse, body: bytes, expected: int
):
    await house.connected()
    await house.sync()
    asked = len(house.google.requests)
    assert (await hook(house, body, HOOK_SECRET))[0] == expected
    await house.sync()
    assert len(house.google.requests) == asked

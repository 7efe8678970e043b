"""Two processes sync one set of connections: none twice at once, and no token is refreshed twice."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import SystemClock
from protocol.shapes import instant
from tests.cluster.nodes import two_nodes
from tests.evidence import assert_sound
from tests.google_health import HOOK_SECRET, FakeGoogle, a_google, known_as, notification
from tests.players import Rest
from tests.server import PATIENCE_S, Server
from tests.stage import Stage, eventually
from tests.world import Member

PLAYERS = 8
ANSWER_S = 0.02
"""Of the provider: long enough for syncs of both nodes to meet."""


def account_of(member: Member) -> str:
    return f"{member.user_id}-at-google"


async def connect(door: Rest, google: FakeGoogle, member: Member) -> None:
    status, begun = await door.call("POST", "/connections/fitbit/initiate", {}, token=member.token)
    assert status == 201, begun
    back = google.consent(str(begun["authorization_url"]), account_of(member))
    status, connection = await door.call("POST", "/connections/fitbit/callback", back, token=member.token)
    assert status == 201, connection


async def notify(server: Server, account: str) -> None:
    """Google says to one of the nodes that something changed."""
    headers = {"Content-Type": "application/json", "Authorization": HOOK_SECRET}
    url = f"{server.url}/api/v1/hooks/google_health"
    body = notification(account)
    async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=headers) as response:
        assert response.status == 200


async def connection(door: Rest, member: Member) -> dict[str, Any]:
    [found] = (await door.get("/connections", member.token))["items"]
    return dict(found)


async def steps_told(door: Rest, member: Member, day: date) -> list[float]:
    found = (await door.get("/activities?limit=100", member.token))["items"]
    return [each["metrics"]["steps"] for each in found if each["external_id"] == f"steps:{day}"]


@pytest.mark.timeout(4 * PATIENCE_S)
async def test_two_processes_sync_each_connection_once_at_a_time(stage: Stage, tmp_path: Path) -> None:
    members = stage.world.players[:PLAYERS]
    day = PlatformCalendar(stage.settings.platform_tz).day_of(SystemClock().now())
    async with (
        a_google(SystemClock().now) as google,
        two_nodes(stage, tmp_path, **known_as(google)) as (one, other),
        Rest(one) as near,
        Rest(other) as far,
    ):
        google.rotates, google.latency_s = True, ANSWER_S
        doors = (near, far)

        async def all_synced_since(moment: str) -> bool:
            found = [await connection(near, member) for member in members]
            return all(each["sync_status"] == "idle" and each["last_sync_at"] >= moment for each in found)

        begun = instant(SystemClock().now())
        for number, member in enumerate(members):
            google.person(account_of(member)).walk(day, 2_000)
            await connect(doors[number % 2], google, member)
        await eventually(lambda: all_synced_since(begun), "the first syncs")
        assert google.refreshes == 0

        for turn in (1, 2):
            google.expire_access()
            before = instant(SystemClock().now())
            await asyncio.gather(
                *(notify(server, account_of(member)) for member in members for server in (one, other))
            )
            await eventually(lambda turn=turn: google.refreshes >= turn * PLAYERS, "the refreshes")
            await eventually(lambda since=before: all_synced_since(since), "the next syncs")
        assert google.refreshes == 2 * PLAYERS
        assert google.busiest_account == 1
        assert [await steps_told(far, member, day) for member in members] == [[2_000]] * PLAYERS
    assert_sound(stage)

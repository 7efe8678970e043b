"""Who may no longer be connected is disconnected, and told not to come back: through the doors alone."""

import pytest

from protocol.close_codes import CloseCode
from tests.admins import step_up
from tests.players import Rest, client
from tests.server import serving
from tests.stage import Stage, eventually
from tests.wire import Wire, wired


async def end_of(wire: Wire) -> int | None:
    """Read on to the end of the connection."""
    while await wire.read():
        pass
    return wire.close_code


@pytest.mark.parametrize("status", ["suspended", "banned"])
async def test_a_suspension_or_ban_closes_every_open_connection_of_the_account_and_no_other(
    stage: Stage, status: str
) -> None:
    bad, good = stage.world.players[:2]
    async with (
        serving(stage.folder) as server,
        Rest(server) as rest,
        wired(server, bad.token) as first,
        wired(server, bad.token) as second,
        wired(server, good.token) as other,
    ):
        at = f"/admin/users/{bad.user_id}/status"
        body = {"status": status, "reason": "Looked at"}
        answer = await rest.call("PUT", at, body, token=stage.world.admin.token)
        assert answer[0] == 200
        assert [await end_of(first), await end_of(second)] == [CloseCode.REVOKED] * 2
        await other.send({"t": "ping", "id": "still-there"})
        await other.until("pong")
        assert (await rest.call("GET", "/auth/me", token=bad.token))[0] == 401


async def test_signing_out_everywhere_closes_every_open_connection(stage: Stage) -> None:
    member = stage.world.players[0]
    async with (
        serving(stage.folder) as server,
        Rest(server) as rest,
        wired(server, member.token) as first,
        wired(server, member.token) as second,
    ):
        assert (await rest.call("POST", "/auth/logout-all", token=member.token))[0] == 204
        assert [await end_of(first), await end_of(second)] == [CloseCode.REVOKED] * 2


async def test_points_that_an_admin_gives_arrive_live(stage: Stage) -> None:
    member, admin = stage.world.players[0], stage.world.admin.token
    async with serving(stage.folder) as server, Rest(server) as rest:
        await step_up(rest, admin)
        async with client(server, member.token) as (_, witness):
            await eventually(lambda: witness.welcomes, "the welcome")
            body = {"amount": 5, "reason": "For your patience", "user_id": str(member.user_id)}
            entry = await rest.post("/transactions", body, token=admin)
            await eventually(lambda: witness.heard["ledger"] == [entry["seq"]], "points.changed")
            await eventually(lambda: witness.heard["inbox"], "the notification")

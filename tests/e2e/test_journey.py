"""The whole way of a newcomer, through the doors that everybody has: REST, the WebSocket, the mail."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from fittrack.kit.clock import SystemClock
from fittrack.kit.ids import uuid7
from protocol.client import Client
from protocol.client_events import Event
from protocol.shapes import instant
from tests import databases
from tests.admins import PRIZES, draft_drawing
from tests.commands import fittrack
from tests.invariants import assert_invariants
from tests.newcomers import a_hard_day, a_newcomer, an_admin
from tests.players import Rest, Witness, client
from tests.server import Server, serving
from tests.stage import eventually

SALES_OPEN_IN_S = 4
SALES_S = 14


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server on a new database."""
    code, output = await fittrack(Server(tmp_path), "migrate")
    assert code == 0, output
    async with serving(tmp_path) as server:
        yield server


async def until(witness: Witness, kind: str, channel: str | None = None) -> Event:
    """The first event of that type."""

    def found() -> list[Event]:
        return [event for event in witness.events if event.t == kind and event.ch == channel]

    await eventually(found, f"{kind} on {channel}")
    return found()[0]


async def earn(phone: Client, rest: Rest, token: str) -> int:
    """Earn over both doors; the balance."""
    now = SystemClock().now()
    first = a_hard_day(now, 1)
    logged = await phone.log_activities([first])
    assert (logged.accepted, logged.points) == (1, 1_000)
    body = {
        "activity_type": "active_minutes",
        "start_time": instant(first.start_time - timedelta(days=1)),
        "end_time": instant(first.end_time - timedelta(days=1)),
        "duration_minutes": 360,
        "source": "fitbit",
        "intensity": "vigorous",
        "external_id": "run-2",
    }
    answer = await rest.post("/activities", body, token=token)
    assert answer["activities"][0]["status"] == "accepted"
    assert answer["balance"] == 2_000
    return 2_000


async def test_the_journey_of_a_newcomer_from_registration_to_a_verified_prize(
    server: Server, tmp_path: Path
) -> None:
    async with Rest(server) as rest:
        admin = await an_admin(server, rest)
        token = await a_newcomer(server, rest, "ada")
        async with client(server, token) as (phone, witness):
            await phone.subscribe("drawings")
            balance = await earn(phone, rest, token)
            assert (await rest.get("/points/balance", token))["balance"] == balance

            drawing_id = await _announced(rest, admin)
            channel = f"drawing:{drawing_id}"
            await until(witness, "drawing.added", "drawings")
            await until(witness, "drawing.opened", "drawings")
            await phone.subscribe(channel)
            bought = await phone.buy_tickets(drawing_id, 3, key=uuid7())
            assert (bought.points_spent, bought.balance, bought.my_tickets) == (300, balance - 300, 3)
            over_rest = await rest.post(f"/drawings/{drawing_id}/tickets", {"quantity": 2}, token=token)
            assert (over_rest["my_tickets"], over_rest["odds"]) == (5, 1.0)

            await _counted_down(witness, channel, tickets=5)
            notice = await until(witness, "notification")
            assert notice.d["notification_type"] == "winner_selected"
            seq = (await rest.get("/points/balance", token))["ledger_seq"]
            assert phone.positions.resume() == {"ledger": seq, "inbox": 1}
        await _results_hold(server, rest, token, drawing_id)
    assert_invariants(databases.settings_of(tmp_path), settled=True)


async def _announced(rest: Rest, admin: str) -> UUID:
    """A scheduled drawing that opens by itself."""
    opening = SystemClock().now() + timedelta(seconds=SALES_OPEN_IN_S)
    drawing = await draft_drawing(rest, admin, cost=100, sales_s=SALES_S, sales_open=instant(opening))
    scheduled = await rest.post(f"/drawings/{drawing['drawing_id']}/schedule", token=admin)
    assert scheduled["status"] == "scheduled"
    assert scheduled["commit"]
    return UUID(drawing["drawing_id"])


async def _counted_down(witness: Witness, channel: str, *, tickets: int) -> None:
    """Ticks until the close, the close with the seed, ticks until the draw, the result."""
    closed = await until(witness, "drawing.closed", channel)
    result = await until(witness, "drawing.result", channel)
    assert (closed.d["tickets"], closed.d["entrants"]) == (tickets, 1)
    assert (result.d["tickets"], result.d["entrants"]) == (tickets, 1)
    kinds = witness.kinds(channel)
    sold = [event.d["tickets"] for event in witness.events if event.t == "drawing.tick"]
    assert sold == sorted(sold, key=lambda count: int(str(count)))
    assert sold[-1] == tickets
    assert kinds.index("snapshot") < kinds.index("drawing.tick") < kinds.index("drawing.closed")
    assert kinds.index("drawing.closed") < kinds.index("drawing.result")


async def _results_hold(server: Server, rest: Rest, token: str, drawing_id: UUID) -> None:
    results = await rest.get(f"/drawings/{drawing_id}/results", token)
    assert results["my"] == {"tickets_held": 5, "won": True}
    assert [winner["display_name"] for winner in results["winners"]] == ["Ada"]
    assert len(results["winners"]) < PRIZES, "one prize per person: the others go back"
    file = server.folder / "proof.json"
    file.write_bytes(await rest.read(f"/drawings/{drawing_id}/proof"))
    code, output = await fittrack(server, "verify-drawing", str(file))
    assert code == 0, output
    _forge(file)
    code, output = await fittrack(server, "verify-drawing", str(file))
    assert code == 1, output


def _forge(file: Path) -> None:
    record = json.loads(file.read_bytes())
    record["entries"][0][1] += 1
    file.write_text(json.dumps(record))

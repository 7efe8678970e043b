"""What one request causes is logged under its trace: at the edge, in turns, by the journal, in the mail."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fittrack.ops.test_live import Disk
from tests.logs import Lines, written_lines
from tests.rest_house import PASSWORD, RestHouse, a_rest_house

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACED = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


@pytest.fixture
def all_lines() -> Iterator[Lines]:
    """Logging of everything, turns and requests too."""
    with written_lines("DEBUG") as lines:
        yield lines


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
async def house(all_lines: Lines, tmp_path: Path, disk: Disk) -> AsyncIterator[RestHouse]:
    async with a_rest_house(tmp_path, store=disk.store) as house:
        yield house


def of_trace(lines: Lines, trace: str = TRACE) -> list[dict[str, Any]]:
    return [line for line in lines() if line.get("trace_id") == trace]


async def test_a_request_and_the_turns_that_it_causes_have_one_trace(
    house: RestHouse, all_lines: Lines
) -> None:
    ann = await house.person("ann")
    drawing_id = await house.inner.drawing()
    path, body = f"/drawings/{drawing_id}/tickets", {"quantity": 1}
    status, _ = await house.call("POST", path, body, token=ann.token, headers=TRACED)
    assert status == 409, "she has no points"
    told = of_trace(all_lines)
    assert [(line["event"], line.get("kind")) for line in told] == [
        ("actor.turn", "user"),
        ("actor.turn", "drawing"),
        ("request.served", None),
    ]
    assert {line["request_id"] for line in told} == {TRACE}


async def test_the_word_of_the_client_for_its_request_stands_beside_its_trace(
    house: RestHouse, all_lines: Lines
) -> None:
    ann = await house.person("ann")
    headers = {**TRACED, "X-Request-ID": "mine"}
    await house.call("GET", "/points/balance", token=ann.token, headers=headers)
    turn = next(line for line in of_trace(all_lines) if line["event"] == "actor.turn")
    assert (turn["trace_id"], turn["request_id"]) == (TRACE, "mine")


async def test_each_request_without_a_trace_gets_one(house: RestHouse, all_lines: Lines) -> None:
    ann = await house.person("ann")
    for _ in range(2):
        await house.call("GET", "/points/balance", token=ann.token)
    first, second = [line for line in all_lines() if line.get("route") == "/api/v1/points/balance"]
    assert first["trace_id"] != second["trace_id"]
    assert all(len(line["trace_id"]) == 32 for line in (first, second))


async def test_what_the_database_does_not_take_is_told_with_the_trace(
    house: RestHouse, all_lines: Lines, disk: Disk
) -> None:
    ann = await house.person("ann")
    disk.is_full = True
    status, _ = await house.call("POST", "/activities", _walk(house), token=ann.token, headers=TRACED)
    disk.is_full = False
    assert status == 503
    [told] = [line for line in all_lines() if line["event"] == "journal.units_failed"]
    assert (told["outcome"], told["units"], told["trace_ids"]) == ("NotStored", 1, [TRACE])
    assert "request.refused" in [line["event"] for line in of_trace(all_lines)]


async def test_a_crash_is_told_with_the_trace(
    house: RestHouse, all_lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await house.person("ann")

    def broken(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("actors.user.UserActor.receive", broken)
    await house.call("GET", "/points/balance", token=ann.token, headers=TRACED)
    assert "actor crashed" in [line["event"] for line in of_trace(all_lines)]


async def test_a_letter_knows_which_request_it_was_written_for(house: RestHouse, all_lines: Lines) -> None:
    await house.register("ann")
    form = {"email": "ann@test.example"}
    status, _ = await house.call("POST", "/auth/resend-verification", form, headers=TRACED)
    assert status < 300
    house.mail_dir.write_text("a file where the folder should be")
    await house.inner.node.jobs.deliver_mail()
    assert "mail.delayed" in [line["event"] for line in of_trace(all_lines)]


async def test_a_round_of_a_job_has_a_trace(house: RestHouse, all_lines: Lines) -> None:
    await house.inner.drawing()  # whose making is recorded, and sealed by a job
    house.inner.node.jobs.start()
    await house.inner.clock.advance(3)
    await house.inner.node.jobs.stop()
    turns = [line for line in all_lines() if line.get("message") == "SealRows"]
    assert turns
    assert all(len(line["trace_id"]) == 32 for line in turns)


async def test_the_logs_of_a_whole_evening_tell_nothing_personal(house: RestHouse, all_lines: Lines) -> None:
    ann = await house.person("ann")
    await house.call("POST", "/auth/login", {"email": ann.email, "password": "Wrong-Horse-7-Battery"})
    await house.call("PUT", "/users/me/profile", {"display_name": "Ann of the Hill"}, token=ann.token)
    await house.call("POST", "/activities", _walk(house), token=ann.token)
    await house.call("GET", "/users/me", token=ann.token)
    await house.call("GET", "/users/me/export", token=ann.token)
    await house.call("GET", "/users/me", token="not.a.token")
    await house.call("POST", "/auth/forgot-password", {"email": ann.email})
    code = await house.code()
    await house.call("POST", "/auth/reset-password", {"token": code, "new_password": PASSWORD + "9"})
    await house.call(
        "DELETE", "/users/me", {"password": PASSWORD + "9"}, token=await house.sign_in("ann", PASSWORD + "9")
    )
    told = "\n".join(map(str, all_lines()))
    assert "request.served" in told
    for private in (
        ann.email,
        "ann@",
        "Ann of the Hill",
        "Player ann",
        PASSWORD,
        ann.token,
        code,
        "1990-05-17",
        "127.0.0.1",
    ):
        assert private not in told, private


def _walk(house: RestHouse) -> dict[str, object]:
    start = house.inner.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "activity_type": "steps",
        "start_time": start,
        "end_time": start,
        "duration_minutes": 0,
        "metrics": {"steps": 1_000},
        "source": "fitbit",
        "external_id": "walk",
    }

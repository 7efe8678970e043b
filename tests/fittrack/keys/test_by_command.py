"""`fittrack keys`, beside a server that sells, and the server's life without the former key."""

import asyncio
from pathlib import Path

import pytest

from fittrack.config.published import DEVELOPMENT_TOKEN_KEYS
from fittrack.keys.counting import take_census
from fittrack.kit.sealing import Sealer
from tests.admins import draft_drawing
from tests.bets import Bets
from tests.commands import fittrack
from tests.fittrack.audit.logbook import logbook
from tests.fittrack.keys.vault import FORMER, fill
from tests.players import Rest
from tests.server import Server, serving
from tests.stage import Stage, set_up

BUYERS = 20


@pytest.fixture
async def stage(tmp_path: Path) -> Stage:
    return await set_up(tmp_path)


async def a_new_key(server: Server) -> str:
    code, output = await fittrack(server, "keys", "generate")
    assert code == 0
    return output.strip()


async def test_keys_are_rotated_beside_a_server_that_sells_and_draws_without_the_former_key(
    stage: Stage,
) -> None:
    members, admin, bets = stage.world.players[:BUYERS], stage.world.admin.token, Bets()
    new = await a_new_key(Server(stage.folder))
    keys = f"{new},{DEVELOPMENT_TOKEN_KEYS}"
    async with serving(stage.folder, TOKEN_KEYS=keys) as server, Rest(server) as rest:
        await rest.get(f"/drawings/{stage.world.drawing_id}")  # its actor holds what the former key sealed
        sales = asyncio.gather(
            *(bets.over_rest(rest, member.token, stage.world.drawing_id, 3) for member in members)
        )
        drawing = await draft_drawing(rest, admin, sales_s=3_600)
        await rest.post(f"/drawings/{drawing['drawing_id']}/schedule", token=admin)
        code, output = await fittrack(server, "keys", "rotate")
        await sales
        assert (code, "Everything is sealed under" in output) == (0, True), output
        edited = await rest.call("PATCH", f"/drawings/{drawing['drawing_id']}", {"name": "Anew"}, token=admin)
        assert edited[0] == 200
        assert census_of(stage, keys) == {new.partition(":")[0]: 4, "dev": 0}
        await server.terminate()
        server.environ["TOKEN_KEYS"] = new
        await server.start()
        await rest.post(f"/drawings/{stage.world.drawing_id}/close", token=admin)
        root = (await rest.get(f"/drawings/{stage.world.drawing_id}/closing"))["root"]
        assert len(root) == 64
        code, output = await fittrack(server, "keys", "status")
        assert (code, "dev" in output) == (0, False), output
        for command in ("check", "audit verify"):
            code, output = await fittrack(server, *command.split())
            assert code == 0, output


def census_of(stage: Stage, keys: str) -> dict[str, int]:
    reader = stage.reader()
    try:
        return take_census(reader, Sealer.from_text(keys)).totals()
    finally:
        reader.dispose()


async def test_a_key_that_is_missing_is_a_sentence_and_exit_code_1(tmp_path: Path) -> None:
    logbook(tmp_path).dispose()
    fill(tmp_path / "fittrack.db", FORMER, 2)
    server = Server(tmp_path)
    for command in ("rotate", "status"):
        code, output = await fittrack(server, "keys", command)
        assert code == 1
        assert "old" in output and "Traceback" not in output
    code, output = await fittrack(server, "doctor")
    assert (code, "“old” (26)" in output) == (1, True)


async def test_a_generated_key_seals(tmp_path: Path) -> None:
    server = Server(tmp_path)
    first, second = await a_new_key(server), await a_new_key(server)
    assert first != second
    sealer = Sealer.from_text(f"{second},{first}")
    assert sealer.open(sealer.seal(b"seed", b"row"), b"row") == b"seed"

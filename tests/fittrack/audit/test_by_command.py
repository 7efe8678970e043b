"""`fittrack audit`, as an operator types it beside a running server and after a crash."""

import json
from pathlib import Path

from sqlalchemy import Engine, delete

from fittrack.db.tables.operations import audit_log
from tests.commands import fittrack
from tests.fittrack.audit.logbook import examined, fill, forge, recorded, unguard
from tests.server import Server, serving
from tests.stage import eventually

PASSWORD = "Correct-Horse-7-Battery"


async def create_admin(server: Server, email: str) -> None:
    code, output = await fittrack(server, "admin", "create", "--email", email, "--password", PASSWORD)
    assert code == 0, output


def heads_in_log(server: Server) -> list[str]:
    """Heads that left the machine with the server's log."""
    events = [json.loads(line) for line in server.log().splitlines() if '"audit.head"' in line]
    return [f"{event['seq']}:{event['hash']}" for event in events]


async def test_a_server_seals_what_commands_recorded_and_its_log_tells_the_head(
    engine: Engine, tmp_path: Path
) -> None:
    async with serving(tmp_path) as server:
        await create_admin(server, "ada@example.com")
        await eventually(lambda: heads_in_log(server), "the head in the log")
        await server.kill()
        await create_admin(server, "eve@example.com")
        code, output = await fittrack(server, "audit", "verify", "--head", heads_in_log(server)[-1])
        assert (code, "The chain holds up to 1:" in output) == (0, True)
        assert "Not sealed yet: 1" in output
        await server.start()
        await eventually(lambda: examined(engine).verdict.rows == 2, "the second seal")
        code, output = await fittrack(server, "audit", "head")
        assert output.split()[0] == heads_in_log(server)[-1]


async def test_making_an_admin_is_recorded_with_who_typed_it(engine: Engine, tmp_path: Path) -> None:
    await create_admin(Server(tmp_path), "ada@example.com")
    with engine.connect() as connection:
        row = connection.execute(audit_log.select()).one()
    assert (row.action, row.actor_id, row.subject_type) == ("admin.create", None, "user")
    assert json.loads(row.after_state) == {"email": "ada@example.com", "role": "admin", "status": "active"}
    assert "@" in row.ip_address
    assert PASSWORD.encode() not in b"".join(value for value in row if isinstance(value, bytes))


async def test_a_broken_chain_is_a_sentence_and_exit_code_1(engine: Engine, tmp_path: Path) -> None:
    fill(engine, 3)
    unguard(engine)
    forge(engine, 2, action="drawing.open")
    code, output = await fittrack(Server(tmp_path), "audit", "verify")
    assert code == 1
    assert "row 2 (" in output
    assert "it is not what was sealed" in output


async def test_heads_kept_in_a_file_show_that_rows_were_cut_off(engine: Engine, tmp_path: Path) -> None:
    server, file = Server(tmp_path), tmp_path / "kept" / "heads"
    file.parent.mkdir()
    for _ in range(2):
        fill(engine, 2)
        code, output = await fittrack(server, "audit", "head", "--append", str(file))
        assert (code, len(output.split())) == (0, 2)
    assert [line.split(":")[0] for line in file.read_text().splitlines()] == ["2", "4"]
    code, output = await fittrack(server, "audit", "verify", "--heads", str(file))
    assert (code, "The chain holds up to 4:" in output) == (0, True)
    unguard(engine)
    with engine.begin() as connection:
        connection.execute(delete(audit_log).where(audit_log.c.chain_seq > 3))
    code, output = await fittrack(server, "audit", "verify", "--heads", str(file))
    assert (code, "last rows were deleted" in output) == (1, True)
    code, output = await fittrack(server, "audit", "verify")
    assert (code, "Without a head kept elsewhere" in output) == (0, True)


async def test_what_is_no_head_is_a_sentence(engine: Engine, tmp_path: Path) -> None:
    recorded(engine)
    code, output = await fittrack(Server(tmp_path), "audit", "verify", "--head", "latest")
    assert code == 1
    assert "'latest' is no head: a head is SEQ:HASH" in output
    assert "Traceback" not in output

"""What processes send that tests start is known, whatever becomes of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import sent
from tests.sent.process import collected


def test_what_a_command_sends_is_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    monkeypatch.setenv(sent.FOLDER_VARIABLE, str(folder))
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/fittrack.db", "APP_ENV": "testing"}
    for command in ("migrate", "check"):
        subprocess.run(
            [sys.executable, "-m", "fittrack", command],
            env={**sent.environ(str(sent.ROOT)), **database},
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
    statements, lines = collected(folder)
    assert any(sql.startswith("SELECT") and "FROM ledger" in sql for sql in statements)
    assert "fittrack/check/queries.py" in {file for file, _ in lines}


def test_a_line_that_a_killed_process_began_is_no_line(tmp_path: Path) -> None:
    (tmp_path / "7.jsonl").write_text('["statement", "SELECT 1 FROM dual"]\n["statement", "SEL')
    assert collected(tmp_path) == ({"SELECT 1 FROM dual"}, set())

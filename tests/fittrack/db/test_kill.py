"""Kill -9 between any two steps of the writer, and at any instant: what was acknowledged is there."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from fittrack.db.tables.logs import drawing_log
from tests import databases
from tests.fittrack.db.appending_child import PURCHASES_AT_A_TIME
from tests.fittrack.db.journal_world import a_database, assert_lawful, reading

CHILD_SECONDS_MAX = 60
STEPS_OF_A_BATCH = 6  # begin, three tables, commit, committed


def _start(folder: Path, steps: int) -> subprocess.Popen[bytes]:
    a_database(folder).dispose()
    command = [sys.executable, "-m", "tests.fittrack.db.appending_child", str(folder), str(steps)]
    environ = {**os.environ, **databases.server_environ()}
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3], env=environ)


def _acknowledged(output: bytes) -> list[UUID]:
    return [UUID(line) for line in output.decode().split("\n") if len(line) == 36]


def _assert_kept(folder: Path, acknowledged: list[UUID]) -> int:
    """Everything acknowledged is stored, in order; what is stored besides is at most one whole batch."""
    engine = a_database(folder)
    try:
        assert_lawful(engine)
        with reading(engine) as connection:
            stored = list(
                connection.execute(select(drawing_log.c.unit_id).order_by(drawing_log.c.rev)).scalars()
            )
    finally:
        engine.dispose()
    assert stored[: len(acknowledged)] == acknowledged
    assert len(stored) % PURCHASES_AT_A_TIME == 0, "a batch is stored whole or not at all"
    assert len(stored) - len(acknowledged) <= PURCHASES_AT_A_TIME
    return len(stored)


@pytest.mark.parametrize("step", range(1, STEPS_OF_A_BATCH + 1))
def test_a_process_killed_before_a_step_of_its_third_batch_keeps_what_it_acknowledged(
    tmp_path: Path, step: int
) -> None:
    child = _start(tmp_path, 2 * STEPS_OF_A_BATCH + step)
    output, _ = child.communicate(timeout=CHILD_SECONDS_MAX)
    assert child.returncode == -signal.SIGKILL
    stored = _assert_kept(tmp_path, _acknowledged(output))
    assert stored == PURCHASES_AT_A_TIME * (3 if step == STEPS_OF_A_BATCH else 2)


@pytest.mark.parametrize("after", [1, 313])
def test_a_process_killed_at_any_instant_keeps_what_it_acknowledged(tmp_path: Path, after: int) -> None:
    child = _start(tmp_path, 0)
    assert child.stdout is not None
    output = b"".join(child.stdout.readline() for _ in range(after))
    child.kill()
    output += child.stdout.read()
    child.stdout.close()
    child.wait(timeout=CHILD_SECONDS_MAX)
    acknowledged = _acknowledged(output)
    assert len(acknowledged) >= after
    _assert_kept(tmp_path, acknowledged)

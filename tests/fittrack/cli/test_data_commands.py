"""`fittrack seed`, `check` and `doctor`, as an operator types them."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fittrack.demo.people import ADMIN_EMAIL, DEMO_PASSWORD, PLAYER_EMAIL
from tests import sent
from tests.server import ROOT
from tests.world import migrated, settings_for

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command in a folder of its own, as on a fresh machine."""

    def run_it(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "fittrack", *arguments],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "COLUMNS": "120", **sent.environ(str(ROOT)), **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    return run_it


def test_seeding_needs_a_schema(run: Run) -> None:
    done = run("seed")
    assert done.returncode == 2
    assert "run `fittrack migrate`" in done.stderr


@pytest.mark.parametrize(
    "command",
    [["serve", "--port", "0"], ["admin", "create", "--email", "a@b.example", "--password", DEMO_PASSWORD]],
)
def test_without_a_schema_the_operator_is_told_what_to_do(run: Run, command: list[str]) -> None:
    done = run(*command)
    assert done.returncode == 2
    assert "run `fittrack migrate`" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_password_of_an_admin_is_asked_for_where_it_is_left_out(tmp_path: Path) -> None:
    settings = migrated(settings_for(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "fittrack", "admin", "create", "--email", "ada@b.example"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": settings.database.url},
        input=f"{DEMO_PASSWORD}\n{DEMO_PASSWORD}\n",
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,  # no terminal to ask at: what is piped in answers
    )
    assert done.returncode == 0, done.stderr
    assert "ada@b.example is an administrator" in done.stdout
    assert DEMO_PASSWORD not in done.stdout + done.stderr


def test_a_backup_of_a_database_without_a_schema_is_refused_by_its_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/fittrack.db").touch()
    done = run("backup")
    assert done.returncode == 1
    assert "var/fittrack.db is no database of FitTrack's" in done.stderr and ".part" not in done.stderr


def test_a_dba_needs_no_password_for_the_sql_of_oracle(run: Run) -> None:
    done = run("migrate", "--sql", "--from", "0032", ORACLE_DSN="anything")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "-- The schema of FitTrack for Oracle, from revision 0032 on\n\nWHENEVER SQLERROR"
    )


def test_the_sql_of_sqlite_says_that_it_is(run: Run) -> None:
    done = run("migrate", "--sql")
    assert done.stdout.startswith("-- The schema of FitTrack for SQLite, from an empty one on\n")
    assert "Set ORACLE_DSN for Oracle's" in done.stderr


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "sqlite:///:memory:", "var/fittrack.db"])
def test_a_database_that_cannot_be_used_is_a_fault_of_the_settings(run: Run, url: str) -> None:
    done = run("migrate", DATABASE_URL=url)
    assert done.returncode == 2
    assert "settings: DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["migrate", "serve", "check"])
@pytest.mark.parametrize("file", [".", "/proc/nowhere/fittrack.db", "letter.txt"])
def test_a_file_that_is_no_database_is_a_sentence(run: Run, tmp_path: Path, command: str, file: str) -> None:
    (tmp_path / "letter.txt").write_text("Dear database, " * 100)
    done = run(command, DATABASE_URL=f"sqlite:///{tmp_path / file}")
    assert done.returncode == 1
    assert "database: " in done.stderr and "`fittrack doctor`" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "where", [["--port", "70000"], ["--host", "nobody.invalid"]], ids=["no port", "no host"]
)
def test_an_address_that_cannot_be_listened_on_is_a_sentence(run: Run, where: list[str]) -> None:
    run("migrate")
    done = run("serve", *where)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr


def test_the_demo_world_is_loaded_once_and_is_sound(run: Run, tmp_path: Path) -> None:
    assert run("migrate").returncode == 0
    done = run("seed", "--once")
    assert done.returncode == 0, done.stderr
    for said in (PLAYER_EMAIL, ADMIN_EMAIL, DEMO_PASSWORD):
        assert said in done.stdout
    again = run("seed", "--once")
    assert again.returncode == 0
    assert "is there already" in again.stdout
    assert PLAYER_EMAIL in again.stdout
    insisted = run("seed")
    assert insisted.returncode == 1
    assert "is there already" in insisted.stderr
    assert run("check", "--settled").returncode == 0


def test_published_passwords_stay_out_of_production(run: Run) -> None:
    run("migrate")
    done = run("seed", APP_ENV="staging")
    assert done.returncode == 2, "staging has its own secrets, or does not start"


@pytest.fixture
def broken(run: Run, template: Path, tmp_path: Path) -> Path:
    file = tmp_path / "var" / "fittrack.db"
    file.parent.mkdir()
    shutil.copy(template, file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE user_days SET steps = steps + 1")
    return file


def test_a_broken_invariant_is_shown_and_ends_with_one(run: Run, broken: Path) -> None:
    done = run("check")
    assert done.returncode == 1
    assert "are not those of its activities" in done.stdout
    assert "Refunds that wait to be applied: 1" in done.stdout
    assert "Broken." in done.stdout


def test_checking_changes_nothing(run: Run, broken: Path) -> None:
    before = broken.read_bytes()
    run("check")
    assert broken.read_bytes() == before


def test_the_doctor_says_what_to_do_and_ends_with_one(run: Run) -> None:
    done = run("doctor")
    assert done.returncode == 1
    assert "Run `fittrack migrate`." in done.stdout


def test_the_doctor_is_content_with_a_migrated_database(run: Run) -> None:
    run("migrate")
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    assert "The schema is the newest." in done.stdout

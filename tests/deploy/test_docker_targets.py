"""`make docker-…` starts and stops the right things, and says in a sentence why it cannot where it cannot."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

TARGETS = ("docker-up", "docker-up-all", "docker-down")


def make(target: str, docker: str | None, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a target where the only program is such a `docker`, or none."""
    programs = folder / "programs"
    programs.mkdir()
    if docker is not None:
        (programs / "docker").write_text(f"#!/bin/bash\n{docker}\n")
        (programs / "docker").chmod(0o755)
    found = shutil.which("make")
    assert found is not None, "the tests are run by it"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        [found, "--no-print-directory", target],
        cwd=ROOT,
        env={**environ, "PATH": str(programs), "CALLS": str(folder / "calls")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("docker", "reason"),
    [
        (None, "There is no docker here"),
        ('[ "$1" != compose ]', "This docker has no compose"),
        ('[ "$1" = compose ]', "Docker's engine does not answer"),
    ],
    ids=["no docker", "no compose", "no engine"],
)
def test_what_is_missing_is_said_in_a_sentence(target: str, docker: str | None, reason: str, tmp_path: Path):
    ended = make(target, docker, tmp_path)
    assert ended.returncode != 0
    assert ended.stdout.startswith(reason) and ended.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("target", "calls"),
    [
        ("docker-up", ["up --wait"]),
        ("docker-up-all", ["--profile all up --build --wait", "run --rm seed"]),
        ("docker-down", ["--profile all --profile demo down"]),
    ],
)
def test_where_docker_is_compose_is_told(target: str, calls: list[str], tmp_path: Path):
    ended = make(target, 'echo "$*" >>"$CALLS"', tmp_path)
    assert ended.returncode == 0, ended.stderr
    told = (tmp_path / "calls").read_text().splitlines()
    compose = "compose --file deploy/compose.yaml "
    assert [each.removeprefix(compose) for each in told if each.startswith(compose)] == calls

"""Tools in other languages: Node comes with a package of the tests, what runs on it from npm, once."""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

NODE_FOLDER = Path(__file__).with_name("node")
BIN = Path(sys.executable).parent

INSTALL_WITHIN_S = 300

TOGETHER = [pytest.mark.xdist_group("generated"), pytest.mark.timeout(INSTALL_WITHIN_S + 120)]
"""Marks of the tests that share a server, the first of which may have to wait for the tools."""


def run(*command: str | Path, cwd: Path, within_s: float = 110) -> subprocess.CompletedProcess[str]:
    """Run a tool to its end; what it says is in what is returned."""
    environ = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    words = [str(word) for word in command]
    return subprocess.run(
        words, cwd=cwd, env=environ, capture_output=True, text=True, check=False, timeout=within_s
    )


def done(*command: str | Path, cwd: Path) -> str:
    """What a tool says that must succeed."""
    ended = run(*command, cwd=cwd)
    assert ended.returncode == 0, f"{command}:\n{ended.stdout[-4_000:]}{ended.stderr[-4_000:]}"
    return ended.stdout + ended.stderr


def npm_packages() -> Path:
    """The folder with the packages of `tests/generated/node`, which are installed at the first time."""
    lock = (NODE_FOLDER / "package-lock.json").read_bytes()
    stamp = NODE_FOLDER / "node_modules" / f".{hashlib.sha256(lock).hexdigest()[:16]}"
    with (NODE_FOLDER / ".lock").open("w") as only_one:
        fcntl.flock(only_one, fcntl.LOCK_EX)
        if not stamp.exists():
            _install()
            stamp.touch()
    return NODE_FOLDER


def _install() -> None:
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    ended = run(BIN / "npm", "ci", *options, cwd=NODE_FOLDER, within_s=INSTALL_WITHIN_S)
    if ended.returncode != 0:
        pytest.fail(
            "The tools of tests/generated/node come from npm's registry, and could not be installed. "
            f"With the registry in reach, run `{BIN}/npm ci` in that folder. It said: {ended.stderr[-1_000:]}"
        )

"""Who reads the documents, as the tests play it: a clone with a running demo world, and a shell in it.

What a document leaves to its reader is filled in by `PLACEHOLDERS` and `ARGUMENTS`; nothing else is changed.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.docs import warm
from tests.docs.pages import ROOT
from tests.server import NO_RATE_LIMITS

DRAWN: Final = "tests/vectors/ftd1.json"
"""A published proof."""

PLACEHOLDERS: Final = {
    r"http://(?:127\.0\.0\.1|localhost):8000": "{URL}",
    r"wss?://(?:127\.0\.0\.1|localhost):8000": "{WS_URL}",
    r"/mnt/backups": "{ELSEWHERE}",
    r"\bSEQ:HASH\b": "$(fittrack audit head | cut -d' ' -f1)",
    r"drawings/ID\b": "drawings/{DRAWN_ID}",
    # A copy: a revision is written beside it.
    r"-c fittrack/db/migrations/alembic\.ini": "-c {ELSEWHERE}/migrations/alembic.ini",
    r"\bproof\.json\b": "{ELSEWHERE}/proof.json",
    r"\bFILE\b": "{FILE}",
}
"""What documents write where a reader has something of his own, and what it is here."""

_RESTORE = 'kept="$ELSEWHERE/$$.db" && fittrack backup "$kept" && cd "$STOPPED" && fittrack restore "$kept"'

ARGUMENTS: Final = {
    "fittrack audit verify --heads FILE": (
        'fittrack audit head --append "$FILE" && fittrack audit verify --heads "$FILE"'
    ),
    "fittrack restore": _RESTORE,
    "fittrack restore FILE": _RESTORE,
    "fittrack verify-drawing": f"fittrack verify-drawing {DRAWN}",
    "fittrack verify-drawing FILE": f"fittrack verify-drawing {DRAWN}",
    "fittrack admin create": "fittrack admin create --email ada@fittrack.example --password Horse-7-Battery",
    "fittrack admin reset-mfa": "fittrack admin reset-mfa --email admin@fittrack.example",
    # It ends when the drawing has been drawn.
    ".venv/bin/python docs/examples/watch_drawing.py": (
        'exec 3< <(exec python docs/examples/watch_drawing.py "$URL"); watcher=$!; '
        "grep -m 1 bought <&3; kill $watcher"
    ),
    "make db-migrate": 'cd "$STOPPED" && make db-migrate',
    "make db-reset": 'cd "$STOPPED" && make db-reset',
}
"""Commands that sentences only name, or that need a stopped server, as a reader would type them."""

STRICT: Final = """set -euo pipefail
cd "$CLONE"
curl() { command curl --fail-with-body --show-error "$@"; }
make() { command make --no-print-directory --old-file=.venv/.ready "$@"; }
"""
"""Ends a shell at the first thing that is refused. The environment that tests run in is up to date."""


class Ended(NamedTuple):
    """How commands ended, what they printed, and what they had to say about it."""

    status: int
    printed: str
    complaints: str

    @property
    def whole(self) -> str:
        """What a failure shows."""
        return f"{self.printed[-2_000:]}\n{self.complaints[-3_000:]}"


class Reader:
    """A folder that looks like a fresh clone, with a `var` of its own, and whoever types in it."""

    def __init__(self, folder: Path) -> None:
        self.clone, self.stopped = _clone(folder / "clone"), _clone(folder / "stopped")
        self._programs, self._elsewhere = folder / "bin", folder / "elsewhere"
        self._programs.mkdir()
        self._elsewhere.mkdir()
        shutil.copytree(ROOT / "fittrack/db/migrations", self._elsewhere / "migrations")
        warm.install(self._programs, folder / "warm")
        host = [sys.executable, "-m", "tests.docs.warm", str(folder / "warm")]
        self._host = subprocess.Popen(host, cwd=ROOT, env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"})
        path = f"{self._programs}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environ = {
            **{name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ},
            **NO_RATE_LIMITS,
            "PATH": path,
            "NO_COLOR": "1",
            "COLUMNS": "200",
            "CLONE": str(self.clone),
            "STOPPED": str(self.stopped),
            "ELSEWHERE": str(self._elsewhere),
            "FILE": str(self._elsewhere / "file"),
        }

    def has(self, **facts: str) -> None:
        """From now on the reader knows these as variables of the shell."""
        self.environ.update(facts)

    def types(self, commands: Sequence[str]) -> Ended:
        """Type commands one after the other, in one shell, until one is refused."""
        script = STRICT + "\n".join(map(self._filled_in, commands))
        ended = subprocess.run(
            ["bash", "-c", script],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def _filled_in(self, command: str) -> str:
        """A command with what the reader has in the place of what the document leaves open."""
        if command in ARGUMENTS:
            return f"({ARGUMENTS[command]})"
        for shown, here in PLACEHOLDERS.items():
            command = re.sub(shown, here.format_map(self.environ), command)
        return command

    def leaves(self) -> None:
        """End what was started."""
        self._host.terminate()
        self._host.wait()


def _clone(folder: Path) -> Path:
    """A folder with everything of the repository but what is made in it. Its code is linked."""
    folder.mkdir()
    made = (".venv", "var", ".git", ".env", "build", "dist")
    for each in ROOT.iterdir():
        if each.name not in made and not each.name.endswith(("_cache", ".egg-info")):
            _bring(each, folder / each.name)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def _bring(thing: Path, here: Path) -> None:
    """Code is only read; beside documents and what is deployed, a reader may write."""
    if thing.name in ("docs", "deploy"):
        shutil.copytree(thing, here)
    elif thing.is_dir():
        here.symlink_to(thing)
    else:
        shutil.copy2(thing, here)

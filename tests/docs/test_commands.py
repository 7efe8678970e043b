"""Commands that the documents show exist, and do what is said."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from fittrack import __version__
from fittrack.cli.commands import app
from fittrack.config import load_settings
from tests.docs.pages import PAGES, ROOT, bare, blocks, code, name_of, rows, text_of

MAKEFILE = text_of("Makefile")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):.*## ", MAKEFILE, re.MULTILINE))


def named(page: Path, command: str) -> list[list[str]]:
    """The words after `command` wherever a page shows it."""
    shown = (words.removeprefix(".venv/bin/") for words in code(page.read_text(encoding="utf-8")))
    return [words.split()[1:] for words in shown if words.split()[:1] == [command]]


def leaves() -> set[str]:
    """Every command of `fittrack`, with those of its groups."""
    found = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found |= {f"{name} {each}" for each in below} if below else {name}
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_that_is_named_exists(page: Path):
    for words in named(page, "make"):
        targets = [word for word in words if "=" not in word]
        assert set(targets) <= TARGETS


def test_every_make_target_is_documented():
    table = rows(text_of("docs/development.md"), "command")
    documented = {target for cells in table for target in re.findall(r"`make ([a-z-]+)`", cells[0])}
    aliases = {"dev", "demo", "help"}
    assert TARGETS - aliases == documented


def test_what_make_runs_is_there():
    for path in re.findall(r"\btests/[\w/]+(?:\.\w+)?", MAKEFILE):
        assert (ROOT / path).exists(), f"the Makefile names {path}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_fittrack_command_that_is_named_exists_with_its_options(page: Path):
    planned = {"audit verify"} if page == ROOT / "docs/status.md" else set[str]()
    for words in named(page, "fittrack"):
        if not words:
            continue
        name = " ".join(words[:2]) if " ".join(words[:2]) in leaves() | planned else words[0]
        assert name in leaves() | planned, f"fittrack {' '.join(words)}"
        options = {word for word in words if word.startswith("--")}
        shown = CliRunner().invoke(app, [*name.split(), "--help"]).output if options else ""
        assert all(option in shown for option in options)


def test_every_fittrack_command_is_documented():
    first_cells = (bare(cells[0]) for cells in rows(text_of("docs/development.md"), "command"))
    documented = {cell.removeprefix("fittrack ") for cell in first_cells if cell.startswith("fittrack ")}
    assert documented == leaves()


def test_the_version_is_the_packages():
    assert CliRunner().invoke(app, ["version"]).output.strip() == __version__


def test_a_published_vector_is_verified_as_the_rules_of_the_game_say():
    verified = CliRunner().invoke(app, ["verify-drawing", str(ROOT / "tests/vectors/ftd1.json")])
    assert verified.exit_code == 0, verified.output


def test_the_secrets_that_are_made_as_documented_start_a_deployed_server(tmp_path: Path):
    commands = [
        line
        for block in blocks(text_of("docs/environment.md"))
        for line in block.text.splitlines()
        if line.startswith(("python -c", "fittrack keys generate"))
    ]
    secret_key, token_keys = (
        subprocess.run([sys.executable, *arguments(line)], capture_output=True, text=True, check=True)
        for line in commands
    )
    environ = {"SECRET_KEY": secret_key.stdout.strip(), "TOKEN_KEYS": token_keys.stdout.strip()}
    assert load_settings(environ, tmp_path / ".env").secret_key == environ["SECRET_KEY"]


def arguments(line: str) -> list[str]:
    """What Python is given to run the line of a shell."""
    program, *rest = shlex.split(line)
    return rest if program == "python" else ["-m", program, *rest]


def test_the_container_runs_commands_that_exist():
    dockerfile = text_of("Dockerfile")
    start = re.search(r'CMD \["(serve)", "(--host)", "0\.0\.0\.0"\]\s*$', dockerfile)
    assert start is not None and start[1] in leaves()
    for source in re.findall(r"^COPY (?!--)(.+) \S+$", dockerfile, re.MULTILINE):
        assert all((ROOT / path).exists() for path in source.split())

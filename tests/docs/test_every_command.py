"""Every command of every document is run, as a reader would type it, or is listed with a reason why not.

Blocks for the shell are run page by page, beside `make run`; what they leave in variables, later blocks find.
A block marked `sh refused` ends with what is refused. A block marked `answer` shows what the block before it
prints: `…` stands for anything, in JSON also for further fields. Commands in sentences are run one by one.
"""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.docs.conftest import TOGETHER, Running
from tests.docs.pages import PAGES, ROOT, Block, blocks, inline, name_of
from tests.docs.reader import ARGUMENTS
from tests.docs.shell import commands, is_shell, programs, typed
from tests.docs.unrun import PROVEN_ELSEWHERE, reason_not_to_run

pytestmark = TOGETHER

LANGUAGES = {
    "sh",
    "bash",
    "shell",
    "",
    "text",
    "json",
    "sql",
    "js",
    "python",
    "mermaid",
    "yaml",
    "ini",
    "hcl",
}
"""What blocks may be. Those of `js` and `python` are programs: `PROGRAMS_SHOWN` says who runs them."""

PROGRAMS_SHOWN = {
    "docs/webhooks.md": "tests/docs/test_webhook_guide.py",
    "protocol/js/README.md": "tests/docs/test_client_guide.py",
}
"""Pages with programs, and the test that runs them."""

MARK = "\x1e"
"""Between the outputs of two blocks."""


def shown_on(page: Path) -> list[str]:
    """The commands in the sentences of a page."""
    return [command.removeprefix("$ ") for command in typed(inline(page.read_text(encoding="utf-8")))]


def plain(command: str) -> str:
    """A command as the list of those that are not run has it."""
    without = re.sub(r"^(?:[A-Z_]+=\S*\s+)*(?:\.venv/bin/)?", "", command)
    return without.removesuffix(" &")


def why_not(command: str, page: str) -> str:
    return reason_not_to_run(plain(command), page, programs(command))


SENTENCES = sorted(
    {
        command
        for page in PAGES
        for command in shown_on(page)
        if not why_not(command, name_of(page)) or command in ARGUMENTS
    }
)
PAGES_WITH_BLOCKS = [page for page in PAGES if any(map(is_shell, blocks(page.read_text(encoding="utf-8"))))]


@pytest.mark.parametrize("page", PAGES_WITH_BLOCKS, ids=name_of)
def test_the_blocks_of_a_page_run_and_print_what_is_shown(page: Path, running: Running) -> None:
    shown = blocks(page.read_text(encoding="utf-8"))
    script = [line for block in shown if is_shell(block) for line in typed_for(block, name_of(page))]
    ended = running.reader.types(script)
    assert ended.status == 0, ended.whole
    printed = iter(ended.printed.split(f"{MARK}\n"))
    last = ""
    for block in shown:
        if is_shell(block):
            last = next(printed)
        elif block.note == "answer":
            assert_shown(block, last)


def typed_for(block: Block, page: str) -> list[str]:
    """What the reader types for a block, ending with a mark in the output."""
    wanted = [command for command in commands(block.text) if not why_not(command, page)]
    if block.note == "refused":
        *before, refused = wanted
        wanted = [*before, f"if {refused}; then echo 'This was to be refused.'; exit 1; fi"]
    return ['cd "$CLONE"', *wanted, f"printf '\\n%s\\n' '{MARK}'"]


def assert_shown(block: Block, printed: str) -> None:
    """The output of the commands has what the document shows of it."""
    if block.language == "json":
        assert_holds(json.loads(block.text), last_json(printed), "$")
        return
    lines = [re.escape(line).replace("…", ".*") for line in block.text.strip().splitlines()]
    assert re.search(r"\s*\n\s*".join(lines), printed), f"not printed: {block.text}\n{printed}"


def last_json(printed: str) -> Any:
    """The last JSON document among what was printed."""
    begins = max(printed.rfind("\n{"), printed.rfind("\n["), -1) + 1
    return json.JSONDecoder().raw_decode(printed[begins:].lstrip())[0]


def assert_holds(shown: Any, real: Any, where: str) -> None:
    """The real document has the fields that are shown, of the same kinds; codes and statuses are the same."""
    if shown == "…":
        return
    kinds = (int, float) if isinstance(shown, int | float) and not isinstance(shown, bool) else type(shown)
    assert isinstance(real, kinds), f"{where} is {real!r}, shown as {shown!r}"
    if isinstance(shown, dict):
        assert set(shown) - {"…"} <= set(real), f"{where} lacks {set(shown) - set(real)}"
        assert "…" in shown or set(shown) == set(real), f"{where} also has {set(real) - set(shown)}"
        for name in set(shown) - {"…"}:
            assert_holds(shown[name], real[name], f"{where}.{name}")
    elif isinstance(shown, list) and shown:
        assert real, f"{where} is empty"
        assert_holds(shown[0], real[0], f"{where}[0]")
    elif where.rpartition(".")[2] in ("code", "status", "type", "title"):
        assert real == shown, where


@pytest.mark.parametrize("command", SENTENCES)
def test_a_command_in_a_sentence_runs(command: str, running: Running) -> None:
    ended = running.reader.types([command])
    assert ended.status == 0, ended.whole


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_says_what_it_is_and_can_be_read(page: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8")):
        assert block.language in LANGUAGES, f"no test knows what {block.language} is"
        if block.language == "json":
            json.loads(block.text)
        if block.language in ("js", "python"):
            assert name_of(page) in PROGRAMS_SHOWN, "name the test that runs it"
        if block.language == "python":
            ast.parse(block.text)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_are_given_to_what_is_not_run_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    shown = [command for block in blocks(text) if is_shell(block) for command in commands(block.text)]
    for command in [*shown, *shown_on(page)]:
        if why_not(command, name_of(page)):
            for file in re.findall(
                r"(?:--(?:file|values|var-file|from-file|config)[ =]|\s)(deploy/\S+)", command
            ):
                assert (ROOT / file).exists(), f"{file} is not there"


def test_what_is_not_run_is_proved_where_the_list_says() -> None:
    for proof in {*PROGRAMS_SHOWN.values(), *(each.proof for each in PROVEN_ELSEWHERE)}:
        assert (ROOT / proof).is_file(), f"{proof} proves nothing"


@pytest.mark.parametrize(
    "refused",
    ["fittrack no-such-command", "fittrack restore nothing.db", "no-such-program", "curl $URL/none"],
)
def test_what_is_refused_fails(refused: str, running: Running) -> None:
    assert running.reader.types([f"({refused})", "true"]).status != 0


@pytest.mark.parametrize(
    ("command", "runs"),
    [
        ("curl -s \\\n  http://x.example", {"curl"}),
        ("rman <<'END'\nbackup;\nEND", {"rman"}),
        ("T=$(curl -s x |\n  helm -f y)", {"curl", "helm"}),
        ("A=1 make run", {"make"}),
    ],
)
def test_commands_are_told_apart_and_so_are_their_programs(command: str, runs: set[str]) -> None:
    assert commands(f"# first\n{command}\ntrue\n") == [command, "true"]
    assert programs(command) == runs


def test_a_command_in_a_sentence_is_a_program_with_arguments() -> None:
    assert typed(["make run", "make", "FILE", "A=1 fittrack serve"]) == ["make run", "A=1 fittrack serve"]

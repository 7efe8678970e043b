"""Commands in documents: which lines of a block are one, which words in a sentence are one."""

import re
import subprocess
from collections.abc import Iterable

from tests.docs.pages import Block

PROGRAMS = {
    *("alembic", "fittrack", "make", "node", "npm", "npx", "pip", "python", "python3", "uv"),
    *("apt-get", "bash", "cp", "git", "mv", "openssl", "rsync", "ssh", "sudo", "systemctl", "systemd-run"),
    *("curl", "openapi-python-client", "openapi-typescript", "redis-cli"),
    *("expdp", "oci", "rman", "sqlplus"),
    *("docker", "gh", "helm", "kubectl", "promtool", "terraform"),
}
"""What a reader types first. Other words set as code in a sentence are names, not commands."""

_ASSIGNMENTS = r"(?:[A-Za-z_]\w*=(?!\$\()\S*\s+)*"
_PLACE = re.compile(
    rf"(?:^|[|;&(]|\b(?:do|then|sudo|exec)\b)\s*{_ASSIGNMENTS}([\w./-]+)(?!\S*=)", re.MULTILINE
)
_HEREDOC = re.compile(r"<<-?\s*['\"]?(\w+)")
_DRAWN = re.compile(r"[─│►▼▲┌└┐┘├┤┴┬]")


def is_shell(block: Block) -> bool:
    """Whether a block is one for the shell: it says so, or says nothing and is no drawing."""
    return block.language in ("sh", "bash", "shell") or not (block.language or _DRAWN.search(block.text))


def commands(text: str) -> list[str]:
    """The commands of a block, each with its continued lines, quoted lines and here-documents."""
    found, begun = [], ""
    for line in text.splitlines():
        begun += line + "\n"
        if _is_whole(begun):
            if not begun.isspace() and not begun.lstrip().startswith("#"):
                found.append(begun.rstrip("\n"))
            begun = ""
    assert not begun, f"a command without an end: {begun}"
    return found


def _is_whole(begun: str) -> bool:
    if begun.endswith("\\\n"):
        return False
    heredoc = _HEREDOC.search(begun)
    if heredoc and heredoc[1] not in begun.splitlines()[1:]:
        return False
    if not re.search(r"['\"`({<]|\b(?:do|then|case)\b", begun):
        return True
    read = subprocess.run(["bash", "-n"], input=begun, capture_output=True, text=True, check=False)
    return read.returncode == 0


def programs(command: str) -> set[str]:
    """The programs that a command runs, also behind pipes and in substitutions."""
    line = command.partition("\n")[0] if _HEREDOC.search(command) else command.replace("\\\n", " ")
    return set(_PLACE.findall(line))


def typed(words: Iterable[str]) -> list[str]:
    """Of what is set as code in sentences, what somebody would type: a program with arguments."""
    found = []
    for each in words:
        first = re.match(rf"(?:\$ )?{_ASSIGNMENTS}(\S+) +\S", each)
        if first and first[1].removeprefix(".venv/bin/") in PROGRAMS:
            found.append(each)
    return found

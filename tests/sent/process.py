"""A process that writes down at once what it sends, for it may be killed at any instant."""

import json
import os
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import TypeVar

from tests.sent import ROOT
from tests.sent.recorder import of_product
from tests.sent.watch import Watch

T = TypeVar("T", bound=Hashable)


class Written(set[T]):
    """A set whose new members are lines of a file."""

    def __init__(self, what: str, file: int) -> None:
        super().__init__()
        self._what, self._file = what, file

    def add(self, member: T) -> None:
        if member not in self:
            super().add(member)
            os.write(self._file, f"{json.dumps([self._what, member])}\n".encode())


def begin(folder: Path) -> None:
    """Write down what this process sends from now on, into a file of its own."""
    file = os.open(folder / f"{os.getpid()}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    of_product(Written("statement", file))
    Watch(ROOT, Written("line", file)).start()


def collected(folder: Path) -> tuple[set[str], set[tuple[str, int]]]:
    """The statements, and the lines that they were built in, of all processes."""
    statements: set[str] = set()
    lines: set[tuple[str, int]] = set()
    for what, member in _read(folder.glob("*.jsonl")):
        if what == "statement":
            statements.add(str(member))
        else:
            file, line = member
            lines.add((file, int(line)))
    return statements, lines


def _read(files: Iterable[Path]) -> Iterable[tuple[str, list[str]]]:
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.endswith("]"):  # else its process was killed while it wrote
                yield json.loads(line)

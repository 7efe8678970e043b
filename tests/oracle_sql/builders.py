"""Which functions build statements, and which of them did: no test must miss what goes to Oracle."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.oracle_sql.words import words

_FUNCTIONS = words("select insert update delete union union_all intersect except_ text")


@dataclass(frozen=True, slots=True, order=True)
class Builder:
    """A function that builds a statement."""

    file: str
    name: str
    first_line: int
    last_line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.first_line} {self.name}"


def builders_of(root: Path, files: Iterator[Path]) -> list[Builder]:
    """The functions in `files` that call what makes a statement."""
    return [builder for file in sorted(files) for builder in _builders_in(file, str(file.relative_to(root)))]


def unused(builders: list[Builder], lines: set[tuple[str, int]]) -> list[Builder]:
    """Those of `builders` from none of whose lines a statement came."""
    return [
        builder
        for builder in builders
        if not any(
            builder.file == file and builder.first_line <= line <= builder.last_line for file, line in lines
        )
    ]


@cache
def _builders_in(file: Path, name: str) -> tuple[Builder, ...]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return tuple(
        Builder(name, function.name, function.lineno, function.end_lineno or function.lineno)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and _builds(function)
    )


def _builds(function: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS
        for node in ast.walk(function)
    )

"""The documents, as tests read them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("deploy/**/*.md"),
        ROOT / "protocol/js/README.md",
        *ROOT.glob("docs/**/*.md"),
    ]
)
"""Every document."""

_FENCE = re.compile(r"^( *)```(\w*) ?([\w ]*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of code: its language, the word behind it, its text without the indent of a list."""

    language: str
    note: str
    text: str


def name_of(page: Path) -> str:
    """A page as a test's id."""
    return str(page.relative_to(ROOT))


def text_of(page: str) -> str:
    """The text of a page, by its path from the root."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """The fenced blocks."""
    return [
        Block(language, note, re.sub(f"^{indent}", "", inner, flags=re.MULTILINE))
        for indent, language, note, inner in _FENCE.findall(text)
    ]


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return _FENCE.sub("", text)


def inline(text: str) -> list[str]:
    """What is set as code in sentences and tables."""
    return _CODE.findall(prose(text))


def code(text: str) -> Iterator[str]:
    """Everything set as code: what is between backticks, and the lines of blocks without the comments."""
    yield from inline(text)
    for block in blocks(text):
        yield from (line.partition(" # ")[0].strip() for line in block.text.splitlines())


def links(text: str) -> list[str]:
    """Where the links of a page lead."""
    return _LINK.findall(prose(text))


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(text)))
    return {heading.replace(" ", "-") for heading in plain}


def rows(text: str, first: str) -> Iterator[list[str]]:
    """The cells of all tables whose first heading is `first`, row by row."""
    for row in table(text, first):
        yield list(row.values())


def table(text: str, first: str) -> Iterator[dict[str, str]]:
    """The rows of all tables whose first heading is `first`, each cell under its heading."""
    heading: list[str] = []
    for line in prose(text).splitlines():
        if not line.startswith("|"):
            heading = []
            continue
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        if not heading:
            heading = cells
        elif heading[0] == first and set(cells[0]) != {"-"}:
            yield dict(zip(heading, cells, strict=True))


def bare(cell: str) -> str:
    """The first thing set as code in a cell; the cell itself where there is none."""
    found = _CODE.search(cell)
    return found[1] if found else cell

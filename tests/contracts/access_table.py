"""The tables of `docs/access.md`, as tests read them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.docs.pages import bare, rows, table, text_of

PAGE = text_of("docs/access.md")

YES = "yes"
"""Done."""
IN = "in"
"""Let in; what follows has other reasons than who asks."""

CHECKED = "mfa, "
"""What precedes a cell that holds once the second factor was checked; until then it is refused."""

SCOPED = re.compile(r"`([\w:-]+)` (\w+)")
"""A cell that holds for programs whose token has the scope."""

REFUSALS: Mapping[str, tuple[int, str]] = {
    cell: (int(status), bare(code)) for cell, _, status, code in rows(PAGE, "cell") if status
}
"""Status and code of the cells that refuse."""

COLUMNS = [column for column, _ in rows(PAGE, "column")]
"""The kinds of people."""


@dataclass(frozen=True, slots=True)
class Row:
    """What each kind of person gets at one door: a route or a WebSocket request, used on `subject`."""

    door: str
    subject: str
    cells: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.door} of {self.subject}" if self.subject else self.door

    @property
    def method(self) -> str:
        return self.door.split()[0]

    @property
    def path(self) -> str:
        return self.door.split()[1]


def rows_of(first: str) -> Iterator[Row]:
    """The rows of all tables whose first heading is `first`."""
    for cells in table(PAGE, first):
        yield Row(bare(cells[first]), cells["of"], {column: cells[column] for column in COLUMNS})


ROUTES = list(rows_of("route"))
REQUESTS = list(rows_of("request"))
"""What is sent over the WebSocket."""

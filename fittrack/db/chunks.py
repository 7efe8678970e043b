"""Lists of ids in parts that fit an `IN` list."""

from collections.abc import Iterator, Sequence
from typing import TypeVar
from uuid import UUID

Id = TypeVar("Id", bound=UUID)

IN_LIST_MAX = 900
"""Elements of an `IN` list: Oracle takes 1,000 at most."""


def in_chunks(ids: Sequence[Id]) -> Iterator[Sequence[Id]]:
    """`ids` in parts that fit an `IN` list."""
    for start in range(0, len(ids), IN_LIST_MAX):
        yield ids[start : start + IN_LIST_MAX]

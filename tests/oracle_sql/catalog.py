"""The tables and columns that statements may name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Catalog:
    """Names in capitals, as Oracle keeps those that are not quoted."""

    tables: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, tables: Mapping[str, Iterable[str]]) -> "Catalog":
        """From names as they are written."""
        return cls({name.upper(): frozenset(map(str.upper, columns)) for name, columns in tables.items()})

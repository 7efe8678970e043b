"""Counting sealed values by the key that they need."""

from collections import Counter
from typing import NamedTuple

from fittrack.db.handles import Connection, Engine
from fittrack.db.reads import snapshot
from fittrack.db.sealed_columns import SEALED_COLUMNS
from fittrack.keys import queries
from fittrack.kit.sealing import SealBroken, Sealer, key_id_of

NO_KEY = "?"
"""Stands for the key of what is no sealed value at all."""


class Use(NamedTuple):
    """How many values of which columns need a key."""

    key_id: str
    by_column: Counter[str]

    @property
    def values(self) -> int:
        return self.by_column.total()


class Census(NamedTuple):
    """Every key that is configured or needed, those in force first."""

    uses: tuple[Use, ...]
    sealer: Sealer

    @property
    def missing(self) -> list[Use]:
        """Keys that values need and nobody configured."""
        return [use for use in self.uses if use.key_id not in (*self.sealer.key_ids, NO_KEY)]

    @property
    def stale(self) -> int:
        """Values that another key than the newest one opens."""
        return sum(use.values for use in self.uses if use.key_id != self.sealer.current)

    @property
    def unreadable(self) -> int:
        """Values that are none: they were altered."""
        return sum(use.values for use in self.uses if use.key_id == NO_KEY)

    def totals(self) -> dict[str, int]:
        """Values by key id."""
        return {use.key_id: use.values for use in self.uses}


def take_census(engine: Engine, sealer: Sealer) -> Census:
    """Count all sealed values that are committed at this moment."""
    with snapshot(engine) as conn:
        return count_values(conn, sealer)


def count_values(conn: Connection, sealer: Sealer) -> Census:
    """Count all sealed values."""
    found: dict[str, Counter[str]] = {key_id: Counter() for key_id in sealer.key_ids}
    for place in SEALED_COLUMNS:
        after = None
        while values := queries.following(conn, place, after):
            for key_id in map(_key_id, values):
                found.setdefault(key_id, Counter())[str(place)] += 1
            after = values[-1].key
    return Census(tuple(Use(key_id, by_column) for key_id, by_column in found.items()), sealer)


def _key_id(value: queries.Value) -> str:
    try:
        return key_id_of(value.sealed)
    except SealBroken:
        return NO_KEY

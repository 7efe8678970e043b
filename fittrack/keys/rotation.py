"""Sealing anew what another key than the newest one opens, beside running servers.

Small transactions, each of which leaves every value readable: after an interruption, what is left is found by
looking. Servers must know the newest key already: those that still seal with another one leave work behind.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from fittrack.audit.action import Action, State
from fittrack.audit.statements import record
from fittrack.db import again
from fittrack.db.handles import Connection, Engine
from fittrack.db.sealed_columns import SEALED_COLUMNS, SealedColumn
from fittrack.keys import queries
from fittrack.keys.counting import Census, Use, take_census
from fittrack.keys.queries import Value
from fittrack.kit.clock import Clock
from fittrack.kit.origin import Origin
from fittrack.kit.sealing import SealBroken, Sealer

Step = Callable[[str, int, int], None]
"""Is told the column, how many values were sealed anew, and how many there are to do."""


class KeyMissing(Exception):  # noqa: N818 - it is a fact about the settings
    """Values need a key that is not configured: nothing was changed."""

    def __init__(self, missing: Sequence[Use]) -> None:
        told = ", ".join(f"“{use.key_id}” ({use.values:,} values)" for use in missing)
        super().__init__(
            f"TOKEN_KEYS lack keys that sealed values need: {told}. Put them back, and rotate again."
        )


class Broken(NamedTuple):
    """A value that its key does not open: it was altered, or the key is another one of the same name."""

    column: str
    row: str


class Rotated(NamedTuple):
    """What a rotation did, and how things stand since."""

    sealed: int
    broken: list[Broken]
    census: Census

    @property
    def complete(self) -> bool:
        """Whether former keys can be taken away."""
        return self.census.stale == 0


class Rotation:
    """One pass over all sealed columns. Safe to repeat, and to run beside another one."""

    def __init__(
        self, engine: Engine, sealer: Sealer, *, step: Step = lambda column, done, total: None
    ) -> None:
        self._engine = engine
        self._sealer = sealer
        self._step = step
        self._sealed = 0
        self._broken: list[Broken] = []

    def run(self, origin: Origin, clock: Clock) -> Rotated:
        """Seal anew what is due, and record it in the audit log. Raises `KeyMissing`."""
        before = take_census(self._engine, self._sealer)
        if before.missing:
            raise KeyMissing(before.missing)
        if before.stale == 0:
            return Rotated(0, [], before)
        self._record("keys.rotation-begin", None, self._state(before), origin, clock.now())
        for place in SEALED_COLUMNS:
            self._rotate(place, before.stale)
        after = take_census(self._engine, self._sealer)
        self._record("keys.rotation-end", self._state(before), self._state(after), origin, clock.now())
        return Rotated(self._sealed, self._broken, after)

    def _rotate(self, place: SealedColumn, total: int) -> None:
        after = None
        while values := self._following(place, after):
            due = [value.key for value in values if not self._is_done(value.sealed)]
            if due:
                self._seal_anew(place, due)
                self._step(str(place), self._sealed, total)
            after = values[-1].key

    def _following(self, place: SealedColumn, after: Any) -> list[Value]:
        with self._engine.connect() as conn:
            return queries.following(conn, place, after)

    def _seal_anew(self, place: SealedColumn, keys: Sequence[Any]) -> None:
        work = partial(self._replace, place, keys)
        sealed, broken = again.transaction(self._engine, work, what=f"a part of {place}")
        self._sealed += sealed
        self._broken += broken

    def _replace(
        self, place: SealedColumn, keys: Sequence[Any], conn: Connection
    ) -> tuple[int, list[Broken]]:
        """How many values were sealed anew, and which cannot be opened. What is done is left alone."""
        done, broken = 0, []
        for key, sealed in queries.held(conn, place, keys):
            if self._is_done(sealed):  # somebody else did it meanwhile
                continue
            try:
                plaintext = self._sealer.open(sealed, place.context(key))
            except SealBroken:
                broken.append(Broken(str(place), key.hex() if isinstance(key, bytes) else str(key)))
                continue
            queries.replace(conn, place, Value(key, self._sealer.seal(plaintext, place.context(key))))
            done += 1
        return done, broken

    def _is_done(self, sealed: bytes) -> bool:
        try:
            return self._sealer.is_current(sealed)
        except SealBroken:  # no sealed value at all: opening it will tell
            return False

    def _state(self, census: Census) -> State:
        return {"key": self._sealer.current, "values": census.totals()}

    def _record(self, name: str, before: State | None, after: State, origin: Origin, now: datetime) -> None:
        with self._engine.begin() as conn:
            record(conn, Action(name=name, subject_type="keys", before=before, after=after), origin, now)

"""What a close fixes, and the draw that follows from it (FAIRNESS 2-4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from fittrack.fairness import ftd1
from fittrack.fairness.beacon import Beacon
from fittrack.fairness.entries import Entries
from fittrack.fairness.ftd1 import Drawn
from fittrack.fairness.record import PassedOver
from fittrack.fairness.rules_text import read_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What is fixed at the close, and with the beacon decides the draw."""

    drawing_id: UUID
    rules: bytes
    seed: bytes
    entries: Entries
    root: bytes
    passed_over: tuple[PassedOver, ...] = ()

    def draw(self, beacon: Beacon | None, *, words_max: int | None = None) -> Iterator[Drawn]:
        """Everybody drawn, lazily: winners of the slots first, alternates after them (see `ftd1.draw`)."""
        key = ftd1.draw_key(
            seed=self.seed,
            drawing_id=self.drawing_id,
            rules=self.rules,
            root=self.root,
            total_tickets=self.entries.total,
            beacon=beacon.randomness if beacon else None,
        )
        return ftd1.draw(self.entries, key, {tag for tag, _ in self.passed_over}, words_max=words_max)

    def winners(self, beacon: Beacon | None) -> list[Drawn]:
        """The holders of the prize slots 1, 2, 3 … in order; fewer than slots when nobody is left."""
        return list(islice(self.draw(beacon), read_rules(self.rules).slot_count))

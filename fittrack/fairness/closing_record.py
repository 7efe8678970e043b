"""What is published when a drawing closes, before it is drawn (FAIRNESS 2).

With a beacon this is everything but the beacon's round: whoever keeps it can draw the moment the round is
out, and see that nothing was changed or withheld afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import Struct

from fittrack.fairness import ftd1
from fittrack.fairness.closing import Closing
from fittrack.fairness.entries import Entries
from fittrack.fairness.record import (
    Hex16,
    Hex32,
    InstantText,
    Number,
    PassedOverRow,
    entry_chunks,
)
from fittrack.kit.calendar import rfc3339


class ClosingFields(Struct, frozen=True, kw_only=True):
    """The fields of a published closing but for its entries. `seed` is null until it is opened."""

    drawing_id: Hex16
    rules: str
    seed: Hex32 | None
    seed_commit: Hex32
    root: Hex32
    total_tickets: Number
    closed_at: InstantText
    passed_over: list[PassedOverRow]


@dataclass(frozen=True, slots=True)
class ClosingRecord:
    """A closing ready to be published."""

    fields: ClosingFields
    entries: Entries

    @classmethod
    def of(cls, closing: Closing, *, closed_at: datetime, seed: bytes | None) -> "ClosingRecord":
        """`seed` is what may be told of it; the closing's own stays here."""
        fields = ClosingFields(
            drawing_id=closing.drawing_id.hex,
            rules=closing.rules.decode(),
            seed=None if seed is None else seed.hex(),
            seed_commit=ftd1.commit(closing.drawing_id, closing.seed).hex(),
            root=closing.root.hex(),
            total_tickets=closing.entries.total,
            closed_at=rfc3339(closed_at),
            passed_over=[PassedOverRow(tag=tag.hex(), reason=reason) for tag, reason in closing.passed_over],
        )
        return cls(fields, closing.entries)

    def chunks(self) -> Iterator[bytes]:
        """The closing as JSON, piece by piece: a million entries make 90 MB."""
        yield msgspec.json.encode(self.fields)[:-1] + b',"entries":['
        yield from entry_chunks(self.entries)
        yield b"]}"

    def to_json(self) -> bytes:
        """The whole closing as JSON."""
        return b"".join(self.chunks())

"""What is promised when a drawing is scheduled: seed, drawing key and rules text (FAIRNESS 1)."""

import secrets
from typing import NamedTuple

from fittrack.drawings.model import Drawing
from fittrack.drawings.promised_beacon import plan_beacon
from fittrack.drawings.rules import prizes_in_order
from fittrack.drawings.stored import SealedCommitment
from fittrack.fairness import ftd1
from fittrack.fairness.beacon import Chain
from fittrack.fairness.rules_text import DrawRules, PrizeSlots, write_rules
from fittrack.kit.ids import DrawingId
from fittrack.kit.seal_contexts import drawing_key, drawing_seed
from fittrack.kit.sealing import Sealer


class Secrets(NamedTuple):
    """What nobody may know before the close (the seed), or ever (the key behind the pseudonyms)."""

    seed: bytes
    drawing_key: bytes


def make(sealer: Sealer, drawing: Drawing, version: int, chain: Chain | None) -> SealedCommitment:
    """A new commitment to the drawing as it is now, under version `version` of its rules.

    A round of `chain` will decide it; without one, the seed alone does.
    """
    drawing_id = drawing.drawing_id
    seed, key = secrets.token_bytes(ftd1.SEED_BYTES), secrets.token_bytes(ftd1.DRAWING_KEY_BYTES)
    return SealedCommitment(
        sealed_seed=sealer.seal(seed, drawing_seed(drawing_id)),
        sealed_drawing_key=sealer.seal(key, drawing_key(drawing_id)),
        seed_commit=ftd1.commit(drawing_id, seed),
        rules=rules_text(drawing, version, chain),
    )


def open_secrets(sealer: Sealer, drawing_id: DrawingId, sealed: SealedCommitment) -> Secrets:
    """What was sealed when the drawing was scheduled."""
    return Secrets(
        sealer.open(sealed.sealed_seed, drawing_seed(drawing_id)),
        sealer.open(sealed.sealed_drawing_key, drawing_key(drawing_id)),
    )


def rules_text(drawing: Drawing, version: int, chain: Chain | None) -> bytes:
    """The exact bytes that are published."""
    return write_rules(
        DrawRules(
            drawing_id=drawing.drawing_id,
            version=version,
            close_at=drawing.ticket_sales_close,
            draw_at=drawing.drawing_time,
            prizes=tuple(
                PrizeSlots(prize_id=prize.prize_id, rank=prize.rank, name=prize.name, quantity=prize.quantity)
                for prize in prizes_in_order(drawing.prizes)
            ),
            beacon=None if chain is None else plan_beacon(chain, drawing),
        )
    )

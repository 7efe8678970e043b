"""The public beacon: drand quicknet's rounds and randomness (FAIRNESS, drand quicknet). Pure arithmetic.

A `Beacon` is handed in: whoever fetches one verifies its signature against the chain's public key first.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MS = timedelta(milliseconds=1)

MIN_BEACON_LEAD = timedelta(seconds=60)
"""A round is used only this long after the close: nobody may know it when the last ticket is sold."""

FALLBACK_DELAYS = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(days=2),
    timedelta(days=7),
)
"""How far after the planned round the fallback rounds lie, for a close that comes late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A drand chain. Round 1 is published at `genesis`, one more every `period`."""

    chain_hash: str
    genesis: datetime
    period: timedelta
    public_key: bytes
    """The group's key, a compressed point of G2 (96 bytes)."""

    def round_at_or_after(self, instant: datetime) -> int:
        """The first round published at `instant` or later: `ceil((T - genesis) / period) + 1`."""
        since_genesis = (instant - self.genesis) // _MS
        return max(-(-since_genesis // (self.period // _MS)), 0) + 1

    def time_of_round(self, round_number: int) -> datetime:
        """When round `round_number` (from 1) is published. Raises `OverflowError` beyond the calendar."""
        return self.genesis + (round_number - 1) * self.period


QUICKNET = Chain(
    chain_hash="52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    genesis=datetime.fromtimestamp(1692803367, UTC),
    period=timedelta(seconds=3),
    public_key=bytes.fromhex(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    ),
)
"""The default chain: unchained, signatures in G1, every three seconds."""

CHAINS = {QUICKNET.chain_hash: QUICKNET}
"""The chains whose rounds can be placed in time."""


@dataclass(frozen=True, slots=True)
class Beacon:
    """A published round. Its randomness follows from the signature, so the two cannot disagree."""

    round: int
    signature: bytes

    @property
    def randomness(self) -> bytes:
        """`H(signature)`: the 32 bytes that enter the draw."""
        return hashlib.sha256(self.signature).digest()


def plan_rounds(chain: Chain, *, close_at: datetime, draw_at: datetime) -> tuple[int, ...]:
    """The rounds to be promised in the rules: the planned one, then the fallbacks in their order."""
    planned_at = max(draw_at, close_at + MIN_BEACON_LEAD)
    instants = planned_at, *(planned_at + delay for delay in FALLBACK_DELAYS)
    return tuple(chain.round_at_or_after(instant) for instant in instants)


def choose_round(chain: Chain, promised: Sequence[int], closed_at: datetime) -> int | None:
    """The round that a drawing closed at `closed_at` must use: the first promised one that lies far enough.

    Nobody chooses: any other round fails the verification. `None`: the close came too late for all.
    """
    earliest = closed_at + MIN_BEACON_LEAD
    return next((number for number in promised if chain.time_of_round(number) >= earliest), None)

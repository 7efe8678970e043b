"""What the actor of the audit log is told."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

AUDIT: Final = "audit"
"""The kind of actor."""

CHAIN_ID: Final = UUID(int=0)
"""There is one chain, and one actor of it."""


@dataclass(frozen=True, slots=True)
class SealRows:
    """Rows may wait to be sealed. Safe to repeat."""

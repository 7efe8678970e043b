"""Chance that spreads load in time: what thousands do for one reason is not to come in one moment."""

from collections.abc import Callable
from random import Random
from typing import Final

draw: Final[Callable[[], float]] = Random().random  # noqa: S311 - it hides nothing
"""A number from 0 to 1."""


def up_to(seconds: float) -> float:
    """From half of `seconds` to all of them."""
    return seconds * (0.5 + draw() / 2)

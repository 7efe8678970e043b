"""Money: US dollars to the cent, exact. Stored as whole cents, written as decimal strings such as `50.00`."""

from decimal import Decimal
from typing import Final

_CENTS_PER_DOLLAR: Final = 100


def cents_of(dollars: Decimal) -> int:
    """`dollars` as they are stored."""
    return int(dollars * _CENTS_PER_DOLLAR)


def dollars_of(cents: int) -> Decimal:
    """Stored `cents` as they are reckoned with."""
    return Decimal(cents) / _CENTS_PER_DOLLAR


def usd(dollars: Decimal) -> str:
    """`dollars` as the contract writes them."""
    return f"{dollars:.2f}"

"""A node on a virtual clock, and an admin at its door."""

from tests.fittrack.mfa.conftest import admin, house

__all__ = ["admin", "house"]

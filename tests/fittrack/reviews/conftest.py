"""A node on a virtual clock, and an admin at its door."""

from tests.fittrack.mfa.conftest import admin, checked, house

__all__ = ["admin", "checked", "house"]

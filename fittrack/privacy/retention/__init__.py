"""Erasing what has been kept long enough (SPEC 8)."""

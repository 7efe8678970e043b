"""Signing in by the word of Google or Apple (SPEC 1, docs/decisions/0014)."""

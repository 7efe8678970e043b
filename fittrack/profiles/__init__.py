"""Profiles: who a player is, and the tier that follows from it (SPEC 1 and 2)."""

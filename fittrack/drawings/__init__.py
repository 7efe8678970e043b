"""Drawings: their life, who may buy, when the clock acts, what the countdown says (SPEC 5)."""

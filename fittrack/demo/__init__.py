"""The demo world: weeks of players, activities and drawings, lived through by the product itself.

Everything but accounts comes about through the actors' commands on a clock that leaps from
moment to moment, so that every invariant of `fittrack check` holds of it. People and what they do follow
from a seed; who wins follows from the drawings' own secrets.
"""

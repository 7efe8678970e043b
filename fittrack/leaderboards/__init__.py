"""Leaderboards: who earned how much in a day, a week, a month, ever; by tier and for everybody (SPEC 4)."""

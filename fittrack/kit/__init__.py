"""Nouns that every layer shares: clock, ids, problems, calendar. Knows nothing of the product's rules."""

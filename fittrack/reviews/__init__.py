"""Reviews: accounts that look as if they were gaming, until an admin has looked (SPEC 3, anti-gaming)."""

"""Programs of third parties: their credentials, what they may do, how much they do (SPEC 10)."""

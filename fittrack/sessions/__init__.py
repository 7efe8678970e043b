"""Sessions: one sign-in on one device each, with rotating refresh tokens (SPEC 1)."""

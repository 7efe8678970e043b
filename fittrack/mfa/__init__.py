"""The second factor of administrators: TOTP with recovery codes (SPEC 1; RFC 6238)."""

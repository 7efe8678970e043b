"""Sponsors of prizes: everybody sees who they are, admins look after them (SPEC 6 and 10)."""

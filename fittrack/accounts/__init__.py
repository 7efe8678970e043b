"""Accounts: registration, email verification, signing in, passwords, status and role (SPEC 1)."""

"""Notifications kept for a player: the inbox over REST and live (SPEC 8)."""

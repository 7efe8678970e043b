"""Trackers that players connect, and the syncs that bring what they recorded (SPEC 7)."""

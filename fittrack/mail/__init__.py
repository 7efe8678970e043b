"""Mail: letters in an outbox, written with what they tell of and delivered at least once (SPEC 8)."""

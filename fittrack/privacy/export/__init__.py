"""Everything held about one person as one JSON document (SPEC 1)."""

"""Activities: what players did, as their trackers tell it (SPEC 3)."""

"""What we keep of people, for how long, and how they get it or have it erased (SPEC 1 and 8)."""

"""`fittrack doctor`: looks at what a server needs, and says what to do about what is missing (SPEC 10a)."""

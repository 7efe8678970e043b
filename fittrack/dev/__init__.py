"""`/dev`: what developers do to the database of a running node. Deployed, none of it is there (SPEC 10)."""

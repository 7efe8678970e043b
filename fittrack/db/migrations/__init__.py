"""The schema's history. `fittrack.db.migrate` runs it; `alembic.ini` is for making a new revision."""

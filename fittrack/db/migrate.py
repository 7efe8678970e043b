"""Bring a database to the newest schema, from an installed package as from a checkout."""

import io
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

_MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(engine: Engine) -> list[str]:
    """Run the revisions that the database lacks; returns their ids, oldest first.

    On SQLite all of them are one transaction, and a second process that migrates waits for the first.
    Oracle commits each DDL statement by itself: a revision that failed half-way needs a hand.
    """
    with engine.begin() as connection:
        missing = _missing(connection)
        if missing:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return missing


def downgrade(engine: Engine, revision: str) -> None:
    """Take back what came after `revision` (`base`: everything, with all data). For development."""
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def pending(engine: Engine) -> list[str]:
    """The ids of the revisions that the database lacks, oldest first; empty when it is up to date."""
    with engine.connect() as connection:
        return _missing(connection)


def offline_sql(dialect: str) -> str:
    """The statements that build the schema on `dialect` (`sqlite`, `oracle`), for a DBA to run."""
    written = io.StringIO()
    config = _config(written)
    config.attributes["dialect"] = dialect
    command.upgrade(config, "head", sql=True)
    return written.getvalue()


def _config(output: io.StringIO | None = None) -> Config:
    config = Config(output_buffer=output)
    # A percent sign in the path would be read as an interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _missing(connection: Connection) -> list[str]:
    script = ScriptDirectory(str(_MIGRATIONS))
    heads = MigrationContext.configure(connection).get_current_heads()
    lacking = script.iterate_revisions("heads", heads or "base")
    return [revision.revision for revision in lacking if revision.revision not in heads][::-1]

"""Bring a database to the newest schema, from an installed package as from a checkout."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from fittrack.db.oracle import grants
from fittrack.db.oracle.extras import Extra, lacking, steps
from fittrack.db.tables import metadata

SQLPLUS: Final = (
    "WHENEVER SQLERROR EXIT FAILURE ROLLBACK",  # what follows a failure would only fail as well
    "SET SQLBLANKLINES ON",
    "SET DEFINE OFF",
)
"""What SQL*Plus and SQLcl are told before the statements."""

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


def ahead(engine: Engine) -> list[str]:
    """The revisions that the database is at and this version does not know: a newer version made them."""
    with engine.connect() as connection:
        return _unknown(connection)


def is_known(revision: str) -> bool:
    """Whether this version has that revision of the schema."""
    script = ScriptDirectory(str(_MIGRATIONS))
    return any(each.revision == revision for each in script.walk_revisions())


def add_extras(engine: Engine, extras: Iterable[Extra]) -> list[str]:
    """Make those of Oracle's extras that are lacking; returns what was made. On SQLite nothing is."""
    if engine.dialect.name != "oracle":
        return []
    with engine.begin() as connection:
        made = lacking(connection, extras)
        for step in made:
            connection.exec_driver_sql(step.statement)
    return [step.name for step in made]


def grant(engine: Engine, user: str) -> int:
    """Let `user` do what the application does, on Oracle; returns how many tables it may use.

    Raises ValueError for what is no name of a user.
    """
    granted = list(grants.statements(metadata, user))
    with engine.begin() as connection:
        for statement in granted:
            connection.exec_driver_sql(statement)
    return len(granted)


def offline_sql(
    dialect: str, start: str | None = None, *, extras: Iterable[Extra] = (), user: str | None = None
) -> str:
    """The statements that build the schema on `dialect` (`sqlite`, `oracle`), for a DBA to run.

    From revision `start` on, or from an empty database. On Oracle `extras` follow, and rights of `user`.
    Raises ValueError for an unknown revision, and for what is no name of a user.
    """
    written = io.StringIO()
    config = _config(written)
    config.attributes["dialect"] = dialect
    try:
        command.upgrade(config, "head" if start is None else f"{start}:head", sql=True)
    except CommandError as error:
        raise ValueError(
            f"there is no revision {start}; `fittrack migrate` names those it applies"
        ) from error
    if dialect != "oracle":
        return written.getvalue()
    later = [step.statement for step in steps(extras)]
    later += grants.statements(metadata, user) if user else ()
    script = "".join(f"{line}\n" for line in SQLPLUS) + "\n" + written.getvalue()
    return script + "".join(f"{statement}\n\n/\n\n" for statement in [*later, "COMMIT"])


def _config(output: io.StringIO | None = None) -> Config:
    config = Config(output_buffer=output)
    # A percent sign in the path would be read as an interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _unknown(connection: Connection) -> list[str]:
    heads = MigrationContext.configure(connection).get_current_heads()
    return sorted(head for head in heads if not is_known(head))


def _missing(connection: Connection) -> list[str]:
    if _unknown(connection):
        return []  # whoever made those had all of ours
    script = ScriptDirectory(str(_MIGRATIONS))
    heads = MigrationContext.configure(connection).get_current_heads()
    lacking = script.iterate_revisions("heads", heads or "base")
    return [revision.revision for revision in lacking if revision.revision not in heads][::-1]

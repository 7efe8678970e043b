"""Bring a database to the newest schema, from an installed package as from a checkout."""

from collections.abc import Iterable
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from fittrack.db import half_done, one_by_one, revisions, schema_parts
from fittrack.db.half_done import Begun, MigrationError
from fittrack.db.oracle import compiled, grants
from fittrack.db.oracle.extras import Extra, lacking, steps
from fittrack.db.tables import metadata

LOCK_TIMEOUT_S: Final = 60
"""Seconds that a definition waits for those who write to its table, where Oracle's default is none: longer
than any transaction of a server. Who writes later waits behind it, so not for ever."""

_WAIT_FOR_LOCKS: Final = f"ALTER SESSION SET DDL_LOCK_TIMEOUT = {LOCK_TIMEOUT_S}"

SQLPLUS: Final = (
    "WHENEVER SQLERROR EXIT FAILURE ROLLBACK",  # what follows a failure would only fail as well
    "SET SQLBLANKLINES ON",
    "SET DEFINE OFF",
    f"{_WAIT_FOR_LOCKS}\n/",
)
"""What SQL*Plus and SQLcl are told before the statements."""

_GO_ON_WITH_EXTRAS: Final = (
    "The schema is whole without it, and servers may run. Mend the cause and run `fittrack migrate` again: "
    "it goes on from there. Or leave the extra out of ORACLE_EXTRAS."
)
_GO_ON_WITH_GRANTS: Final = (
    "The schema is the newest. Mend the cause and run the same again: to give a right twice does no harm. "
    "A server that connects as this user lacks the rest until then."
)


def upgrade(engine: Engine) -> list[str]:
    """Run the revisions that the database lacks; returns their ids, oldest first.

    On SQLite all of them are one transaction, and a second process that migrates waits for the first.
    Oracle commits each DDL statement by itself: a revision that failed half-way needs a hand, of which
    `MigrationError` tells.
    """
    with engine.begin() as connection:
        missing = _missing(connection)
        if missing:
            config = revisions.config()
            config.attributes["connection"] = connection
            if connection.dialect.name == "sqlite":
                command.upgrade(config, "head")
            else:
                _upgrade_in_steps(config, connection, missing)
    return missing


def _upgrade_in_steps(config: Config, connection: Connection, missing: list[str]) -> None:
    if found := half_done.begun(connection, missing[0]):
        raise MigrationError(f"{found.sentence} {half_done.remedy(missing[0])}")
    left = list(missing)

    def note(**_said: object) -> None:
        del left[0]
        connection.exec_driver_sql("COMMIT")  # else its version would go with a failure of the next one

    config.attributes["on_version_apply"] = note
    connection.exec_driver_sql(_WAIT_FOR_LOCKS)
    try:
        command.upgrade(config, "head")
    except DBAPIError as error:
        done = missing[: -len(left)]
        raise MigrationError(half_done.failure(left[0], done, error)) from error


def begun(engine: Engine) -> Begun | None:
    """The revision that began and did not end: on Oracle, where parts of the next one are there already."""
    if engine.dialect.name == "sqlite":
        return None
    with engine.connect() as connection:
        missing = _missing(connection)
        return half_done.begun(connection, missing[0]) if missing else None


def lacking_parts(engine: Engine) -> list[str]:
    """The columns and indexes that this version needs, and a schema that is at its revision has not."""
    with engine.connect() as connection:
        held, needed = schema_parts.live(connection), schema_parts.newest(engine.dialect.name)
    return sorted(needed.told(needed.names - held.names, held))


def lacking_columns(engine: Engine) -> list[str]:
    """Those of them that are columns, or whole tables: what a schema that is ahead must have all the same."""
    return [name for name in lacking_parts(engine) if not name.startswith("index ")]


def nullable_otherwise(engine: Engine) -> list[str]:
    """The columns that may be NULL and should not, or the other way round: each as it should be."""
    with engine.connect() as connection:
        held, needed = schema_parts.live(connection).columns, schema_parts.newest(engine.dialect.name).columns
    return sorted(
        f"{column} {'NULL' if may_be_null else 'NOT NULL'}"
        for column, may_be_null in needed.items()
        if held.get(column, may_be_null) != may_be_null
    )


def not_compiled(engine: Engine) -> list[str]:
    """What is there on Oracle and does not compile, each with its error."""
    if engine.dialect.name == "sqlite":
        return []
    with engine.connect() as connection:
        return compiled.not_compiled(connection)


def demand_compiled(engine: Engine) -> None:
    """Raises `MigrationError` for what was made and does not compile: Oracle calls that a success."""
    if found := not_compiled(engine):
        raise MigrationError(half_done.uncompiled(found))


def downgrade(engine: Engine, revision: str) -> None:
    """Take back what came after `revision` (`base`: everything, with all data). For development."""
    with engine.begin() as connection:
        config = revisions.config()
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
    script = revisions.history()
    return any(each.revision == revision for each in script.walk_revisions())


def add_extras(engine: Engine, extras: Iterable[Extra]) -> list[str]:
    """Make those of Oracle's extras that are lacking; returns what was made. On SQLite nothing is.

    Raises `MigrationError`.
    """
    if engine.dialect.name != "oracle":
        return []
    with engine.begin() as connection:
        connection.exec_driver_sql(_WAIT_FOR_LOCKS)
        named = [(step.name, step.statement) for step in lacking(connection, extras)]
        return one_by_one.run(connection, named, how_to_go_on=_GO_ON_WITH_EXTRAS)


def grant(engine: Engine, user: str) -> int:
    """Let `user` do what the application does, on Oracle; returns how many tables it may use.

    Raises ValueError for what is no name of a user, `MigrationError` where a right could not be given.
    """
    named = [(f"rights on {table}", said) for table, said in grants.statements(metadata, user)]
    with engine.begin() as connection:
        return len(one_by_one.run(connection, named, how_to_go_on=_GO_ON_WITH_GRANTS))


def offline_sql(
    dialect: str, start: str | None = None, *, extras: Iterable[Extra] = (), user: str | None = None
) -> str:
    """The statements that build the schema on `dialect` (`sqlite`, `oracle`), for a DBA to run.

    From revision `start` on, or from an empty database. On Oracle `extras` follow, and rights of `user`;
    at its end it fails for what does not compile.
    Raises ValueError for an unknown revision, and for what is no name of a user.
    """
    try:
        written = revisions.sql(dialect, start, "head")
    except CommandError as error:
        raise ValueError(
            f"there is no revision {start}; `fittrack migrate` names those it applies"
        ) from error
    if dialect != "oracle":
        return written
    later = [step.statement for step in steps(extras)]
    later += [said for _, said in grants.statements(metadata, user)] if user else []
    script = "".join(f"{line}\n" for line in SQLPLUS) + "\n" + written
    return script + "".join(
        f"{statement}\n\n/\n\n" for statement in [*later, "COMMIT", compiled.DEMAND_COMPILED]
    )


def _unknown(connection: Connection) -> list[str]:
    heads = MigrationContext.configure(connection).get_current_heads()
    return sorted(head for head in heads if not is_known(head))


def _missing(connection: Connection) -> list[str]:
    if _unknown(connection):
        return []  # whoever made those had all of ours
    script = revisions.history()
    heads = MigrationContext.configure(connection).get_current_heads()
    lacking = script.iterate_revisions("heads", heads or "base")
    return [revision.revision for revision in lacking if revision.revision not in heads][::-1]

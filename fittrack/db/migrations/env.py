"""Run by Alembic: over a connection it is handed, as SQL text (`--sql`), or over `-x url=…`."""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.ddl.oracle import OracleImpl
from sqlalchemy import Connection, Table, make_url

from fittrack.db import types
from fittrack.db.engine import DatabaseSettings, make_engine
from fittrack.db.tables import metadata


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write the project's own column types as revisions name them."""
    if kind != "type":
        return False
    if isinstance(item, types.Bytes):
        return f"types.Bytes({item.size})"
    if isinstance(item, types.Word):
        return f"types.word({item.length})"
    return f"types.{type(item).__name__}" if type(item).__module__ == types.__name__ else False


class OraclesVersion(OracleImpl):
    """What Alembic does on Oracle: the last class of a dialect's name is the one that it takes."""

    __dialect__ = "oracle"

    def version_table_impl(self, **named: Any) -> Table:
        """The table of the schema's version, of which an INSERT asks nothing back.

        `RETURNING … INTO :ret_0` would be a bind in a script, where SQL*Plus has none (SP2-0552).
        """
        table = super().version_table_impl(**named)
        table.implicit_returning = False
        return table


# SQLite can roll DDL back, and the engine begins transactions by itself: a migration is whole or absent.
OPTIONS: dict[str, Any] = {"target_metadata": metadata, "render_item": render_item, "compare_type": True}


def migrate(connection: Connection) -> None:
    """Run the revisions over `connection`, in its transaction."""
    whole = connection.dialect.name == "sqlite"
    noted = context.config.attributes.get("on_version_apply", ())
    context.configure(connection=connection, transactional_ddl=whole, on_version_apply=noted, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def write_sql(dialect_name: str) -> None:
    """Write the statements for `dialect_name` instead of running them."""
    context.configure(dialect_name=dialect_name, literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def url_of_command_line() -> str:
    """What `-x url=…` says."""
    return context.get_x_argument(as_dictionary=True)["url"]


handed = context.config.attributes
if context.is_offline_mode():
    write_sql(
        handed["dialect"] if "dialect" in handed else make_url(url_of_command_line()).get_backend_name()
    )
elif "connection" in handed:
    migrate(handed["connection"])
else:
    with make_engine(DatabaseSettings(url=url_of_command_line())).begin() as connection:
        migrate(connection)

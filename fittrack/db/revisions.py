"""The history of the schema, as Alembic has it: from an installed package as from a checkout."""

import io
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

MIGRATIONS: Final = Path(__file__).with_name("migrations")


def config(output: io.StringIO | None = None) -> Config:
    """How Alembic finds the revisions. `output`: where it writes SQL that is not run."""
    found = Config(output_buffer=output)
    # A percent sign in the path would be read as an interpolation.
    found.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return found


def history() -> ScriptDirectory:
    """All revisions that this version has."""
    return ScriptDirectory(str(MIGRATIONS))


def before(revision: str) -> str | None:
    """The revision that comes before; None for the first one."""
    found = history().get_revision(revision).down_revision
    assert found is None or isinstance(found, str), "the history has no branches"
    return found


def sql(dialect: str, start: str | None, end: str) -> str:
    """What leads from `start`, or from an empty database, to `end`, as text.

    Raises Alembic's CommandError for an unknown revision.
    """
    written = io.StringIO()
    how = config(written)
    how.attributes["dialect"] = dialect
    command.upgrade(how, end if start is None else f"{start}:{end}", sql=True)
    return written.getvalue()

"""What Oracle stored although it did not compile: making it succeeds, and using it fails (ORA-04098)."""

from textwrap import fill
from typing import Final

from sqlalchemy import Connection

from fittrack.db.oracle.extras import VIEWS
from fittrack.db.tables import metadata

LINE_MAX: Final = 120
"""Characters of a line: SQL*Plus takes some thousands."""


def _listed(names: tuple[str, ...]) -> str:
    return fill(", ".join(f"'{name.upper()}'" for name in names), LINE_MAX)


# Triggers on our tables are looked at whoever made them, since they refuse what we write; whatever else lies
# in the schema is no concern of ours.
_OF_OURS: Final = f"""attribute = 'ERROR' AND (type = 'VIEW' AND name IN ({_listed(VIEWS)})
  OR type = 'TRIGGER' AND name IN (SELECT trigger_name FROM {{triggers}}
  WHERE table_owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') AND table_name IN (
{_listed(tuple(metadata.tables))})))
ORDER BY name, sequence"""  # noqa: S608 - own names

_ERRORS: Final = f"""
SELECT type, name, text FROM all_errors WHERE owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')
  AND {_OF_OURS.format(triggers="all_triggers")}"""  # noqa: S608 - own names
"""What is merely INVALID, since a table changed, has none: it is compiled at its next use."""

DEMAND_COMPILED: Final = f"""BEGIN
  FOR broken IN (SELECT name, text FROM user_errors WHERE {_OF_OURS.format(triggers="user_triggers")}) LOOP
    RAISE_APPLICATION_ERROR(-20002, broken.name || ' does not compile: ' || broken.text);
  END LOOP;
END;"""  # noqa: S608 - own names
"""The same for a script that the owner runs: it fails with the first."""


def not_compiled(connection: Connection) -> list[str]:
    """Our triggers and views that do not compile, each with its first error. Their owner sees all of them."""
    first: dict[tuple[str, str], str] = {}
    for kind, name, text in connection.exec_driver_sql(_ERRORS):
        first.setdefault((kind, name), text.strip())
    return [f"{kind.lower()} {name.lower()} ({text})" for (kind, name), text in first.items()]

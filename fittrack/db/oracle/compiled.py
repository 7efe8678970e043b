"""What Oracle stored although it did not compile: making it succeeds, and using it fails (ORA-04098)."""

from typing import Final

from sqlalchemy import Connection

_ERRORS: Final = """
SELECT type, name, text FROM all_errors
WHERE owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') AND attribute = 'ERROR' ORDER BY name, sequence"""
"""What is merely INVALID, since a table changed, has none: it is compiled at its next use."""

DEMAND_COMPILED: Final = """BEGIN
  FOR broken IN (SELECT name, text FROM user_errors WHERE attribute = 'ERROR' ORDER BY name, sequence) LOOP
    RAISE_APPLICATION_ERROR(-20002, broken.name || ' does not compile: ' || broken.text);
  END LOOP;
END;"""
"""The same for a script that the owner runs: it fails with the first."""


def not_compiled(connection: Connection) -> list[str]:
    """Triggers and views that do not compile, each with its first error. Its owner sees all of them."""
    first: dict[tuple[str, str], str] = {}
    for kind, name, text in connection.exec_driver_sql(_ERRORS):
        first.setdefault((kind, name), text.strip())
    return [f"{kind.lower()} {name.lower()} ({text})" for (kind, name), text in first.items()]

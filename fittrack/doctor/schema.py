"""The schema: is it the newest, is it whole, and what to do where it is not."""

from collections.abc import Iterator
from typing import Final

from fittrack.db import half_done, migrate
from fittrack.db.handles import Engine
from fittrack.doctor.diagnosis import Diagnosis, ill, well

MIGRATE: Final = "Run `fittrack migrate`."
_MIGRATE_AS_OWNER: Final = (
    "Run `fittrack migrate` as the owner of the tables. Where that is somebody else than ORACLE_USER, set "
    "ORACLE_SCHEMA to the owner, and give rights with `fittrack migrate --grants`."
)
_MAKE: Final = (
    "Somebody took it away, or a script was not run to its end. Run by hand what makes it: "
    "`fittrack migrate --sql` writes that."
)
_OR_GIVE_RIGHTS: Final = "Where only ORACLE_USER does not see it: `fittrack migrate --grants`."
_MODIFY: Final = "Correct it by hand, as the owner: ALTER TABLE … MODIFY (…)."
_COMPILE: Final = (
    "As the owner: mend what the error names, then `ALTER TRIGGER … COMPILE`, and `SHOW ERRORS` in SQL*Plus."
)
_START_NEWER: Final = "Start the version that migrated it, or one that says it works beside that."
_RESTORE: Final = "Bring back a backup, or copy what is in it into a database that was migrated anew."


def examine_schema(engine: Engine, *, may_be_newer: bool) -> Diagnosis:
    """Whether what this version needs is there: revisions, and then columns and indexes one by one.

    On Oracle each statement of a migration is committed by itself, and a DBA may have run them: what the
    schema says of its revision and what it holds can be two things.
    """
    if begun := migrate.begun(engine):
        return ill("schema", begun.sentence, half_done.remedy(begun.revision))
    is_oracle = engine.dialect.name == "oracle"
    if waiting := migrate.pending(engine):
        return ill(
            "schema", f"The schema lacks {', '.join(waiting)}.", _MIGRATE_AS_OWNER if is_oracle else MIGRATE
        )
    ahead = ", ".join(migrate.ahead(engine))
    if ahead and not may_be_newer:
        remedy = "Start the version that migrated it, or set SCHEMA_MAY_BE_NEWER=true."
        return ill("schema", f"The schema is newer than this version: {ahead}.", remedy)
    if ahead:
        return _beside_a_newer(engine, ahead)
    if lacking := migrate.lacking_parts(engine):
        remedy = f"{_MAKE} {_OR_GIVE_RIGHTS}" if is_oracle else f"{_MAKE} {_RESTORE}"
        return ill(
            "schema", f"All revisions are said to be done, but there is no {half_done.some(lacking)}.", remedy
        )
    if otherwise := migrate.nullable_otherwise(engine):
        return ill(
            "schema", f"It should be: {half_done.some(otherwise)}.", _MODIFY if is_oracle else _RESTORE
        )
    return well("schema", "The schema is the newest.")


def _beside_a_newer(engine: Engine, ahead: str) -> Diagnosis:
    """A newer version may have dropped indexes, and widened columns; what this one reads must be there."""
    newer = f"The schema is newer than this version: {ahead}."
    if lacking := migrate.lacking_columns(engine):
        return ill("schema", f"{newer} This one needs what is gone: {half_done.some(lacking)}.", _START_NEWER)
    return well("schema", f"{newer} It may be.")


def examine_compiled(engine: Engine) -> Iterator[Diagnosis]:
    """What does not compile, if there is anything: who is no owner does not see all of it."""
    if broken := migrate.not_compiled(engine):
        yield ill("triggers", half_done.uncompiled(broken), _COMPILE)

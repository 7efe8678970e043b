"""The database: is it there, can it be written, is its schema the newest, do clocks and keys fit."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from fittrack.config import Settings
from fittrack.db.engine import Access, make_engine, sqlite_file
from fittrack.db.handles import Connection, Engine, SQLAlchemyError
from fittrack.db.server_clock import ask_time
from fittrack.doctor import oracle, queries
from fittrack.doctor.diagnosis import Diagnosis, ill, well
from fittrack.doctor.schema import MIGRATE, examine_compiled, examine_schema
from fittrack.drawings import commitment
from fittrack.keys.counting import count_values
from fittrack.kit.clock import Clock
from fittrack.kit.clock_watch import OFF_MAX_S
from fittrack.kit.sealing import SealBroken, Sealer

DEAD_LETTERS_SHOWN: Final = timedelta(days=7)
"""How long a letter that was given up is worth a word."""

LETTERS_WAIT_MAX: Final = timedelta(hours=1)
"""A server looks every two seconds, and what it tries leaves the queue until the next attempt."""

_PUT_BACK: Final = "Put the former key back into TOKEN_KEYS, behind the one in force."
_RESTORE: Final = "`fittrack keys rotate` names them; take them from a backup."


def examine_database(settings: Settings, clock: Clock) -> Iterator[Diagnosis]:
    """Look at the database; after a failure, what relies on it is left out."""
    name = settings.database.oracle_dsn or settings.database.url
    path = sqlite_file(settings.database)
    if path is not None and not path.exists():
        yield ill("database", f"There is no database at {path}.", MIGRATE)
        return
    try:
        engine = make_engine(settings.database, Access.WRITE)
    except Exception as error:
        if not isinstance(error, OSError) and not oracle.comes_from_driver(error):
            raise
        yield _no_answer(name, error)
        return
    connected = False
    try:
        with engine.begin() as conn:  # on SQLite it is the lock of whoever writes
            connected = True
            yield _answers(name, conn)
        yield from _examine(engine, settings, clock)
    except (SQLAlchemyError, OSError) as error:
        if path is None:
            yield _no_answer(name, error, connected=connected)
        else:
            remedy = f"Check who owns {path} and its folder, and whether another process holds it."
            yield ill("database", f"{name} does not answer: {_reason(error)}.", remedy)
    finally:
        engine.dispose()


def _answers(name: str, conn: Connection) -> Diagnosis:
    if warning := getattr(conn.connection.driver_connection, "warning", None):
        explained = oracle.explain(warning, connected=True)
        return ill("database", f"{name} answers, for now: {explained.sentence}.", explained.remedy)
    return well("database", f"{name} answers.")


def _no_answer(name: str, error: BaseException, *, connected: bool = False) -> Diagnosis:
    explained = oracle.explain(error, connected=connected)
    return ill("database", f"{name} does not answer: {explained.sentence}.", explained.remedy)


def _examine(engine: Engine, settings: Settings, clock: Clock) -> Iterator[Diagnosis]:
    schema = examine_schema(engine, may_be_newer=settings.schema_may_be_newer)
    yield schema
    if not schema.ok:
        return
    yield from examine_compiled(engine)
    yield _writing(engine, clock)
    with engine.connect() as conn:
        yield _clock(conn, clock)
        yield _keys(conn, settings)
        yield _letters(conn, clock)


def _writing(engine: Engine, clock: Clock) -> Diagnosis:
    """Whether rows can be added: a full disk, a quota, or rights that lack are seen by nothing else."""
    try:
        with engine.connect() as conn, conn.begin() as transaction:
            queries.write_a_row(conn, clock.now())
            transaction.rollback()
    except SQLAlchemyError as error:
        explained = oracle.explain(error, connected=True) if engine.dialect.name == "oracle" else None
        sentence = explained.sentence if explained else _reason(error)
        remedy = explained.remedy if explained else "Check the disk and who owns the file."
        return ill("writing", f"No row can be written: {sentence}.", remedy)
    return well("writing", "A row was written, and taken back.")


def _clock(conn: Connection, clock: Clock) -> Diagnosis:
    if conn.dialect.name != "oracle":
        return well("clock", "The database runs in this process, by the same clock.")
    skew = abs((ask_time(conn, clock).now - clock.now()).total_seconds())
    if skew > OFF_MAX_S:
        return ill(
            "clock",
            f"This machine's clock is {skew:.1f} s off the database's.",
            "Let both follow a time server (chrony, systemd-timesyncd).",
        )
    return well("clock", f"This machine's clock agrees with the database's ({skew:.1f} s).")


def _letters(conn: Connection, clock: Clock) -> Diagnosis:
    found = queries.letters(conn, clock.now() - DEAD_LETTERS_SHOWN)
    if found.failed:
        return ill(
            "letters",
            f"{found.failed:,} letters were given up in the last {DEAD_LETTERS_SHOWN.days} days; "
            f"the last one because: {found.last_error}.",
            "The log names each as mail.failed; SMTP 5xx means that the address refuses it.",
        )
    if found.due_since is not None and clock.now() - found.due_since > LETTERS_WAIT_MAX:
        return ill("letters", f"Letters have been due since {found.due_since}.", "Is a server running?")
    return well("letters", "No letter was given up, and none waits too long.")


def _keys(conn: Connection, settings: Settings) -> Diagnosis:
    """Whether `TOKEN_KEYS` still open what was sealed: a key that was dropped too early stops drawings."""
    sealer = Sealer.from_text(settings.token_keys)
    census = count_values(conn, sealer)
    if not any(use.values for use in census.uses):
        return well("keys", "Nothing is sealed yet.")
    if census.missing:
        lacking = ", ".join(f"“{use.key_id}” ({use.values:,})" for use in census.missing)
        return ill("keys", f"Values are sealed under keys that TOKEN_KEYS lack: {lacking}.", _PUT_BACK)
    if census.unreadable:
        return ill("keys", f"{census.unreadable:,} sealed values were altered.", _RESTORE)
    stored = queries.latest_committed(conn)
    if stored is None or stored.commitment is None:
        return well("keys", "TOKEN_KEYS name every key that sealed values need.")
    try:
        commitment.open_secrets(sealer, stored.drawing.drawing_id, stored.commitment)
    except SealBroken as broken:
        return ill(
            "keys",
            f"TOKEN_KEYS do not open the secrets of “{stored.drawing.name}”: {broken}.",
            _PUT_BACK,
        )
    return well("keys", "TOKEN_KEYS open what is sealed in the database.")


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]

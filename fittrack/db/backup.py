"""Copies of the embedded database, and the way back (Oracle has its own: docs/backup.md).

A backup is one file: a snapshot taken beside a running server, verified before it gets its name. A restore
loses nothing either: what was there before is moved aside.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from fittrack.db.migrate import is_known

SUFFIX: Final = ".db"
COMPANIONS: Final = ("-wal", "-shm")
"""Files of SQLite's beside a database with a write-ahead log."""

LOCK_WAIT_S: Final = 5.0
"""A checkpoint of the server's may hold the file for a moment."""

OWNER_ALONE: Final = 0o600
"""A copy holds everything, whatever the process's mask lets others read."""


class BackupRefused(Exception):  # noqa: N818 - it is an answer, as problems are
    """It cannot be done, and nothing was changed. Its text is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the database: its file, size in bytes, and the revision of its schema."""

    file: Path
    size: int
    revision: str


def default_name(now: datetime) -> str:
    """`fittrack-20261126T201500Z.db`: sorts by time."""
    return f"fittrack-{now:%Y%m%dT%H%M%SZ}{SUFFIX}"


def back_up(source: Path, target: Path) -> Copy:
    """Copy `source` into the new file `target`, while a server may be writing.

    The snapshot is of one instant: readers of a write-ahead log hold up no writer. Raises `BackupRefused`.
    """
    if not source.is_file():
        raise BackupRefused(f"There is no database at {source}.")
    if target.exists():
        raise BackupRefused(f"{target} exists already, and is not overwritten.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _unfinished(target) as part:
        with closing(_open(source, read_only=True)) as live, closing(sqlite3.connect(part)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE").close()  # one file, without companions
        revision = _examine(part, named=source)
        _settle(part, target)
    return Copy(target, target.stat().st_size, revision)


def restore(backup: Path, database: Path, *, aside: Path) -> Copy:
    """Put a backup in the place of `database`; what was there becomes `aside`.

    Raises `BackupRefused` when a server uses the database, or the backup is not whole.
    """
    revision = _examine(backup)
    if aside.exists():
        raise BackupRefused(f"{aside} exists already, and is not overwritten.")
    database.parent.mkdir(parents=True, exist_ok=True)
    with _unfinished(database) as part:
        with closing(_open(backup, read_only=True)) as kept, closing(sqlite3.connect(part)) as copy:
            kept.backup(copy)
        if database.exists():
            _demand_rest(database)
            database.rename(aside)
        _settle(part, database)
    return Copy(database, database.stat().st_size, revision)


def _open(file: Path, *, read_only: bool = False) -> sqlite3.Connection:
    mode = "ro" if read_only else "rw"
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=LOCK_WAIT_S)


def _examine(file: Path, *, named: Path | None = None) -> str:
    """The revision of the schema in a whole file. Raises `BackupRefused`, which names `named` or the file."""
    named = named or file
    if not file.is_file():
        raise BackupRefused(f"There is no file {file}.")
    try:
        with closing(_open(file, read_only=True)) as db:
            [(health,)] = db.execute("PRAGMA quick_check(1)").fetchall()
            revisions = [revision for (revision,) in db.execute("SELECT version_num FROM alembic_version")]
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{named} is no database of FitTrack's: {error}.") from error
    if health != "ok":
        raise BackupRefused(f"{named} is damaged: {health}.")
    if len(revisions) != 1 or not is_known(revisions[0]):
        raise BackupRefused(f"{named} has a schema that this version does not know: {', '.join(revisions)}.")
    return str(revisions[0])


def _demand_rest(database: Path) -> None:
    """Nobody uses the database: leaving the write-ahead log needs it alone, and brings all into one file."""
    try:
        with closing(_open(database)) as db:
            db.execute("PRAGMA journal_mode=DELETE").close()
    except sqlite3.OperationalError as error:
        raise BackupRefused(f"{database} is in use: stop the server first.") from error
    except sqlite3.DatabaseError:
        pass  # damaged beyond opening: the very reason to restore; it is moved aside as it is
    for companion in COMPANIONS:
        database.with_name(database.name + companion).unlink(missing_ok=True)


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A file beside `target`, for its owner's eyes alone, that is gone again unless it got its name."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ALONE))
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _settle(part: Path, target: Path) -> None:
    """On the disk, and by its name: after a power cut there is all of it or nothing."""
    _sync(part, os.O_RDWR)
    part.rename(target)
    _sync(target.parent, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

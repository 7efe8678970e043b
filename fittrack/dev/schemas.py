"""`/dev`: bodies and answers."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from fittrack.server.schemas import Answer, Input
from protocol.shapes import Instant


class SeedStatus(StrEnum):
    NONE = "none"
    """Nobody asked since the node started."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Seed(Answer, frozen=True, kw_only=True):
    """How far the demo world is that was asked for last. `detail` says what came of it."""

    status: SeedStatus = SeedStatus.NONE
    started_at: Instant | None = None
    finished_at: Instant | None = None
    detail: str | None = None


class TableRows(Answer, frozen=True, kw_only=True):
    """A table, and how many rows it has."""

    name: str
    rows: int


class Tables(Answer, frozen=True, kw_only=True):
    """Answer of `GET dev/tables`. `database` is what `POST dev/reset` wants to be told."""

    database: str
    tables: list[TableRows]
    seed: Seed


class Migrated(Answer, frozen=True, kw_only=True):
    """Answer of `POST dev/migrate`: the revisions that were missing; none, when the schema was the newest."""

    applied: list[str]


class Reset(Input, frozen=True, kw_only=True):
    """Body of `POST dev/reset`: the name of the database, so that it is this one that is meant."""

    confirm: Annotated[
        str, Meta(min_length=1, max_length=200, description="The `database` of `GET dev/tables`")
    ]


class Erased(Answer, frozen=True, kw_only=True):
    """Answer of `POST dev/reset`. Its admin is gone with everybody else: `fittrack admin create`."""

    rows: int

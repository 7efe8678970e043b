"""Revisions that move rows keep them, on both databases."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from fittrack.db import migrate
from fittrack.db.engine import make_engine
from fittrack.db.journal import Head, StaleLog
from fittrack.db.journal.open_store import open_store
from fittrack.db.tables.logs import user_log
from fittrack.kit.ids import uuid7
from tests import databases
from tests.fittrack.db.conftest import OpenJournal
from tests.fittrack.db.journal_world import a_note, units_of


async def test_logs_keep_their_units_and_their_fence_when_units_become_unique(
    tmp_path: Path, open_journal: OpenJournal
) -> None:
    folder = tmp_path / "migrated"
    databases.bring_up(databases.settings_of(folder))
    migrated = make_engine(databases.settings_of(folder))
    journal = open_journal(open_store(migrated))
    players = [uuid7() for _ in range(3)]
    units = [[a_note() for _ in range(20)] for _ in players]
    for player, notes in zip(players, units, strict=True):
        appender = journal.open(user_log, player, Head())
        await asyncio.gather(*(appender.append(note) for note in notes))
    await journal.stop()
    for move in (partial(migrate.downgrade, revision="0014"), migrate.upgrade):
        move(migrated)
        for player, notes in zip(players, units, strict=True):
            assert units_of(migrated, user_log, player) == [note.unit_id for note in notes]
    journal = open_journal(open_store(migrated))
    with pytest.raises(StaleLog):
        await journal.open(user_log, players[0], Head(20, uuid7())).append(a_note())
    await journal.open(user_log, players[0], Head(20, units[0][-1].unit_id)).append(a_note())
    await journal.stop()
    migrated.dispose()

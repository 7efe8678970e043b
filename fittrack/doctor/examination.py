"""Everything the doctor looks at, in order."""

import asyncio

from fittrack.config import Settings
from fittrack.db.engine import sqlite_file
from fittrack.doctor.cluster import examine_cluster
from fittrack.doctor.database import examine_database
from fittrack.doctor.diagnosis import Diagnosis
from fittrack.doctor.issuers import examine_issuers
from fittrack.doctor.surroundings import (
    examine_disk,
    examine_free_entries,
    examine_mail,
    examine_redis,
    examine_secrets,
)
from fittrack.doctor.trackers import examine_trackers
from fittrack.kit.clock import Clock, SystemClock


async def examine(settings: Settings, clock: Clock | None = None) -> list[Diagnosis]:
    """Look at database, secrets, the address for cards, mail, issuers of ID tokens, trackers, Redis, nodes,
    disk."""
    clock = clock or SystemClock()
    database = await asyncio.to_thread(lambda: list(examine_database(settings, clock)))
    path = sqlite_file(settings.database)
    folder = settings.mail_dir if path is None else path.parent
    return [
        *database,
        examine_secrets(settings),
        examine_free_entries(settings),
        await examine_mail(settings),
        *await examine_issuers(settings),
        *await examine_trackers(settings),
        await examine_redis(settings),
        *[found async for found in examine_cluster(settings, clock)],
        await asyncio.to_thread(examine_disk, folder),
    ]

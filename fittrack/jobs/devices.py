"""Finds devices that several accounts use, and has each of these accounts reviewed once (SPEC 3)."""

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from actors.runtime import Registry
from fittrack.db.reads import Reads
from fittrack.kit.clock import Clock
from fittrack.kit.intention import Intention
from fittrack.kit.problems import Problem
from fittrack.reviews.commands import ConsiderReview
from fittrack.reviews.gaming import queries
from fittrack.reviews.gaming.queries import SharedDevice
from fittrack.reviews.rules import shared_device
from fittrack.server.asking import USER

LOOK_EVERY_S: Final = 300.0
"""A second account of a device should not win before somebody knows of the first."""

LOOK_BACK: Final = timedelta(days=2)
"""How long a device counts as newly noted: a look that failed is made good by the next ones."""

ACCOUNTS_PER_ROUND: Final = 100

log = structlog.get_logger(__name__)


async def review_shared_devices(reads: Reads, registry: Registry, clock: Clock) -> int:
    """Returns how many reviews were opened; accounts that could not be asked are found again."""
    opened = 0
    while True:
        since = clock.now() - LOOK_BACK
        found = await reads.run(queries.shared_devices, since, ACCOUNTS_PER_ROUND)
        done = await asyncio.gather(*(_consider(registry, each) for each in found))
        opened += sum(done)
        if len(found) < ACCOUNTS_PER_ROUND or not any(done):
            return opened


async def _consider(registry: Registry, found: SharedDevice) -> bool:
    reason = shared_device(found.device_id, found.accounts)
    assert reason is not None, "only shared devices are found"
    try:
        answer = await registry.ref(USER, found.user_id).ask(Intention(ConsiderReview(reason)))
    except Problem as problem:
        log.warning("review.postponed", user_id=str(found.user_id), code=problem.code)
        return False
    return bool(answer.body.opened)

"""Hands effects on to the players they concern, until each is applied (DESIGN 3, cross-actor effects)."""

import asyncio
from typing import Final

import structlog

from actors.runtime import Registry
from fittrack.db import effect_queries
from fittrack.db.effect_queries import Effect
from fittrack.db.reads import Reads
from fittrack.kit.problems import NotFound, Problem
from fittrack.players.messages import ApplyEffect
from fittrack.server.asking import USER

SWEEP_EVERY_S: Final = 2.0
"""Who writes effects pokes; the sweep finds those of a node that died."""

EFFECTS_PER_ROUND: Final = 256
"""Applied side by side: they share commits, and leave room for purchases."""

log = structlog.get_logger(__name__)


async def apply_waiting(reads: Reads, registry: Registry) -> int:
    """Have all waiting effects applied. Returns how many were; those that failed stay for the next round."""
    applied = 0
    while True:
        waiting = await reads.run(effect_queries.waiting, EFFECTS_PER_ROUND)
        done = await asyncio.gather(*(_apply(registry, effect) for effect in waiting))
        applied += sum(done)
        if len(waiting) < EFFECTS_PER_ROUND or not any(done):
            return applied


async def _apply(registry: Registry, effect: Effect) -> bool:
    message = ApplyEffect(effect.kind, effect.subject_id, effect.payload)
    try:
        await registry.ref(USER, effect.user_id).ask(message)
    except Problem as problem:
        level = log.error if isinstance(problem, NotFound) else log.warning
        level("effect.postponed", kind=effect.kind, subject_id=str(effect.subject_id), code=problem.code)
        return False
    return True

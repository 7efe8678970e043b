"""The nodes that run: do they have the same settings as are set here, and does Redis have the same time."""

from collections.abc import AsyncIterator
from typing import Final

from fittrack.cluster.membership import listed
from fittrack.cluster.settings import differences, hear
from fittrack.config import Settings
from fittrack.config.common import common
from fittrack.doctor.diagnosis import Diagnosis, ill, well
from fittrack.kit.clock import Clock
from fittrack.kit.clock_watch import OFF_MAX_S, REDIS, ClockWatch
from fittrack.pubsub.redis_faults import LOSSES
from fittrack.pubsub.redis_place import Client, redis_client
from fittrack.pubsub.redis_url import RedisUrl

_TIME: Final = "return redis.call('TIME')"


async def examine_cluster(settings: Settings, clock: Clock) -> AsyncIterator[Diagnosis]:
    """Nothing without Redis, or while it is gone: that is told elsewhere."""
    if not settings.redis_url:
        return
    redis = redis_client(RedisUrl.parse(settings.redis_url))
    try:
        yield await _settings(redis, settings)
        yield await _clock(redis, settings.namespace, clock)
    except LOSSES:
        return
    finally:
        await redis.aclose()


async def _settings(redis: Client, settings: Settings) -> Diagnosis:
    heard = await hear(redis, settings.namespace, await listed(redis, settings.namespace))
    own = common(settings)
    found = differences(own, heard)
    if not found:
        return well("nodes", f"{len(heard)} nodes run, with the settings that all have in common as here.")
    told = "; ".join(
        f"{name} is “{own[name]}” here, “{value}” at {node}"
        for name, theirs in found.items()
        for node, value in theirs.items()
    )
    return ill("nodes", f"Nodes run with other settings: {told}.", "Set the same everywhere, and renew them.")


async def _clock(redis: Client, namespace: str, clock: Clock) -> Diagnosis:
    watch, asked_at = ClockWatch(clock), clock.monotonic()
    seconds, micros = await redis.eval(_TIME, 1, f"{{{namespace}}}:time")
    watch.heard(REDIS, int(seconds) + int(micros) / 1e6, asked_at, clock.monotonic())
    skew = watch.offsets_s.get(REDIS)
    if skew is None:
        return ill("redis clock", "Redis took too long to say what time it is.", "Try again.")
    sentence = f"This machine's clock is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} Redis's."
    if abs(skew) > OFF_MAX_S:
        return ill("redis clock", sentence, "Let both follow a time server (chrony, systemd-timesyncd).")
    return well("redis clock", sentence)

"""The two ways in which Redis carries publications, and their words.

One server tells everybody who listens to it. A Redis Cluster would have all its servers do so; there each
channel belongs to a shard, as a key does, and only that shard hears of it (sharded pub/sub, Redis 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from redis.crc import key_slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said to the server, and what it says."""

    publish: str
    subscribe: str
    unsubscribe: str
    count: str
    """Behind PUBSUB: how many listen."""
    message: bytes
    subscribed: bytes
    unsubscribed: bytes
    counts_all: bool
    """Whether the answer to a publication counts everybody who hears it. In a cluster somebody may still
    listen to the other server of the shard, for a moment after the two changed places."""

    def together(self, names: Sequence[bytes]) -> list[Sequence[bytes]]:
        """Channels that one command may name: all, or those of one slot."""
        if self.counts_all:
            return [names]
        slots: dict[int, list[bytes]] = {}
        for name in names:
            slots.setdefault(key_slot(name), []).append(name)
        return list(slots.values())


PLAIN: Final = Words(
    publish="PUBLISH",
    subscribe="SUBSCRIBE",
    unsubscribe="UNSUBSCRIBE",
    count="NUMSUB",
    message=b"message",
    subscribed=b"subscribe",
    unsubscribed=b"unsubscribe",
    counts_all=True,
)

SHARDED: Final = Words(
    publish="SPUBLISH",
    subscribe="SSUBSCRIBE",
    unsubscribe="SUNSUBSCRIBE",
    count="SHARDNUMSUB",
    message=b"smessage",
    subscribed=b"ssubscribe",
    unsubscribed=b"sunsubscribe",
    counts_all=False,
)

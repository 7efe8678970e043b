"""From when on memory can be trusted: whoever takes an actor over loads it while its former owner may still
have something under way, which it would not see.

The database fences what is written, so this is about what is shown. For a while after each change of who is
there, whatever is shown is compared with the database first; what was compared after that while is certain,
until the next change. It costs a stable cluster, and a node that is alone, nothing.
"""

from math import inf
from typing import Final

from actors.runtime import DOUBTS_KEPT_S, GOES_ON_FOR_S
from fittrack.cluster.cluster import Cluster
from fittrack.db.journal import COMMITTED_WITHIN_S

LATE_S: Final = GOES_ON_FOR_S + COMMITTED_WITHIN_S
"""From when an activation is given up, or told to leave, until nothing of it can be stored any more: its last
turn is over, and its last unit durable or refused."""

assert LATE_S < DOUBTS_KEPT_S, "a doubt is kept until it is settled"


class Trust:
    """What a node's actors may hold to be all there is. `cluster` is None for a node that is alone."""

    def __init__(self, cluster: Cluster | None) -> None:
        self._cluster = cluster

    def begins(self, doubted_at: float) -> float:
        """From which instant of the monotonic clock on what was read is all there is, but for what was
        written here since. Infinite: nothing is, as others may have taken this node's actors over.

        `doubted_at` is when an activation was lost here last that wrote the same (`Actor.doubted_at`). A unit
        writes the log of its actor, a purchase its player's as well: both are in doubt then.

        A former owner that is heard goes by a view no older than a lease. One that is not is missed, or comes
        back, and either is a change.
        """
        cluster = self._cluster
        if cluster is None:
            return doubted_at + LATE_S
        if not cluster.holds_lease:
            return inf
        return max(cluster.changed_at + cluster.lag_s, doubted_at) + LATE_S

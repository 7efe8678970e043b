"""What actors work with, handed to each by the composition root."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf

from actors.outlet import Outlet
from actors.runtime import Registry, asked_at
from fittrack.db.journal import Journal
from fittrack.db.reads import Reads
from fittrack.drawings.messages import WantedBeacon
from fittrack.drawings.metrics import DrawMetrics, SaleMetrics
from fittrack.drawings.official_rules import Publisher
from fittrack.fairness.beacon import Chain
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock
from fittrack.kit.clock_watch import ClockWatch
from fittrack.kit.ids import UserId
from fittrack.kit.sealing import Sealer
from fittrack.mail.postbox import Postbox


def _always(_doubted_at: float) -> float:
    """A node that is alone knows what it wrote."""
    return -inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One of each, for all actors of a node."""

    clock: Clock
    clock_watch: ClockWatch
    """Whether the clock may decide upon what is open or closed."""
    calendar: PlatformCalendar
    journal: Journal
    reads: Reads
    registry: Registry
    outlet: Outlet
    sealer: Sealer
    excluded_states: Collection[str]
    """States whose residents cannot take part (SPEC, market)."""
    publisher: Publisher
    """Whose drawings they are, for their official rules."""
    beacon_chain: Chain | None
    """The chain that will decide what is scheduled from now on; None: none is configured."""
    beacon_chains: Mapping[str, Chain]
    """Chains by hash: a drawing keeps to the one that it was scheduled with."""
    drawings_need_beacon: bool
    """Whether a drawing without a public beacon is refused (production, FAIRNESS)."""
    beacon_wanted: Callable[[WantedBeacon], None]
    """Says that a drawing waits for its round. Saying it again is harmless: whoever fetches keeps count."""
    standing_changed: Callable[[UserId, datetime], None]
    """Says that role, status or profile of an account changed, and when: nodes read it anew."""
    revoked: Callable[[UserId], None]
    """Says that an account may no longer be connected: every session ends, on every node."""
    effects_due: Callable[[], None]
    """Says that effects were written; who applies them looks at once instead of at the next sweep."""
    synced_sources: Mapping[str, Collection[str]] = field(default_factory=dict)
    """By provider, the sources whose activities it delivers itself to whoever is connected to it."""
    trusts_from: Callable[[float], float] = _always
    """From which instant on what was read is all there is, but for what was written here since. It is told
    when an activation that wrote the same was lost last; both are of the monotonic clock (`actors.trust`)."""

    sales: SaleMetrics = field(default_factory=SaleMetrics)
    """What purchases come to on this node (`ops.metrics`)."""
    draws: DrawMetrics = field(default_factory=DrawMetrics)
    """What draws come to on this node (`ops.metrics`)."""
    prize_steps: Counter[str] = field(default_factory=Counter)
    """What was done with prizes on their way, counted since the start (`ops.metrics`)."""

    def may_show(self, as_of: float, doubted_at: float) -> bool:
        """Whether memory may answer the message of this turn without a look into the database: it was read
        there at `as_of`, and that was after the message came, or nobody else can have written since.
        `doubted_at`: see `actors.trust`."""
        return as_of >= self.trusts_from(doubted_at) or as_of >= asked_at()

    @property
    def postbox(self) -> Postbox:
        """Where units leave their letters."""
        return Postbox(self.sealer)

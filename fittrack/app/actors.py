"""The actors of a node, and what they lean on."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from actors.audit import AuditActor
from actors.drawing import DrawingActor
from actors.leaderboard import BoardActor
from actors.outlet import Outlet
from actors.runtime import ActorKind, Registry
from actors.schedule import ScheduleActor
from actors.services import Services
from actors.trust import Trust
from actors.user import UserActor
from fittrack.app.base import Base
from fittrack.app.links import Links
from fittrack.app.storage import Storage
from fittrack.audit.messages import AUDIT
from fittrack.config import Settings
from fittrack.connections.catalogue import Catalogue, catalogue
from fittrack.drawings.metrics import DrawMetrics, SaleMetrics
from fittrack.drawings.official_rules import Publisher
from fittrack.fairness.beacon import CHAINS, Chain
from fittrack.integrations.drand import DrandClient
from fittrack.jobs.beacons import BeaconFetcher, NoSource
from fittrack.jobs.timers import wake_open_drawings
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.ids import UserId
from fittrack.leaderboards.messages import BOARD
from fittrack.pubsub.broker import Broker
from fittrack.pubsub.messages import REVOCATIONS, Revocation
from fittrack.schedule.messages import SCHEDULE
from fittrack.server.asking import DRAWING, USER
from fittrack.sessions.watch import SessionWatch

DRAWING_MAILBOX_MAX: Final = 8_192
"""Purchases that may wait for one drawing: what it sells in half a second at a storm's height."""

DRAWINGS_ACTIVE_MAX: Final = 1_000

BOARD_MAILBOX_MAX: Final = 8_192
"""Totals that may wait for one board while it is loaded; what is told above that, it reads."""

BOARDS_ACTIVE_MAX: Final = 300
"""31 tiers by 4 periods, twice while periods change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actors:
    """Who decides on this node, what they publish and count.

    `wake_drawings` has the drawings watch the clock that are open.
    """

    registry: Registry
    outlet: Outlet
    watch: SessionWatch
    beacons: BeaconFetcher
    catalogue: Catalogue
    sales: SaleMetrics
    draws: DrawMetrics
    prize_steps: Counter[str]
    beacon_chains: Mapping[str, Chain]
    wake_drawings: Callable[[], Awaitable[None]]


def gather_actors(base: Base, storage: Storage, links: Links, chain: Chain) -> Actors:
    """Every kind of actor, registered. `chain` is the one that `DRAND_URL` serves."""
    settings, clock, reads = base.settings, base.clock, storage.reads
    registry = Registry(clock, placement=links.placement)
    source = DrandClient(base.outgoing, settings.drand_url) if settings.drand_url else NoSource()
    actors = Actors(
        registry=registry,
        outlet=Outlet(links.broker, clock),
        watch=SessionWatch(reads, links.broker, clock),
        beacons=BeaconFetcher(source, registry, clock),
        catalogue=catalogue(settings, base.outgoing, clock, base.calendar),
        sales=SaleMetrics(),
        draws=DrawMetrics(),
        prize_steps=Counter(),
        beacon_chains={**CHAINS, chain.chain_hash: chain},
        wake_drawings=partial(wake_open_drawings, reads, registry, links.placement),
    )
    _register_kinds(registry, _make_services(base, storage, links, actors, chain))
    return actors


def _make_services(base: Base, storage: Storage, links: Links, actors: Actors, chain: Chain) -> Services:
    settings = base.settings
    return Services(
        clock=base.clock,
        clock_watch=base.clock_watch,
        calendar=base.calendar,
        journal=storage.journal,
        reads=storage.reads,
        registry=actors.registry,
        outlet=actors.outlet,
        sealer=base.sealer,
        excluded_states=settings.excluded_states,
        publisher=_publisher(settings, base.calendar),
        beacon_chain=chain if settings.drand_url else None,
        beacon_chains=actors.beacon_chains,
        drawings_need_beacon=not settings.drawings_without_beacon,
        beacon_wanted=actors.beacons.want,
        standing_changed=actors.watch.changed,
        revoked=partial(_revoke, links.broker),
        effects_due=links.bell.effects,
        synced_sources=actors.catalogue.synced_sources,
        trusts_from=Trust(links.cluster).begins,
        sales=actors.sales,
        draws=actors.draws,
        prize_steps=actors.prize_steps,
    )


def _register_kinds(registry: Registry, services: Services) -> None:
    registry.register(ActorKind(name=USER, factory=lambda id: UserActor(id, services)))
    registry.register(
        ActorKind(
            name=BOARD,
            factory=lambda id: BoardActor(id, services),
            mailbox_max=BOARD_MAILBOX_MAX,
            active_max=BOARDS_ACTIVE_MAX,
        )
    )
    registry.register(ActorKind(name=AUDIT, factory=lambda id: AuditActor(id, services)))
    registry.register(ActorKind(name=SCHEDULE, factory=lambda id: ScheduleActor(id, services)))
    registry.register(
        ActorKind(
            name=DRAWING,
            factory=lambda id: DrawingActor(id, services),
            mailbox_max=DRAWING_MAILBOX_MAX,
            active_max=DRAWINGS_ACTIVE_MAX,
        )
    )


def _publisher(settings: Settings, calendar: PlatformCalendar) -> Publisher:
    return Publisher(
        operator=settings.operator_name,
        free_entry_address=settings.free_entry_address,
        public_url=settings.public_url,
        excluded_states=settings.excluded_states,
        calendar=calendar,
    )


def _revoke(broker: Broker, user_id: UserId) -> None:
    broker.publish(REVOCATIONS, Revocation(user_id))

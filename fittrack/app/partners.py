"""Others' servers: trackers that are read, endpoints of webhooks, the way of letters; and what waits."""

from dataclasses import dataclass
from functools import partial

from fittrack import __version__
from fittrack.app.actors import Actors
from fittrack.app.base import Base
from fittrack.app.links import Links
from fittrack.app.storage import Storage
from fittrack.connections.services import ConnectionServices
from fittrack.integrations.smtp import Mailer, MailFolder, SmtpServer
from fittrack.integrations.webhooks import Sender
from fittrack.mail.postbox import Postbox
from fittrack.mail.worker import MailWorker
from fittrack.ops.backlogs import Backlogs
from fittrack.webhooks.delivering import Deliveries
from fittrack.webhooks.services import WebhookServices


@dataclass(frozen=True, slots=True, kw_only=True)
class Partners:
    """What is fetched from others, and sent to them."""

    connections: ConnectionServices
    webhooks: WebhookServices
    deliveries: Deliveries
    mail: MailWorker
    backlogs: Backlogs


def reach(base: Base, storage: Storage, links: Links, actors: Actors, postbox: Postbox) -> Partners:
    """Those of the settings."""
    sender = Sender(local=base.settings.webhooks_to_loopback, user_agent=f"FitTrack-Webhooks/{__version__}")
    deliveries = Deliveries(
        clock=base.clock,
        journal=storage.journal,
        reads=storage.reads,
        sealer=base.sealer,
        sender=sender,
        effects_due=links.bell.effects,
    )
    return Partners(
        connections=_make_connections(base, storage, links, actors),
        webhooks=WebhookServices(
            reads=storage.reads,
            sealer=base.sealer,
            sender=sender,
            following=storage.following,
            subscriptions_changed=links.bell.subscriptions,
            messages_due=links.bell.webhooks,
        ),
        deliveries=deliveries,
        mail=_make_mail(base, storage, postbox),
        backlogs=Backlogs(storage.reads, base.clock),
    )


def _make_connections(base: Base, storage: Storage, links: Links, actors: Actors) -> ConnectionServices:
    found = actors.catalogue
    return ConnectionServices(
        clock=base.clock,
        calendar=base.calendar,
        journal=storage.journal,
        reads=storage.reads,
        registry=actors.registry,
        sealer=base.sealer,
        catalogue=found,
        sync_within_s=base.settings.trackers.sync_within_ms / 1000,
        windows=links.windows,
        sync_due=partial(links.bell.syncs, tuple(found.fetched)),
        revocation_due=links.bell.revocations,
    )


def _make_mail(base: Base, storage: Storage, postbox: Postbox) -> MailWorker:
    settings = base.settings
    mailer: Mailer = (
        SmtpServer.from_url(settings.smtp_url) if settings.smtp_url else MailFolder(settings.mail_dir)
    )
    return MailWorker(
        storage.journal, postbox, mailer, sender=settings.mail_from, public_url=settings.public_url
    )

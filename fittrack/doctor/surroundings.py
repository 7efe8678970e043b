"""What is around the database: secrets, mail, Redis, disk."""

import asyncio
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Final

from fittrack.config import Settings
from fittrack.config.published import DEVELOPMENT_SECRET, DEVELOPMENT_TOKEN_KEYS
from fittrack.doctor.diagnosis import Diagnosis, ill, well
from fittrack.integrations.smtp import MailDelayed, MailRefused, SmtpServer
from fittrack.kit.clock import SystemClock
from fittrack.kit.problems import Busy
from fittrack.pubsub.redis_faults import plainly
from fittrack.pubsub.redis_link import redis_link
from fittrack.pubsub.redis_url import RedisUrl
from fittrack.server.shared_windows import SharedWindows

GIB: Final = 1024**3
CARRY_WITHIN_S: Final = 3.0
"""Seconds for a link to Redis; it takes milliseconds, and a second more if a connection is lost at first."""

DISK_FREE_MIN: Final = 1 * GIB
"""A write-ahead log may grow to this while a backup reads; a full disk stops all writing."""


def examine_secrets(settings: Settings) -> Diagnosis:
    """Whether secrets are this deployment's own. Deployments without do not get this far."""
    published = [
        name
        for name, value, default in (
            ("SECRET_KEY", settings.secret_key, DEVELOPMENT_SECRET),
            ("TOKEN_KEYS", settings.token_keys, DEVELOPMENT_TOKEN_KEYS),
        )
        if value == default
    ]
    if not published:
        return well("secrets", "Every secret is this deployment's own.")
    return well(
        "secrets",
        f"{' and '.join(published)} are defaults that everybody knows: right for {settings.app_env}, "
        "refused in staging and production.",
    )


def examine_free_entries(settings: Settings) -> Diagnosis:
    """Whether the official rules can say where entries without purchase are sent by post."""
    if settings.free_entry_address:
        return well("free entries", f"Cards are sent to {settings.free_entry_address}.")
    missing = f"AMOE_ADDRESS is not set: official rules will point to {settings.public_url} for it"
    if not settings.app_env.deployed:
        return well("free entries", f"{missing}, which will do for {settings.app_env}.")
    return ill(
        "free entries",
        f"{missing}.",
        "Set AMOE_ADDRESS to the postal address, before drawings are scheduled that have free tickets.",
    )


async def examine_mail(settings: Settings) -> Diagnosis:
    """Whether letters could be delivered."""
    if settings.smtp_url:
        return await _examine_smtp(settings.smtp_url)
    return await asyncio.get_running_loop().run_in_executor(None, _examine_folder, settings.mail_dir)


async def _examine_smtp(url: str) -> Diagnosis:
    try:
        server = SmtpServer.from_url(url)
    except ValueError as error:
        return ill("mail", f"{error}.", "Correct SMTP_URL.")
    try:
        await server.greet()
    except (MailDelayed, MailRefused) as error:
        return ill(
            "mail",
            f"{server.host}:{server.port} does not take letters: {error}.",
            "Check SMTP_URL, its user and password, and whether the server can be reached from here.",
        )
    return well("mail", f"{server.host}:{server.port} takes letters.")


def _examine_folder(folder: Path) -> Diagnosis:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return well("mail", f"Letters are written to {folder}.")
    except OSError as error:
        return ill("mail", f"{folder} cannot be written: {error.strerror}.", "Set MAIL_DIR, or SMTP_URL.")


async def examine_redis(settings: Settings) -> Diagnosis:
    """Whether rate limits can be shared, and nodes can talk; what they are called there."""
    url = settings.redis_url
    if not url:
        return well("redis", "REDIS_URL is not set: a process is alone, and counts rate limits for itself.")
    place = RedisUrl.parse(url)
    namespace = f"fittrack:doctor:{secrets.token_hex(8)}"
    windows = SharedWindows(url, SystemClock(), namespace=namespace)
    link = redis_link(place, SystemClock(), namespace)
    try:
        await windows.check()
        carries = await link.start(CARRY_WITHIN_S)
    except Busy as busy:
        cause = busy.__cause__ or busy
        return ill(
            "redis",
            f"{place.places} cannot be used: {plainly(cause)}.",
            "Check REDIS_URL, its user and password, and whether the server can be reached from here. "
            "Until then each process counts rate limits for itself, and nodes do not know of each other.",
        )
    finally:
        await link.stop()
        await windows.stop()
    if not carries:
        return ill(
            "redis",
            f"{place.places} answers and can be written, but nobody can listen there to what nodes tell "
            "each other.",
            "Let the user publish and subscribe to channels that begin with fittrack: (ACL &fittrack:*). "
            "A Redis Cluster must be of version 7 or newer.",
        )
    return well(
        "redis",
        f"{place.places} answers, can be written, and carries what nodes tell each other. "
        f"There they are {settings.namespace}, {_origin_of_name(settings)}.",
    )


def _origin_of_name(settings: Settings) -> str:
    if settings.cluster_name:
        return "as CLUSTER_NAME says: SECRET_KEY may change while they run"
    return (
        "after SECRET_KEY and where the database is: nodes where one of these differs are another cluster, "
        "unless CLUSTER_NAME says what they are called"
    )


def examine_disk(folder: Path) -> Diagnosis:
    """Whether there is room where the database is. `folder` need not be there yet."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    sentence = f"{free / GIB:.1f} GiB are free at {folder.resolve()}."
    if free < DISK_FREE_MIN:
        return ill("disk", sentence, f"Make room: at least {DISK_FREE_MIN // GIB} GiB.")
    return well("disk", sentence)

"""What is around the database: secrets, mail, Redis, disk."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from fittrack.config import Settings
from fittrack.config.published import DEVELOPMENT_SECRET, DEVELOPMENT_TOKEN_KEYS
from fittrack.doctor.diagnosis import Diagnosis, ill, well
from fittrack.integrations.smtp import MailDelayed, MailRefused, SmtpServer
from fittrack.kit.clock import SystemClock
from fittrack.kit.problems import Busy
from fittrack.server.shared_windows import SharedWindows

GIB: Final = 1024**3
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


async def examine_redis(url: str) -> Diagnosis:
    """Whether rate limits can be shared."""
    if not url:
        return well("redis", "REDIS_URL is not set: each process counts rate limits for itself.")
    windows = SharedWindows(url, SystemClock())
    where = urlsplit(url).netloc.rpartition("@")[2]
    try:
        await windows.check()
    except Busy as busy:
        return ill(
            "redis",
            f"{where} cannot be used: {str(busy.__cause__) or 'not in time'}.",
            "Check REDIS_URL, its user and password, and whether the server can be reached from here. "
            "Until then each process counts rate limits for itself.",
        )
    finally:
        await windows.stop()
    return well("redis", f"{where} answers and can be written.")


def examine_disk(folder: Path) -> Diagnosis:
    """Whether there is room where the database is. `folder` need not be there yet."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    sentence = f"{free / GIB:.1f} GiB are free at {folder.resolve()}."
    if free < DISK_FREE_MIN:
        return ill("disk", sentence, f"Make room: at least {DISK_FREE_MIN // GIB} GiB.")
    return well("disk", sentence)

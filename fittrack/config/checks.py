"""Whether settings that can each be read can be used together, and where they are to be used."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from fittrack.cluster.naming import CLUSTER_NAME
from fittrack.config.published import DEVELOPMENT_TOKEN_KEYS, PUBLISHED_SECRETS
from fittrack.config.settings import Settings
from fittrack.db.engine import names_sqlite_file
from fittrack.db.oracle import grants
from fittrack.kit.sealing import Sealer
from fittrack.pubsub.redis_url import fault_of_url
from fittrack.server.token_keys import KeyUnusableError

HOOK_SECRET_LENGTH_MIN: Final = 16  # characters: nobody guesses it over a network
SECRET_LENGTH_MIN: Final = 32  # characters: 128 bits even if they are hexadecimal digits


def faults_of(settings: Settings, *, connects: bool = True) -> list[str]:
    """What is wrong with settings that can each be read. `connects`: the database is used."""
    faults = []
    if not settings.database.oracle_dsn and not names_sqlite_file(settings.database.url):
        faults.append("DATABASE_URL is written like sqlite:///var/fittrack.db; for Oracle set ORACLE_DSN")
    if (connects and settings.database.oracle_dsn) and not (
        settings.database.oracle_user and settings.database.oracle_password
    ):
        faults.append("ORACLE_DSN is set, but ORACLE_USER or ORACLE_PASSWORD is missing")
    if settings.database.oracle_schema and not grants.NAME.fullmatch(settings.database.oracle_schema):
        faults.append(f"ORACLE_SCHEMA is the name of a user, not {settings.database.oracle_schema!r}")
    if settings.database.oracle_pool_min > settings.database.oracle_pool_max:
        faults.append("ORACLE_POOL_MIN is larger than ORACLE_POOL_MAX")
    faults += (f"CORS_ORIGINS: {fault}" for fault in map(_origin_fault, settings.cors_origins) if fault)
    if settings.drand_url and not _is_address(settings.drand_url):
        faults.append(f"DRAND_URL is written https://host, not {settings.drand_url!r}")
    faults += _faults_of_issuers(settings)
    faults += _faults_of_hooks(settings)
    if settings.redis_url and (fault := fault_of_url(settings.redis_url)):
        faults.append(f"REDIS_URL {fault}")
    if settings.cluster_name and not CLUSTER_NAME.fullmatch(settings.cluster_name):
        faults.append(
            "CLUSTER_NAME has up to 40 letters, digits, dots, hyphens and underscores, a letter or digit "
            f"first, not {settings.cluster_name!r}"
        )
    if settings.app_env.deployed:
        faults += _faults_of_secrets(settings)
        if settings.webhooks_to_loopback:
            faults.append(
                "WEBHOOKS_TO_LOOPBACK is for development: whoever makes a webhook reaches what is inside"
            )
    faults += _faults_of_keys(settings)
    return faults


def _faults_of_issuers(settings: Settings) -> list[str]:
    """Who answers at these addresses decides who people are, or is shown secrets of theirs and ours."""
    schemes = {"https"} if settings.app_env.deployed else {"http", "https"}
    addresses = {
        "GOOGLE_ISSUER": settings.google_sign_in.issuer,
        "GOOGLE_JWKS_URL": settings.google_sign_in.jwks_url,
        "APPLE_ISSUER": settings.apple_sign_in.issuer,
        "APPLE_JWKS_URL": settings.apple_sign_in.jwks_url,
        "GOOGLE_HEALTH_URL": settings.trackers.google_health_url,
        "GOOGLE_AUTHORIZE_URL": settings.trackers.google_authorize_url,
        "GOOGLE_TOKEN_URL": settings.trackers.google_token_url,
        "GOOGLE_REVOKE_URL": settings.trackers.google_revoke_url,
    }
    return [
        f"{name} is written https://host/path, not {url!r}"
        for name, url in addresses.items()
        if not _is_address(url, schemes)
    ]


def _faults_of_hooks(settings: Settings) -> list[str]:
    """Whoever knows these secrets can speak for a provider."""
    secrets = {
        "GOOGLE_HOOK_SECRET": settings.trackers.google_hook_secret,
        "TERRA_SIGNING_SECRET": settings.trackers.terra_signing_secret,
    }
    return [
        f"{name} is shorter than {HOOK_SECRET_LENGTH_MIN} characters"
        for name, secret in secrets.items()
        if secret and len(secret) < HOOK_SECRET_LENGTH_MIN
    ]


def _faults_of_secrets(settings: Settings) -> list[str]:
    """In production a missing or default secret stops the start."""
    where = settings.app_env.value
    faults = []
    if not settings.secret_key:
        faults.append(f"SECRET_KEY is missing; {where} needs one of at least {SECRET_LENGTH_MIN} characters")
    elif settings.secret_key.lower() in PUBLISHED_SECRETS:
        faults.append(f"SECRET_KEY is a default that everybody knows; {where} needs one of its own")
    if not settings.token_keys:
        faults.append(f"TOKEN_KEYS is missing; {where} needs a key for what is encrypted at rest")
    elif DEVELOPMENT_TOKEN_KEYS.partition(":")[2] in settings.token_keys:
        faults.append(f"TOKEN_KEYS holds the default that everybody knows; {where} needs one of its own")
    if settings.jwt_algorithm != "RS256":
        faults.append(f"JWT_ALGORITHM must be RS256 in {where}")
    elif not settings.jwt_private_key:
        faults.append(f"JWT_PRIVATE_KEY is missing; {where} signs access tokens with RS256")
    if "*" in settings.cors_origins:
        faults.append(f"CORS_ORIGINS must name origins in {where}, not *")
    return faults


def _faults_of_keys(settings: Settings) -> list[str]:
    """Secrets that are there, but cannot be used."""
    faults = []
    if settings.secret_key and len(settings.secret_key) < SECRET_LENGTH_MIN:
        faults.append(f"SECRET_KEY is shorter than {SECRET_LENGTH_MIN} characters")
    if settings.token_keys:
        try:
            Sealer.from_text(settings.token_keys)
        except ValueError as error:
            faults.append(f"TOKEN_KEYS cannot be used: {error}")
    if settings.jwt_algorithm == "RS256" and (settings.jwt_private_key or not settings.app_env.deployed):
        try:
            settings.make_token_keys()
        except KeyUnusableError as error:
            faults.append(str(error))
    return faults


def _is_address(url: str, schemes: Collection[str] = ("http", "https")) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, a bracket that is never closed
        return False


def _origin_fault(origin: str) -> str | None:
    if origin == "*":
        return None
    parts = urlsplit(origin)
    if parts.scheme in {"http", "https"} and parts.netloc and origin == f"{parts.scheme}://{parts.netloc}":
        return None
    return f"{origin!r} is no origin such as https://app.example.com"

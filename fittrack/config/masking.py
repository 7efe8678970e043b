"""The settings as people may see them."""

from typing import Final
from urllib.parse import urlsplit, urlunsplit

from fittrack.config.published import DEVELOPMENT_SECRET, DEVELOPMENT_TOKEN_KEYS
from fittrack.config.settings import OAuthClient, OpenIdProvider, Settings, TrackerSettings
from fittrack.db.engine import DatabaseSettings
from fittrack.db.oracle.extras import Extra

_MASK: Final = "********"


def masked(settings: Settings) -> dict[str, str]:
    """The settings by name, as `fittrack config` shows them: secrets are masked."""
    db = settings.database
    limits, budgets = settings.rate_limits, settings.websocket
    return {
        "APP_ENV": settings.app_env.value,
        "PUBLIC_URL": settings.public_url,
        "DATABASE_URL": _without_password(db.url),
        "ORACLE_DSN": db.oracle_dsn or "",
        "ORACLE_USER": db.oracle_user or "",
        "ORACLE_PASSWORD": _mask(db.oracle_password or ""),
        **_shown_oracle(db, settings.oracle_extras),
        "REDIS_URL": _without_user(settings.redis_url),
        "CLUSTER_NAME": settings.cluster_name,
        "CLUSTER_LIFE_SECONDS": str(settings.cluster_life_s),
        "SECRET_KEY": _mask(settings.secret_key),
        "JWT_ALGORITHM": settings.jwt_algorithm,
        "JWT_PRIVATE_KEY": _mask(settings.jwt_private_key),
        "JWT_PUBLIC_KEY": "set" if settings.jwt_public_key else "",
        "TOKEN_KEYS": _mask(settings.token_keys),
        "CORS_ORIGINS": ",".join(settings.cors_origins),
        "TRUSTED_PROXIES": ",".join(map(str, settings.trusted_proxies)),
        "FORWARDED_HEADER": settings.forwarded_header,
        "RATE_LIMIT_ANONYMOUS": str(limits.anonymous),
        "RATE_LIMIT_USER": str(limits.user),
        "RATE_LIMIT_ADMIN": str(limits.admin),
        "WS_COMMANDS_PER_SECOND": str(budgets.commands_per_second),
        "WS_COMMANDS_BURST": str(budgets.commands_burst),
        "WS_COMMANDS_IN_FLIGHT": str(budgets.commands_in_flight),
        "WS_CONNECTIONS_PER_ACCOUNT": str(budgets.connections_per_account),
        "WS_CONNECTIONS_MAX": str(budgets.caps.connections),
        "WS_UNAUTHENTICATED_MAX": str(budgets.caps.unauthenticated),
        "WS_UNAUTHENTICATED_PER_ADDRESS": str(budgets.caps.unauthenticated_per_address),
        "WS_UPGRADES_PER_MINUTE": str(budgets.caps.upgrades_per_minute),
        "WS_DRAIN_SECONDS": str(budgets.drain_spread_s),
        "METRICS_PORT": str(settings.metrics_port),
        "LOG_LEVEL": settings.log_level,
        "LOG_FORMAT": settings.log_format,
        "SCHEMA_MAY_BE_NEWER": str(settings.schema_may_be_newer).lower(),
        "SMTP_URL": _without_password(settings.smtp_url),
        "MAIL_DIR": str(settings.mail_dir),
        "MAIL_FROM": settings.mail_from,
        **_masked_client("FITBIT", settings.fitbit),
        **_masked_client("GOOGLE", settings.google),
        **_shown_provider("GOOGLE", settings.google_sign_in),
        **_shown_provider("APPLE", settings.apple_sign_in),
        **_shown_trackers(settings.trackers),
        "DRAND_URL": settings.drand_url,
        "TAX_FORM_THRESHOLD_USD": str(settings.tax_form_threshold_usd),
        "WEBHOOKS_TO_LOOPBACK": str(settings.webhooks_to_loopback).lower(),
        "DRAWINGS_WITHOUT_BEACON": str(settings.drawings_without_beacon).lower(),
        "PLATFORM_TZ": settings.platform_tz.key,
        "EXCLUDED_STATES": ",".join(sorted(settings.excluded_states)),
        "OPERATOR_NAME": settings.operator_name,
        "AMOE_ADDRESS": settings.free_entry_address,
    }


def _shown_oracle(db: DatabaseSettings, extras: tuple[Extra, ...]) -> dict[str, str]:
    return {
        "ORACLE_SCHEMA": db.oracle_schema or "",
        "ORACLE_WALLET_DIR": db.oracle_wallet_dir or "",
        "ORACLE_WALLET_PASSWORD": _mask(db.oracle_wallet_password or ""),
        "ORACLE_POOL_MIN": str(db.oracle_pool_min),
        "ORACLE_POOL_MAX": str(db.oracle_pool_max),
        "ORACLE_STATEMENT_CACHE": str(db.oracle_statement_cache),
        "ORACLE_CALL_TIMEOUT_MS": str(db.oracle_call_timeout_ms),
        "ORACLE_CONNECT_TIMEOUT_S": str(db.oracle_connect_timeout_s),
        "ORACLE_EXTRAS": ",".join(extras),
    }


def _mask(secret: str) -> str:
    if secret in {DEVELOPMENT_SECRET, DEVELOPMENT_TOKEN_KEYS}:
        return "(development default)"
    return _MASK if secret else ""


def _masked_client(provider: str, client: OAuthClient) -> dict[str, str]:
    return {
        f"{provider}_CLIENT_ID": client.client_id,
        f"{provider}_CLIENT_SECRET": _mask(client.client_secret),
    }


def _shown_trackers(trackers: TrackerSettings) -> dict[str, str]:
    return {
        "GOOGLE_HEALTH_URL": trackers.google_health_url,
        "GOOGLE_AUTHORIZE_URL": trackers.google_authorize_url,
        "GOOGLE_TOKEN_URL": trackers.google_token_url,
        "GOOGLE_REVOKE_URL": trackers.google_revoke_url,
        "GOOGLE_REDIRECT_URIS": ",".join(trackers.redirect_uris),
        "GOOGLE_HOOK_SECRET": _mask(trackers.google_hook_secret),
        "TERRA_SIGNING_SECRET": _mask(trackers.terra_signing_secret),
        "TRACKERS_SUNSET": ",".join(trackers.sunset),
        "TRACKERS_DISABLED": ",".join(trackers.disabled),
        "TRACKER_ANSWER_WITHIN_MS": str(trackers.answer_within_ms),
        "TRACKER_SYNC_WITHIN_MS": str(trackers.sync_within_ms),
    }


def _shown_provider(name: str, provider: OpenIdProvider) -> dict[str, str]:
    return {
        f"{name}_CLIENT_ID": ",".join(provider.client_ids),
        f"{name}_ISSUER": provider.issuer,
        f"{name}_JWKS_URL": provider.jwks_url,
    }


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return url.replace(f":{parts.password}@", f":{_MASK}@", 1)


def _without_user(url: str) -> str:
    """`url` without who signs in and without options, among which a password may be too."""
    parts = urlsplit(url)
    _, at, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, f"{_MASK}@{host}" if at else host, parts.path, "", ""))

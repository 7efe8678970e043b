"""Reading the settings from the environment and `.env`."""

import os
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Final, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fittrack.cluster.membership import LIFE_S
from fittrack.config.checks import faults_of
from fittrack.config.published import DEVELOPMENT_SECRET, DEVELOPMENT_TOKEN_KEYS
from fittrack.config.settings import (
    AppEnv,
    OAuthClient,
    OpenIdProvider,
    Settings,
    TrackerSettings,
    WebSocketBudgets,
)
from fittrack.db.engine import (
    ORACLE_CALL_TIMEOUT_MS,
    ORACLE_CONNECT_TIMEOUT_S,
    ORACLE_STATEMENT_CACHE,
    DatabaseSettings,
)
from fittrack.db.oracle.extras import Extra
from fittrack.kit.environment import Reader, SettingsError, read_dotenv
from fittrack.kit.states import DEFAULT_EXCLUDED_STATES, US_STATES
from fittrack.server.account import CONNECTIONS_PER_ACCOUNT_MAX
from fittrack.server.addresses import ForwardedHeader, Network
from fittrack.server.admission import (
    CONNECTIONS_MAX,
    UNAUTHENTICATED_MAX,
    UNAUTHENTICATED_PER_ADDRESS,
    UPGRADES_PER_MINUTE,
    Caps,
)
from fittrack.server.drain import SPREAD_S
from fittrack.server.rate_limits import Tiers
from protocol.limits import COMMANDS_BURST, COMMANDS_IN_FLIGHT_MAX, COMMANDS_PER_SECOND

DEFAULT_TAX_FORM_THRESHOLD_USD: Final = 600
"""The lowest that was in force lately: a form too many does no harm (26 U.S.C. 6041)."""

DEFAULT_DRAND_URL: Final = "https://api.drand.sh"
"""The endpoint that drand's own people run. It is not trusted: every round is verified."""

GOOGLE_ISSUER: Final = "https://accounts.google.com"
GOOGLE_JWKS_URL: Final = "https://www.googleapis.com/oauth2/v3/certs"
APPLE_ISSUER: Final = "https://appleid.apple.com"
APPLE_JWKS_URL: Final = "https://appleid.apple.com/auth/keys"
"""As their discovery documents say."""

GOOGLE_HEALTH_URL: Final = "https://health.googleapis.com/v4"
GOOGLE_AUTHORIZE_URL: Final = "https://accounts.google.com/o/oauth2/v2/auth"
GOOGLE_TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
GOOGLE_REVOKE_URL: Final = "https://oauth2.googleapis.com/revoke"

SYNC_WITHIN_MS_MAX: Final = 90_000
"""Half of the time for which whoever syncs a connection may rely on being alone with it."""

_NETWORKS_WANTED: Final = "a list of addresses and networks such as 10.0.0.0/8,2001:db8::/32"
_LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


def load_settings(
    environ: Mapping[str, str] | None = None, dotenv: Path = Path(".env"), *, connects: bool = True
) -> Settings:
    """The settings in force; the environment wins over `.env`. `connects`: the database is used.

    Raises `SettingsError` with every fault, each in a sentence that names its setting.
    """
    environ = os.environ if environ is None else environ
    reader = Reader({**read_dotenv(dotenv), **environ})
    settings = _read(reader)
    faults = [*reader.faults, *faults_of(settings, connects=connects)]
    if faults:
        raise SettingsError(faults)
    return settings


def _read(reader: Reader) -> Settings:
    app_env = AppEnv(reader.choice("APP_ENV", tuple(AppEnv), AppEnv.DEVELOPMENT))
    deployed = app_env.deployed
    algorithm = reader.choice("JWT_ALGORITHM", ("HS256", "RS256"), "RS256" if deployed else "HS256")
    without_beacon = reader.flag("DRAWINGS_WITHOUT_BEACON", not deployed)
    header = reader.choice("FORWARDED_HEADER", ("X-Forwarded-For", "Forwarded"), "X-Forwarded-For")
    log_format = reader.choice("LOG_FORMAT", ("json", "console"), "json" if deployed else "console")
    return Settings(
        app_env=app_env,
        public_url=reader.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        database=_database(reader),
        schema_may_be_newer=reader.flag("SCHEMA_MAY_BE_NEWER", False),
        oracle_extras=_extras(reader),
        redis_url=reader.text("REDIS_URL"),
        cluster_name=reader.text("CLUSTER_NAME"),
        cluster_life_s=reader.whole("CLUSTER_LIFE_SECONDS", int(LIFE_S), low=3, high=60),
        secret_key=reader.text("SECRET_KEY", "" if deployed else DEVELOPMENT_SECRET),
        jwt_algorithm=cast("Literal['HS256', 'RS256']", algorithm),
        jwt_private_key=_pem(reader, "JWT_PRIVATE_KEY"),
        jwt_public_key=_pem(reader, "JWT_PUBLIC_KEY"),
        token_keys=reader.text("TOKEN_KEYS", "" if deployed else DEVELOPMENT_TOKEN_KEYS),
        cors_origins=reader.words("CORS_ORIGINS"),
        trusted_proxies=reader.converted("TRUSTED_PROXIES", (), _networks, _NETWORKS_WANTED),
        forwarded_header=cast("ForwardedHeader", header),
        rate_limits=_rate_limits(reader),
        websocket=_websocket(reader),
        metrics_port=reader.whole("METRICS_PORT", 0, low=0, high=65_000),
        log_level=reader.choice("LOG_LEVEL", _LOG_LEVELS, "INFO"),
        log_format=cast("Literal['json', 'console']", log_format),
        smtp_url=reader.text("SMTP_URL"),
        mail_dir=Path(reader.text("MAIL_DIR", "var/mail")),
        mail_from=reader.text("MAIL_FROM", "FitTrack <no-reply@fittrack.example>"),
        fitbit=_client(reader, "FITBIT"),
        google=_client(reader, "GOOGLE"),
        trackers=_trackers(reader),
        google_sign_in=_provider(reader, "GOOGLE", GOOGLE_ISSUER, GOOGLE_JWKS_URL),
        apple_sign_in=_provider(reader, "APPLE", APPLE_ISSUER, APPLE_JWKS_URL),
        drand_url=reader.text("DRAND_URL", DEFAULT_DRAND_URL if deployed and not without_beacon else ""),
        drawings_without_beacon=without_beacon,
        webhooks_to_loopback=reader.flag("WEBHOOKS_TO_LOOPBACK", not deployed),
        tax_form_threshold_usd=reader.whole(
            "TAX_FORM_THRESHOLD_USD", DEFAULT_TAX_FORM_THRESHOLD_USD, low=0, high=1_000_000
        ),
        platform_tz=reader.converted("PLATFORM_TZ", ZoneInfo("America/New_York"), _zone, "a time zone"),
        excluded_states=_states(reader),
        operator_name=reader.text("OPERATOR_NAME", "FitTrack"),
        free_entry_address=reader.text("AMOE_ADDRESS"),
    )


def _database(reader: Reader) -> DatabaseSettings:
    return DatabaseSettings(
        url=reader.text("DATABASE_URL", "sqlite:///var/fittrack.db"),
        oracle_dsn=reader.text("ORACLE_DSN") or None,
        oracle_user=reader.text("ORACLE_USER") or None,
        oracle_password=reader.text("ORACLE_PASSWORD") or None,
        oracle_wallet_dir=reader.text("ORACLE_WALLET_DIR") or None,
        oracle_wallet_password=reader.text("ORACLE_WALLET_PASSWORD") or None,
        oracle_schema=reader.text("ORACLE_SCHEMA") or None,
        oracle_pool_min=reader.whole("ORACLE_POOL_MIN", 2, low=1, high=64),
        oracle_pool_max=reader.whole("ORACLE_POOL_MAX", 8, low=1, high=64),
        oracle_statement_cache=reader.whole(
            "ORACLE_STATEMENT_CACHE", ORACLE_STATEMENT_CACHE, low=0, high=1_000
        ),
        oracle_call_timeout_ms=reader.whole(
            "ORACLE_CALL_TIMEOUT_MS", ORACLE_CALL_TIMEOUT_MS, low=100, high=600_000
        ),
        oracle_connect_timeout_s=reader.whole(
            "ORACLE_CONNECT_TIMEOUT_S", ORACLE_CONNECT_TIMEOUT_S, low=1, high=60
        ),
    )


def _extras(reader: Reader) -> tuple[Extra, ...]:
    extras = reader.words("ORACLE_EXTRAS")
    unknown = sorted(set(extras) - set(Extra))
    if unknown:
        reader.faults.append(
            f"ORACLE_EXTRAS are among {', '.join(Extra)}, with commas between; not {', '.join(unknown)}"
        )
    return tuple(extra for extra in Extra if extra in extras)


def _rate_limits(reader: Reader) -> Tiers:
    def limit(name: str, default: int) -> int:
        return reader.whole(f"RATE_LIMIT_{name}", default, low=1, high=1_000_000)

    return Tiers(anonymous=limit("ANONYMOUS", 10), user=limit("USER", 100), admin=limit("ADMIN", 500))


def _websocket(reader: Reader) -> WebSocketBudgets:
    def budget(name: str, default: int) -> int:
        return reader.whole(f"WS_{name}", default, low=1, high=1_000_000)

    return WebSocketBudgets(
        commands_per_second=budget("COMMANDS_PER_SECOND", COMMANDS_PER_SECOND),
        commands_burst=budget("COMMANDS_BURST", COMMANDS_BURST),
        commands_in_flight=budget("COMMANDS_IN_FLIGHT", COMMANDS_IN_FLIGHT_MAX),
        connections_per_account=budget("CONNECTIONS_PER_ACCOUNT", CONNECTIONS_PER_ACCOUNT_MAX),
        drain_spread_s=reader.whole("WS_DRAIN_SECONDS", SPREAD_S, low=0, high=SPREAD_S),
        caps=Caps(
            connections=budget("CONNECTIONS_MAX", CONNECTIONS_MAX),
            unauthenticated=budget("UNAUTHENTICATED_MAX", UNAUTHENTICATED_MAX),
            unauthenticated_per_address=budget("UNAUTHENTICATED_PER_ADDRESS", UNAUTHENTICATED_PER_ADDRESS),
            upgrades_per_minute=budget("UPGRADES_PER_MINUTE", UPGRADES_PER_MINUTE),
        ),
    )


def _client(reader: Reader, provider: str) -> OAuthClient:
    return OAuthClient(
        client_id=next(iter(_client_ids(reader, provider)), ""),
        client_secret=reader.text(f"{provider}_CLIENT_SECRET"),
    )


def _client_ids(reader: Reader, provider: str) -> tuple[str, ...]:
    """Each app has one of its own; the first is the server's."""
    return reader.words(f"{provider}_CLIENT_ID")


def _trackers(reader: Reader) -> TrackerSettings:
    return TrackerSettings(
        google_health_url=reader.text("GOOGLE_HEALTH_URL", GOOGLE_HEALTH_URL),
        google_authorize_url=reader.text("GOOGLE_AUTHORIZE_URL", GOOGLE_AUTHORIZE_URL),
        google_token_url=reader.text("GOOGLE_TOKEN_URL", GOOGLE_TOKEN_URL),
        google_revoke_url=reader.text("GOOGLE_REVOKE_URL", GOOGLE_REVOKE_URL),
        redirect_uris=reader.words("GOOGLE_REDIRECT_URIS"),
        google_hook_secret=reader.text("GOOGLE_HOOK_SECRET"),
        terra_signing_secret=reader.text("TERRA_SIGNING_SECRET"),
        sunset=reader.words("TRACKERS_SUNSET"),
        disabled=reader.words("TRACKERS_DISABLED"),
        answer_within_ms=reader.whole("TRACKER_ANSWER_WITHIN_MS", 20_000, low=10, high=SYNC_WITHIN_MS_MAX),
        sync_within_ms=reader.whole(
            "TRACKER_SYNC_WITHIN_MS", SYNC_WITHIN_MS_MAX, low=10, high=SYNC_WITHIN_MS_MAX
        ),
    )


def _provider(reader: Reader, provider: str, issuer: str, jwks_url: str) -> OpenIdProvider:
    return OpenIdProvider(
        issuer=reader.text(f"{provider}_ISSUER", issuer),
        jwks_url=reader.text(f"{provider}_JWKS_URL", jwks_url),
        client_ids=_client_ids(reader, provider),
    )


def _pem(reader: Reader, name: str) -> str:
    """A key in PEM, or the path of the file that holds it (how containers are handed secrets)."""
    text = reader.text(name)
    if not text or "-----BEGIN" in text:
        return text.replace("\\n", "\n")
    try:
        return Path(text).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        reader.faults.append(f"{name} is neither a key in PEM nor a file that can be read")
        return ""


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(name) from error


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(word.strip()) for word in text.split(",") if word.strip())


def _states(reader: Reader) -> frozenset[str]:
    if reader.text("EXCLUDED_STATES").lower() == "none":
        return frozenset()
    states = frozenset(reader.words("EXCLUDED_STATES")) or DEFAULT_EXCLUDED_STATES
    unknown = sorted(states - US_STATES.keys())
    if unknown:
        reader.faults.append(f"EXCLUDED_STATES names what is no state: {', '.join(unknown)}")
    return states

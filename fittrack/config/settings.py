"""The settings (SPEC 10a), frozen."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from fittrack.cluster.naming import namespace_of
from fittrack.db.engine import DatabaseSettings
from fittrack.db.oracle.extras import Extra
from fittrack.server.addresses import ForwardedHeader, Network
from fittrack.server.admission import Caps
from fittrack.server.rate_limits import Tiers
from fittrack.server.token_keys import TokenKeys


class AppEnv(StrEnum):
    """What the process is for."""

    DEVELOPMENT = "development"
    TESTING = "testing"
    STAGING = "staging"
    PRODUCTION = "production"

    @property
    def deployed(self) -> bool:
        """Whether others rely on it: nothing in it may rest on a published default."""
        return self in {AppEnv.STAGING, AppEnv.PRODUCTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSocketBudgets:
    """What one connection, and one account, may ask of the WebSocket (PROTOCOL, Budgets)."""

    commands_per_second: int
    """Frames a second for long …"""
    commands_burst: int
    """… and at once on top."""
    commands_in_flight: int
    """Commands of one connection that wait for their answers."""
    connections_per_account: int
    """Connections of one account on one node; the oldest one too many is closed."""
    drain_spread_s: int
    """Seconds over which a node that stops sends its clients elsewhere."""
    caps: Caps


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClient:
    """How we are known to a provider; empty where nothing was registered with it."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdProvider:
    """Whose ID tokens sign people in; without client ids it signs nobody in."""

    issuer: str
    jwks_url: str
    """Where the issuer publishes its keys."""
    client_ids: tuple[str, ...]
    """How our apps are known to it: ID tokens are for one of them."""

    @property
    def spellings(self) -> frozenset[str]:
        """How it may write itself into its tokens: Google also does so without the scheme."""
        return frozenset({self.issuer, self.issuer.removeprefix("https://")})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSettings:
    """Where trackers' providers are, and what they know us by beside our OAuth clients."""

    google_health_url: str
    google_authorize_url: str
    google_token_url: str
    google_revoke_url: str
    redirect_uris: tuple[str, ...]
    """Where Google may send people back to, the usual one first; without any nobody connects there."""
    google_hook_secret: str = field(repr=False)
    """What its notifications carry as `Authorization`; empty: none are taken."""
    terra_signing_secret: str = field(repr=False)
    """What the aggregator signs with; empty: nothing is taken from it."""
    sunset: tuple[str, ...]
    """Providers with which nobody new connects."""
    disabled: tuple[str, ...]
    """Providers that are switched off."""
    answer_within_ms: int
    """How long a provider may take for an answer."""
    sync_within_ms: int
    """How long one sync may take, however many answers it needs; it goes on where it was the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may differ between deployments."""

    app_env: AppEnv
    public_url: str
    """Where people reach the product: links in mail, and the issuer of access tokens."""
    database: DatabaseSettings
    schema_may_be_newer: bool
    """Whether it runs on a schema that a newer version made: beside that version, or after going back."""
    oracle_extras: tuple[Extra, ...]
    """What `fittrack migrate` makes on Oracle beyond the schema."""
    redis_url: str = field(repr=False)
    """What several processes share their rate limits through; empty: each counts for itself."""
    cluster_name: str
    """What the nodes together are called in Redis; empty: a hash of `secret_key` and the database's place."""
    cluster_life_s: int
    """Seconds after its last word during which a silent node still counts as there."""
    secret_key: str = field(repr=False)
    jwt_algorithm: Literal["HS256", "RS256"]
    jwt_private_key: str = field(repr=False)
    jwt_public_key: str
    token_keys: str = field(repr=False)
    cors_origins: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    """Who may say on whose behalf it asks."""
    forwarded_header: ForwardedHeader
    rate_limits: Tiers
    websocket: WebSocketBudgets
    metrics_port: int
    """Where `/metrics` of the first worker is, of the others behind it; 0: only on the API's port."""
    log_level: str
    log_format: Literal["json", "console"]
    smtp_url: str = field(repr=False)
    mail_dir: Path
    mail_from: str
    fitbit: OAuthClient
    google: OAuthClient
    trackers: TrackerSettings
    google_sign_in: OpenIdProvider
    apple_sign_in: OpenIdProvider
    drand_url: str
    """Where rounds of the public beacon are fetched; empty: drawings promise none."""
    webhooks_to_loopback: bool
    """Whether webhooks may go to this machine, by plain HTTP, to any port; never where others rely on it."""
    tax_form_threshold_usd: int
    """What a winner must have received in a year for a tax form to be due, in US dollars."""
    drawings_without_beacon: bool
    """Whether drawings may do without a public beacon (FAIRNESS)."""
    platform_tz: ZoneInfo
    excluded_states: frozenset[str]
    operator_name: str
    """Who runs the drawings, in their official rules."""
    free_entry_address: str
    """Where entries without purchase are sent by post, in the official rules."""

    @property
    def namespace(self) -> str:
        """What the keys and channels of all nodes begin with in Redis."""
        return namespace_of(self.cluster_name, self.secret_key, self.database)

    def make_token_keys(self) -> TokenKeys:
        """What access tokens are signed with."""
        if self.jwt_algorithm == "RS256":
            return TokenKeys.from_pem(self.jwt_private_key, self.jwt_public_key)
        return TokenKeys.from_secret(self.secret_key.encode())

"""The settings that all nodes of a cluster have in common, and why."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fittrack.config.masking import masked
from fittrack.config.settings import Settings

COMMON: Final[Mapping[str, str]] = MappingProxyType(
    {
        "APP_ENV": "what is refused, and which routes there are",
        "PUBLIC_URL": "the issuer of access tokens: others would refuse them",
        "DATABASE_URL": "nodes of one cluster share one database",
        "ORACLE_DSN": "the same",
        "ORACLE_SCHEMA": "the same",
        "CLUSTER_LIFE_SECONDS": "who is gone",
        "JWT_ALGORITHM": "which access tokens are good",
        "PLATFORM_TZ": "when days, weeks and months begin: boards, streaks, caps, the hours of drawings",
        "EXCLUDED_STATES": "who may take part",
        "DRAWINGS_WITHOUT_BEACON": "what a drawing promises",
        "OPERATOR_NAME": "the official rules",
        "AMOE_ADDRESS": "the official rules",
        "TAX_FORM_THRESHOLD_USD": "for whom a tax form is due",
        "RATE_LIMIT_ANONYMOUS": "one budget at all nodes",
        "RATE_LIMIT_USER": "one budget at all nodes",
        "RATE_LIMIT_ADMIN": "one budget at all nodes",
        "WS_CONNECTIONS_PER_ACCOUNT": "one number at all nodes",
        "TRACKERS_SUNSET": "with whom nobody new connects",
        "TRACKERS_DISABLED": "which trackers are read",
    }
)
"""By name, what they decide for everybody, whichever node is asked. None of them is a secret."""


def common(settings: Settings) -> dict[str, str]:
    """Those settings, as nodes tell each other."""
    shown = masked(settings)
    return {name: shown[name] for name in COMMON}

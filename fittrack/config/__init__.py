"""The settings (SPEC 10a): read once, checked whole, then frozen."""

from fittrack.config.loading import load_settings
from fittrack.config.masking import masked
from fittrack.config.settings import AppEnv, OAuthClient, OpenIdProvider, Settings, WebSocketBudgets
from fittrack.kit.environment import SettingsError

__all__ = [
    "AppEnv",
    "OAuthClient",
    "OpenIdProvider",
    "Settings",
    "SettingsError",
    "WebSocketBudgets",
    "load_settings",
    "masked",
]
